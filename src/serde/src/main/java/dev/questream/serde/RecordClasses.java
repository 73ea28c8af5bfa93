package dev.questream.serde;

import dev.questream.avro.PendingHeader;
import dev.questream.avro.PendingQuestion;
import dev.questream.avro.Question;
import dev.questream.avro.QuestionEmbedding;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificRecord;

/**
 * Avro's view of our generated classes, and of no others.
 *
 * <p>Avro refuses to load a class by a schema's name unless its package is trusted process-wide.
 * Here the classes are given instead of looked up, so neither a system property nor global trust is
 * needed.
 */
final class RecordClasses extends SpecificData {
  private static final Map<String, Class<? extends SpecificRecord>> CLASSES =
      Map.of(
          Question.getClassSchema().getFullName(), Question.class,
          QuestionEmbedding.getClassSchema().getFullName(), QuestionEmbedding.class,
          PendingQuestion.getClassSchema().getFullName(), PendingQuestion.class,
          PendingHeader.getClassSchema().getFullName(), PendingHeader.class);

  RecordClasses() {
    super(RecordClasses.class.getClassLoader());
  }

  @Override
  @SuppressWarnings("rawtypes") // as Avro declares it
  public Class getClass(Schema schema) {
    if (schema.getType() == Schema.Type.RECORD) {
      Class<?> known = CLASSES.get(schema.getFullName());
      if (known == null) {
        throw new WireException("records of the schema " + schema.getFullName() + " are not read");
      }
      return known;
    }
    return super.getClass(schema);
  }
}
