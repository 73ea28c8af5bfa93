package dev.questream.lab.distil;

import dev.questream.lab.retrieval.search.Ranking;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Which passages are a question's candidates, in a file: the search may take an hour. */
final class CandidatePositions {

  private CandidatePositions() {}

  static void write(Path file, List<Ranking> rankings) throws IOException {
    WorkFolder.writeFile(
        file,
        part -> {
          try (DataOutputStream out =
              new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(part)))) {
            out.writeInt(rankings.size());
            for (Ranking ranking : rankings) {
              out.writeInt(ranking.size());
              for (int position : ranking.positions()) {
                out.writeInt(position);
              }
            }
          }
        });
  }

  /** What was written, without the scores of the search. */
  static List<Ranking> read(Path file) throws IOException {
    long most = Files.size(file) / Integer.BYTES;
    try (DataInputStream in =
        new DataInputStream(new BufferedInputStream(Files.newInputStream(file)))) {
      List<Ranking> rankings = new ArrayList<>();
      for (int left = in.readInt(); left > 0; left--) {
        int size = in.readInt();
        if (size < 0 || size > most) {
          throw new EOFException("a question of %,d candidates".formatted(size));
        }
        int[] positions = new int[size];
        for (int i = 0; i < size; i++) {
          positions[i] = in.readInt();
        }
        rankings.add(new Ranking(positions, new float[0]));
      }
      return rankings;
    } catch (EOFException e) {
      throw WorkFolder.damaged(file, new IOException("it ends too early", e));
    }
  }
}
