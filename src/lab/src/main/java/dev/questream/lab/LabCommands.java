package dev.questream.lab;

import dev.questream.app.command.CommandProvider;
import dev.questream.lab.chaos.ChaosCommand;
import dev.questream.lab.demo.DemoCommand;
import dev.questream.lab.distil.DistilCommand;
import dev.questream.lab.evaluate.EvaluateCommand;
import java.util.List;

/** The lab's commands. */
public final class LabCommands implements CommandProvider {
  @Override
  public List<Class<?>> commands() {
    return List.of(
        DemoCommand.class,
        EvaluateCommand.class,
        DistilCommand.class,
        BenchCommand.class,
        ChaosCommand.class);
  }
}
