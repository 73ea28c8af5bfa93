package dev.questream.app.command;

import dev.questream.app.console.Console;
import dev.questream.app.console.ExitCode;
import dev.questream.app.console.FatalException;
import dev.questream.app.console.Step;
import dev.questream.checkpoint.Dropout;
import dev.questream.checkpoint.EncoderCheckpoint;
import dev.questream.checkpoint.PublishedModel;
import dev.questream.config.QuestreamConfig;
import dev.questream.encoder.Precision;
import dev.questream.model.Encoders;
import dev.questream.torchscript.EncoderArchive;
import dev.questream.torchscript.GraphFormat;
import dev.questream.torchscript.LinearKernels;
import dev.questream.torchscript.TrainingArchive;
import dev.questream.weights.AtomicFile;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Writes a model as an archive for any libtorch: no kernels of one processor are in it. */
@Command(
    name = "export",
    description =
        "Write the model's graph as a TorchScript archive that any PyTorch loads, as it runs on"
            + " CUDA: forward(ids int64[T], positions int64[T], groups int64[G,2]), texts end to end,"
            + " (length, count) for each run of equally long ones.")
public final class ModelExportCommand implements Callable<Integer> {
  private static final int BUFFER = 1 << 20;

  private final Console console;
  @Mixin private LocalOptions settings;
  @Mixin private GeneralOptions general;

  @Parameters(
      index = "0",
      paramLabel = "MODEL",
      description = "Bundled model, folder, or name on the hub.")
  private String model;

  @Parameters(index = "1", paramLabel = "FILE", description = "The archive; replaced if it exists.")
  private Path file;

  @Option(
      names = "--precision",
      paramLabel = "P",
      defaultValue = "fp32",
      description = "fp32, bf16 or fp16. Default: fp32.")
  private Precision precision;

  @Option(
      names = "--training",
      description = "With distil's steps around it, in fp32; see torchscript/training.py.")
  private boolean training;

  public ModelExportCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    if (precision == Precision.INT8) {
      throw new FatalException(
          ExitCode.USAGE, "int8 has kernels of one processor alone; export fp32, bf16 or fp16");
    }
    if (training && precision != Precision.FP32) {
      throw new FatalException(ExitCode.USAGE, "training is in fp32 alone; leave --precision out");
    }
    QuestreamConfig config =
        HubModel.local(settings.config(Map.of(QuestreamConfig.MODEL, model)), console);
    PublishedModel resolved = Encoders.resolve(config);
    Path target = file.toAbsolutePath();
    try (Step step = console.step("exporting " + model)) {
      AtomicFile.write(
          target,
          part -> resolved.read(weights -> write(weights, resolved.config().dropout(), part)));
      step.done("%s, %s, %d MiB".formatted(file, precision.label(), Files.size(target) >> 20));
    } catch (IOException | UncheckedIOException e) {
      throw new FatalException(
          ExitCode.ENVIRONMENT, "%s could not be exported to %s: %s".formatted(model, file, e), e);
    }
    return ExitCode.OK.status();
  }

  private Path write(EncoderCheckpoint weights, Dropout dropout, Path target) {
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(target), BUFFER)) {
      if (training) {
        TrainingArchive.write(weights, dropout, out);
      } else {
        EncoderArchive.write(weights, new GraphFormat(precision, LinearKernels.LIBTORCH), out);
      }
      return target;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
