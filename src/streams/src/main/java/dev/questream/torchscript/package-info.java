/**
 * Weights become a TorchScript archive. The programs are the resources {@code torchscript/*.py};
 * the archive's pickle and zip layers are written in plain Java.
 *
 * <p>May import {@code checkpoint}, {@code weights} and {@code encoder}. <b>Threading:</b> runs
 * once, when a model is imported.
 */
package dev.questream.torchscript;
