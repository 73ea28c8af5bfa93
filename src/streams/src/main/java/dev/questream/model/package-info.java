/**
 * The configured model as an encoder, for the application and for anybody who uses Questream as a
 * library.
 *
 * <p>A model is opened in four steps, each in a room of its own:
 *
 * <ol>
 *   <li>locate: {@link dev.questream.model.ModelLocation} says where it is (bundled, in a folder,
 *       on the hub), and {@code hub} fetches it;
 *   <li>read: {@code checkpoint} and {@code weights} give its tensors by their names;
 *   <li>write: {@code torchscript} makes an archive of weights and graph, once;
 *   <li>run: {@code engine} loads the archive on libtorch.
 * </ol>
 *
 * <p>May import {@code config}, {@code encoder}, {@code checkpoint}, {@code weights}, {@code hub}
 * and {@code engine}. <b>Threading:</b> opening blocks its caller; what is opened is safe for any
 * thread.
 */
package dev.questream.model;
