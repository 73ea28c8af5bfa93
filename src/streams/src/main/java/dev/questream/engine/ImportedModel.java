package dev.questream.engine;

import dev.questream.torchscript.GraphFormat;
import java.nio.file.Path;

/**
 * An imported model, ready to be loaded.
 *
 * @param archive the TorchScript archive, verified
 * @param manifest what was learnt from the weights
 * @param format how the archive's graph computes
 */
record ImportedModel(Path archive, ImportManifest manifest, GraphFormat format) {}
