package dev.questream.engine;

import dev.questream.checkpoint.TinyCheckpoint;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Folders that hold a {@link TinyCheckpoint} with a WordPiece tokenizer of 200 tokens. */
public final class TinyModelFolder {
  static final int CLS = 2;
  static final int SEP = 3;

  private TinyModelFolder() {}

  /** A folder as DPR models have it: CLS pooling, no normalisation. */
  public static Path dpr(Path folder, TinyCheckpoint checkpoint) {
    checkpoint.write(folder.resolve("model.safetensors"));
    write(folder.resolve("tokenizer.json"), tokenizerJson());
    write(folder.resolve("config.json"), TinyCheckpoint.CONFIG);
    return folder;
  }

  /** A folder as sentence-transformers models have it: mean pooling, normalised. */
  public static Path sentenceTransformer(Path folder, TinyCheckpoint checkpoint, int maxTokens) {
    dpr(folder, checkpoint);
    write(
        folder.resolve("modules.json"),
        """
        [{"path": "", "type": "sentence_transformers.models.Transformer"},
         {"path": "1_Pooling", "type": "sentence_transformers.models.Pooling"},
         {"path": "2_Normalize", "type": "sentence_transformers.models.Normalize"}]
        """);
    write(folder.resolve("1_Pooling/config.json"), "{\"pooling_mode_mean_tokens\": true}");
    write(folder.resolve("sentence_bert_config.json"), "{\"max_seq_length\": " + maxTokens + "}");
    return folder;
  }

  /** A word of its own token: two letters, different for every number from 0 to 139. */
  public static String word(int number) {
    return "" + (char) ('a' + number / 26) + (char) ('a' + number % 26);
  }

  /** The id of {@link #word}. */
  static int wordId(int number) {
    return 60 + number;
  }

  static String tokenizerJson() {
    List<String> tokens =
        new ArrayList<>(List.of("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "?", ".", ","));
    for (char c = 'a'; c <= 'z'; c++) {
      tokens.add(String.valueOf(c));
      tokens.add("##" + c);
    }
    for (int number = 0; tokens.size() < TinyCheckpoint.VOCABULARY; number++) {
      tokens.add(word(number));
    }
    StringBuilder vocabulary = new StringBuilder();
    for (int id = 0; id < tokens.size(); id++) {
      vocabulary.append(id == 0 ? "" : ", ").append("\"%s\": %d".formatted(tokens.get(id), id));
    }
    StringBuilder added = new StringBuilder();
    for (int id = 0; id < 5; id++) {
      added
          .append(id == 0 ? "" : ", ")
          .append(
              """
              {"id": %d, "content": "%s", "single_word": false, "lstrip": false, "rstrip": false,
               "normalized": false, "special": true}"""
                  .formatted(id, tokens.get(id)));
    }
    return """
    {"version": "1.0",
     "truncation": {"direction": "Right", "max_length": 16, "strategy": "LongestFirst", "stride": 0},
     "padding": {"strategy": {"Fixed": 16}, "direction": "Right", "pad_to_multiple_of": null,
                 "pad_id": 0, "pad_type_id": 0, "pad_token": "[PAD]"},
     "added_tokens": [%s],
     "normalizer": {"type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": true,
                    "strip_accents": null, "lowercase": true},
     "pre_tokenizer": {"type": "BertPreTokenizer"},
     "post_processor": {"type": "BertProcessing", "sep": ["[SEP]", 3], "cls": ["[CLS]", 2]},
     "decoder": {"type": "WordPiece", "prefix": "##", "cleanup": true},
     "model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##",
               "max_input_chars_per_word": 100, "vocab": {%s}}}
    """
        .formatted(added, vocabulary);
  }

  private static void write(Path file, String content) {
    try {
      Files.createDirectories(file.getParent());
      Files.writeString(file, content);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
