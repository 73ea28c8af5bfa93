package dev.questream.lab.evaluate;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.questream.app.io.OutputTarget;
import dev.questream.lab.retrieval.Passage;
import dev.questream.lab.retrieval.PassageSpool;
import dev.questream.lab.retrieval.QuestionAnswers;
import dev.questream.lab.retrieval.QuestionSet;
import dev.questream.lab.retrieval.recall.Judgement;
import dev.questream.lab.retrieval.search.Ranking;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.List;

/**
 * Writes the file that DPR's {@code dense_retriever.py} writes and its reader takes: a JSON list of
 * {@code {question, answers, ctxs: [{id, title, text, score, has_answer}]}}, scores as strings.
 */
public final class DprResultWriter {
  private DprResultWriter() {}

  /**
   * Writes a whole file; it appears under its name when it is complete.
   *
   * @param passages holds every passage of the rankings
   */
  public static void write(
      Path file,
      QuestionSet questions,
      List<Ranking> rankings,
      Judgement judgement,
      PassageSpool passages)
      throws IOException {
    try (OutputTarget target = OutputTarget.of(file.toString(), OutputStream.nullOutputStream())) {
      OutputStream out = new BufferedOutputStream(target.stream(), 1 << 16);
      try (JsonGenerator json = new ObjectMapper().getFactory().createGenerator(out)) {
        DefaultIndenter four = new DefaultIndenter("    ", "\n");
        json.setPrettyPrinter(
            new DefaultPrettyPrinter().withObjectIndenter(four).withArrayIndenter(four));
        json.writeStartArray();
        for (int question = 0; question < questions.size(); question++) {
          write(
              json,
              questions.questions().get(question),
              rankings.get(question),
              judgement.hasAnswer()[question],
              passages);
        }
        json.writeEndArray();
      }
      target.commit(null);
    }
  }

  private static void write(
      JsonGenerator json,
      QuestionAnswers question,
      Ranking ranking,
      boolean[] hasAnswer,
      PassageSpool passages)
      throws IOException {
    json.writeStartObject();
    json.writeStringField("question", question.question());
    json.writeArrayFieldStart("answers");
    for (String answer : question.answers()) {
      json.writeString(answer);
    }
    json.writeEndArray();
    json.writeArrayFieldStart("ctxs");
    for (int rank = 0; rank < ranking.size(); rank++) {
      Passage passage = passages.read(ranking.positions()[rank]);
      json.writeStartObject();
      json.writeStringField("id", passage.id());
      json.writeStringField("title", passage.title());
      json.writeStringField("text", passage.text());
      json.writeStringField("score", Float.toString(ranking.scores()[rank]));
      json.writeBooleanField("has_answer", hasAnswer[rank]);
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeEndObject();
  }
}
