package dev.questream.serde;

import java.io.IOException;
import org.apache.avro.Schema;
import org.apache.avro.io.Encoder;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificDatumWriter;

/** Avro's writer, but for vectors, which it would write an object for each number. */
final class VectorDatumWriter<T> extends SpecificDatumWriter<T> {

  VectorDatumWriter(Schema schema, SpecificData model) {
    super(schema, model);
  }

  @Override
  protected void writeArray(Schema array, Object datum, Encoder out) throws IOException {
    if (datum instanceof FloatVector vector) {
      vector.write(out);
    } else {
      super.writeArray(array, datum, out);
    }
  }
}
