package dev.questream.it.connect;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.questream.avro.Question;
import dev.questream.testing.Repository;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What the sinks are fed with: the demo's questions, and texts on which careless writers choke. */
final class Questions {
  /** Holds U+0000, which the text of PostgreSQL cannot. */
  static final Question NUL = question("nul", "What does a NUL \u0000 do to a database?");

  private Questions() {}

  static Question question(String id, String text) {
    return new Question(id, text, Map.of(), 0L);
  }

  static List<Question> ofTheDemo() throws IOException {
    List<Question> questions = new ArrayList<>();
    ObjectMapper json = new ObjectMapper();
    for (String line :
        Files.readAllLines(Repository.path("src/lab/src/main/resources/demo/questions.jsonl"))) {
      JsonNode question = json.readTree(line);
      questions.add(
          new Question(
              question.path("id").asText(),
              question.path("text").asText(),
              Map.of("language", question.path("language").asText()),
              0L));
    }
    return questions;
  }

  static List<Question> odd() {
    return List.of(
        question("quotes", "Who said \"I'm not 'here'\", and what is a `backtick` or a ´ for?"),
        question("sql", "'); DROP TABLE embeddings; -- or $1, $$, :name, ?, %s, {0}?"),
        question("backslashes", "What is C:\\new\\table, \\x41, \\u0041, \\000 and a last \\"),
        question("lines", "First line\nsecond\r\nthird\tafter a tab\u000b\f what comes last?"),
        question("controls", "What are \u0001, \u001b[31m, \u007f, \u0085 and \u2028 good for?"),
        question("like-nul", "Are ␀, \\0, %00, &#0;, NULL and null the same as nothing?"),
        question("emoji", "Is 👩‍👩‍👧‍👦 one character, and 🏳️‍🌈, and 🇨🇭?"),
        question("planes", "Which of 𝔘𝔫𝔦𝔠𝔬𝔡𝔢, 𠜎 and \uffff lies outside the first plane?"),
        question("scripts", "¿Qué es Ελληνικά, عربى, עברית, हिन्दी, 日本語, ไทย?"),
        question(
            "marks", "Is e\u0301 the same as \u00e9, and Z\u0351\u036b\u0343\u036a\u0302 a Z?"),
        question("invisible", "Are \u200b, \u200e, \u202e, \ufeff and \u00a0 there at all?"),
        question("it's \"an\" id, \\ and ☃/?&=%20", "May an id be anything?"),
        question(" ", "May an id be a blank?"),
        new Question(
            "metadata",
            "Does a map survive?",
            Map.of(
                "a=>b", "\"quoted\", 'single' and \\",
                "", "an empty name",
                "empty", "",
                "NULL", "NULL",
                "ключ 🔑", "значение\nна двух строках"),
            0L));
  }
}
