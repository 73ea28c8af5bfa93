package dev.questream.topology;

import java.util.TreeSet;
import org.apache.kafka.streams.TopologyDescription;

/** Draws a topology's description as a Mermaid flowchart in a Markdown page. */
final class MermaidDiagram {
  private final TreeSet<String> lines = new TreeSet<>();

  private MermaidDiagram() {}

  static String of(TopologyDescription description) {
    MermaidDiagram diagram = new MermaidDiagram();
    description.subtopologies().forEach(part -> part.nodes().forEach(diagram::node));
    return """
        # The topology

        Drawn from `topology.txt` by `TopologyDescriptionTest`; do not edit by hand.

        ```mermaid
        flowchart LR
        """
        + String.join("", diagram.lines)
        + "```\n";
  }

  private void node(TopologyDescription.Node node) {
    if (node instanceof TopologyDescription.Source source) {
      source.topicSet().forEach(topic -> line("%s[/%s/] --> %s", topic, topic, node.name()));
    } else if (node instanceof TopologyDescription.Processor processor) {
      processor.stores().forEach(store -> line("%s <--> %s[(%s)]", node.name(), store, store));
    } else if (node instanceof TopologyDescription.Sink sink) {
      line("%s --> %s[/%s/]", node.name(), sink.topic(), sink.topic());
    }
    node.successors().forEach(next -> line("%s --> %s", node.name(), next.name()));
  }

  private void line(String format, Object... values) {
    lines.add("    " + format.formatted(values) + "\n");
  }
}
