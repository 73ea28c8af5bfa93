package com.example.helpdesk;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;

/**
 * What customers write, as JSON. The record's key is the product.
 *
 * @param id of the ticket
 * @param kind question, praise or complaint
 * @param text what was written
 */
public record Ticket(String id, String kind, String text) {
  private static final ObjectMapper JSON = new ObjectMapper();

  boolean isQuestion() {
    return kind.equals("question");
  }

  /** Tickets as JSON objects. */
  public static Serde<Ticket> serde() {
    return Serdes.serdeFrom(
        (topic, ticket) -> write(ticket), (topic, bytes) -> bytes == null ? null : read(bytes));
  }

  private static byte[] write(Ticket ticket) {
    try {
      return JSON.writeValueAsBytes(ticket);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Ticket read(byte[] bytes) {
    try {
      return JSON.readValue(bytes, Ticket.class);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
