/**
 * The files of passages and questions that retrieval is measured with, and search over vectors in
 * memory. The packages below hold vectors on disk, exact search at any size, DPR's {@code
 * has_answer} and answer recall.
 *
 * <p>May import {@code encoder}. <b>Threading:</b> readers belong to one thread; everything else is
 * immutable once it is built.
 */
package dev.questream.lab.retrieval;
