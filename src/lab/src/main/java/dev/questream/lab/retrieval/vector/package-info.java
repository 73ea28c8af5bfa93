/**
 * Passage vectors on disk: our own shards, memory-mapped; NumPy's {@code .npy}; the pickles that
 * DPR and Facebook published. All are read once from start to end, in blocks.
 *
 * <p>May import {@code retrieval}, {@code encoder}, and of {@code weights} the pickle machine.
 * <b>Threading:</b> one thread per reader.
 */
package dev.questream.lab.retrieval.vector;
