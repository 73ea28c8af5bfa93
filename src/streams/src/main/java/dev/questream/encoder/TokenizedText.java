package dev.questream.encoder;

/**
 * The tokens of a text.
 *
 * @param ids token ids to encode, special tokens included; the last is the separator even after a
 *     cut
 * @param originalCount tokens before the cut
 */
@SuppressWarnings("ArrayRecordComponent") // identity is enough: instances are never compared
public record TokenizedText(int[] ids, int originalCount) {}
