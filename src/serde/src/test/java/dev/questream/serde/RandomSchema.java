package dev.questream.serde;

import java.util.Random;

/** Makes schemas of every type that Avro has, nested, and of records that hold themselves. */
final class RandomSchema {
  private static final String[] SCALARS = {
    "\"null\"",
    "\"boolean\"",
    "\"int\"",
    "\"long\"",
    "\"float\"",
    "\"double\"",
    "\"bytes\"",
    "\"string\"",
    "{\"type\":\"bytes\",\"logicalType\":\"decimal\",\"precision\":9,\"scale\":3}",
    "{\"type\":\"bytes\",\"logicalType\":\"big-decimal\"}",
    "{\"type\":\"long\",\"logicalType\":\"timestamp-nanos\"}",
    "{\"type\":\"long\",\"logicalType\":\"time-micros\"}",
    "{\"type\":\"int\",\"logicalType\":\"date\"}",
    "{\"type\":\"string\",\"logicalType\":\"uuid\"}"
  };

  private final Random random;
  private int names;

  RandomSchema(Random random) {
    this.random = random;
  }

  /** A record with the fields f0, f1 and f2. */
  String record() {
    return record(4);
  }

  private String record(int depth) {
    String name = "R" + names++;
    StringBuilder fields = new StringBuilder();
    for (int i = 0; i < 3; i++) {
      fields.append(i == 0 ? "" : ",").append("{\"name\":\"f").append(i).append("\",\"type\":");
      fields.append(random.nextInt(8) == 0 ? "[\"null\",\"" + name + "\"]" : any(depth - 1));
      fields.append('}');
    }
    return "{\"type\":\"record\",\"name\":\"%s\",\"fields\":[%s]}".formatted(name, fields);
  }

  private String any(int depth) {
    int kind = depth == 0 ? 0 : random.nextInt(8);
    return switch (kind) {
      case 1 -> record(depth);
      case 2 -> "{\"type\":\"array\",\"items\":" + any(depth - 1) + "}";
      case 3 -> "{\"type\":\"map\",\"values\":" + any(depth - 1) + "}";
      case 4 -> "[\"null\"," + record(depth) + ",\"string\"]";
      case 5 -> fixed();
      case 6 -> "{\"type\":\"enum\",\"name\":\"E%d\",\"symbols\":[\"A\",\"B\"]}".formatted(names++);
      default -> SCALARS[random.nextInt(SCALARS.length)];
    };
  }

  private String fixed() {
    int size = new int[] {0, 3, 12, 16}[random.nextInt(4)];
    String logical = size == 12 ? "duration" : size == 16 ? "uuid" : "none";
    return "{\"type\":\"fixed\",\"name\":\"F%d\",\"size\":%d,\"logicalType\":\"%s\"}"
        .formatted(names++, size, logical);
  }
}
