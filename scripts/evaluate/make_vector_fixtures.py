"""Writes src/lab/src/test/resources/retrieval/vectors: pickles and .npy files as DPR and NumPy write them."""

import pathlib
import pickle

import numpy as np

TARGET = pathlib.Path(__file__).parents[2] / "src/lab/src/test/resources/retrieval/vectors"


class Harmful:
    def __reduce__(self):
        import os

        return os.system, ("true",)


def rows(count, first=1, dimensions=4, ids=str):
    """Vector i is [i, i + 0.25, i + 0.5, ...], so that a test knows it without a file."""
    return [(ids(i), (i + np.arange(dimensions) / 4).astype("float32")) for i in range(first, first + count)]


def save(name, value, protocol):
    with open(TARGET / name, "wb") as out:
        pickle.dump(value, out, protocol=protocol)


def main():
    TARGET.mkdir(parents=True, exist_ok=True)
    for protocol in (2, 3, 4):
        save(f"protocol{protocol}.pkl", rows(5), protocol)
    numpy1 = pickle.dumps(rows(5), protocol=3).replace(b"numpy._core.multiarray", b"numpy.core.multiarray")
    (TARGET / "numpy1.pkl").write_bytes(numpy1)
    save("long.pkl", rows(1500), 4)  # longer than a batch of the pickler, and than the memo that is kept
    save("number-ids.pkl", rows(5, ids=int), 4)
    save("prefixed-ids.pkl", rows(5, ids=lambda i: f"wiki:{i}"), 4)
    save("shuffled.pkl", [rows(5)[i] for i in (3, 0, 4, 2, 1)], 4)
    save("gap.pkl", [rows(5)[i] for i in (0, 1, 3)], 4)
    save("gap-wide.pkl", [rows(5, dimensions=32)[i] for i in (0, 1, 3)], 4)
    save("twice.pkl", rows(2) + rows(1), 4)
    save("unknown-id.pkl", rows(6), 4)
    save("matrix-rows.pkl", [(i, v.reshape(1, -1)) for i, v in rows(5)], 4)
    save("float64.pkl", [(i, v.astype("float64")) for i, v in rows(5)], 4)
    save("big-endian.pkl", [(i, v.astype(">f4")) for i, v in rows(5)], 4)
    save("two-lengths.pkl", rows(4) + rows(1, 5, 3), 4)
    save("no-vectors.pkl", [("1", "2")], 4)
    save("dict.pkl", {"1": rows(1)[0][1]}, 4)
    save("harmful.pkl", rows(2) + [("3", Harmful())], 4)
    save("protocol5.pkl", rows(5), 5)
    save("empty.pkl", [], 4)
    matrix = np.stack([v for _, v in rows(5)])
    np.save(TARGET / "float32.npy", matrix)
    np.save(TARGET / "float16.npy", matrix.astype("float16"))
    np.save(TARGET / "float64.npy", matrix.astype("float64"))
    np.save(TARGET / "column-order.npy", np.asfortranarray(matrix))
    np.save(TARGET / "vector.npy", matrix[0])
    with open(TARGET / "version2.npy", "wb") as out:
        np.lib.format.write_array(out, matrix, version=(2, 0))
    halves = np.arange(1 << 16, dtype=np.uint16)
    values = halves.view(np.float16).astype(np.float32)
    np.save(TARGET / "halves.npy", np.stack([values[np.isfinite(values)]]))
    random = np.random.default_rng(1)
    floats = np.concatenate(
        [
            random.standard_normal(2000).astype("float32"),
            (random.standard_normal(2000) * 1e-6).astype("float32"),
            (random.standard_normal(500) * 4e4).astype("float32"),
            np.array([0, -0.0, 65504, 65519.996, 65520, 1e9, -1e9, 2**-24, 2**-25, 2**-25 * 1.0001, 2**-14, 1 + 2**-11], "float32"),
        ]
    )
    with np.errstate(over="ignore"):
        np.save(TARGET / "rounded.npy", np.stack([floats, floats.astype("float16").astype("float32")]))


if __name__ == "__main__":
    main()
