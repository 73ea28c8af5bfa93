/**
 * Weights become a TorchScript archive: the encoder's graph as TorchScript source, and the
 * archive's pickle and zip layers, written in plain Java.
 *
 * <p>May import {@code checkpoint} and {@code encoder}. <b>Threading:</b> runs once, when a model
 * is imported.
 */
package dev.questream.torchscript;
