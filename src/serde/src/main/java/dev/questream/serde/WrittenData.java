package dev.questream.serde;

import java.io.IOException;
import java.util.function.UnaryOperator;
import org.apache.avro.Conversion;
import org.apache.avro.LogicalType;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.io.DatumReader;
import org.apache.avro.io.Decoder;

/**
 * Avro's view of records as they were written: strings as the bytes that came, logical types as the
 * numbers and bytes below them, whatever conversions are on the class path.
 */
final class WrittenData extends GenericData {
  private static final WrittenData INSTANCE = new WrittenData();

  private WrittenData() {
    setFastReaderEnabled(false); // it would not ask for the class of strings
  }

  @Override
  public <T> Conversion<T> getConversionFor(LogicalType logicalType) {
    return null;
  }

  /** The schema of what was written: that of the branch, in a union. */
  static Schema branch(Schema declared, Object value) {
    return declared.isUnion()
        ? declared.getTypes().get(INSTANCE.resolveUnion(declared, value))
        : declared;
  }

  /** Reads what is wanted out of the values of a writer. */
  static final class Reader implements DatumReader<AvroValue> {
    private final Schema writer;
    private final UnaryOperator<Schema> wanted;

    /**
     * @param writer any schema
     * @param wanted gives the schema of what is read of it, or of the branch of a union
     */
    Reader(Schema writer, UnaryOperator<Schema> wanted) {
      this.writer = writer;
      this.wanted = wanted;
    }

    @Override
    public void setSchema(Schema schema) {
      throw new UnsupportedOperationException("the writer's schema is given at the beginning");
    }

    @Override
    public AvroValue read(AvroValue reuse, Decoder in) throws IOException {
      Schema branch = writer.isUnion() ? writer.getTypes().get(in.readIndex()) : writer;
      Schema reader = wanted.apply(branch);
      return new AvroValue(reader, new Fields(branch, reader).read(null, in));
    }
  }

  private static final class Fields extends GenericDatumReader<Object> {
    Fields(Schema writer, Schema wanted) {
      super(writer, wanted, INSTANCE);
    }

    @Override
    @SuppressWarnings("rawtypes") // as Avro declares it
    protected Class findStringClass(Schema schema) {
      return CharSequence.class;
    }
  }
}
