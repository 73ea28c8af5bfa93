/**
 * Models of the Hugging Face hub are found in the cache that Python's {@code huggingface_hub} uses,
 * or fetched into it.
 *
 * <p>Everything that a server says is untrusted: names stay inside the cache, sizes are bounded,
 * every file's hash is checked before the file is seen under its name, and the token goes to the
 * hub only. May import {@code checkpoint} for names of files, {@code weights} and Jackson.
 *
 * <p><b>Threading:</b> fetching blocks its caller; any number of threads and processes may fetch
 * into one cache; each file is fetched once.
 */
package dev.questream.hub;
