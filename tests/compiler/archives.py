#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Archives that NumPy and Python's zipfile write, read by the kit: same names, shapes and values.

Values are compared bit for bit with NumPy's astype(float32). STAMP_NAMED: the program (default
build/named). Skipped, exit 77, without numpy.
"""
import io
import os
import struct
import subprocess
import sys
import tempfile
import warnings
import zipfile

sys.dont_write_bytecode = True
import other_python  # noqa: E402

try:
    import numpy as np
except ImportError:
    other_python.without("numpy", "archives")

PROGRAM = os.path.abspath(os.environ.get("STAMP_NAMED", "build/named"))
SHARED = os.path.join(os.environ.get("STAMP_SHARED", "../shared"), "data", "vision",
                      "deit_tiny_patch16_224_f32.npz")
KINDS = {"<f4": "f32", "<f2": "f16", "<f8": "f64"}
passed = failed = 0


def check(what, fine, why=""):
    global passed, failed
    passed += fine
    failed += not fine
    if not fine:
        print("FAIL %s %s" % (what, why))


def kit(*words):
    got = subprocess.run([PROGRAM] + list(words), capture_output=True, check=False)
    return got.stdout, got.stderr.decode(errors="replace").strip()


def compare(what, path, arrays):
    """arrays: all that is in the file, by name."""
    listing, why = kit(path)
    want = []
    for name in sorted(arrays, key=lambda n: n.encode()):
        a = arrays[name]
        lies = a.dtype.newbyteorder("<").str == a.dtype.str and not (
            a.flags.f_contiguous and not a.flags.c_contiguous)
        kind = KINDS.get(a.dtype.str, "f32") if lies else "f32"
        rows = a.shape[0] if a.ndim > 1 else 1
        want.append(" ".join(str(v) for v in (name, kind, rows, a.size // rows) + a.shape))
    check(what + ", listing", listing.decode() == "".join(line + "\n" for line in want),
          why or listing.decode())
    for name, a in arrays.items():
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            bits = np.ascontiguousarray(a).astype("<f4").tobytes()
        got, why = kit(path, name)
        check("%s, %s" % (what, name), got == bits, why)


def arrays_of_every_kind():
    rng = np.random.default_rng(3)
    found = {}
    for n, shape in enumerate(((7,), (3, 5), (2, 3, 4), (4, 3, 2, 5), (1, 1, 6))):
        for letter in ("<f2", "<f4", "<f8", ">f2", ">f4", ">f8", "|b1", "|i1", "<i4", ">i8", "<u8"):
            a = rng.standard_normal(shape) * 100
            a = a.astype(letter) if letter[1] != "u" else np.abs(a).astype(letter)
            found["%s.%d" % (letter[1:] if letter[0] != ">" else "big" + letter[1:], n)] = a
            found["%s/%d" % (letter.replace("<", "l").replace(">", "b"), n)] = np.asfortranarray(a)
    found["gr\u00f6\u00dfe"] = np.float32([1.5])
    return found


def npy(a):
    to = io.BytesIO()
    np.lib.format.write_array(to, a)
    return to.getvalue()


class Pipe(io.RawIOBase):
    """Cannot be gone back in: sizes and CRCs follow the data."""

    def __init__(self, path):
        self.file = open(path, "wb")

    def writable(self):
        return True

    def write(self, data):
        return self.file.write(data)

    def close(self):
        self.file.close()


def other_writers(folder):
    path = os.path.join(folder, "other.npz")
    a = {"x": np.arange(300, dtype="<f4").reshape(20, 15), "y": np.arange(5, dtype="<f2")}
    for method in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        pipe = Pipe(path)
        with zipfile.ZipFile(pipe, "w", method) as z:
            for name, v in a.items():
                z.writestr(name + ".npy", npy(v))
        pipe.close()
        compare("sizes behind the data, method %d" % method, path, a)
        with zipfile.ZipFile(path, "w", method) as z:
            z.comment = b"PK\5\6 is no end, this is a comment" * 3
            for name, v in a.items():
                with z.open(name + ".npy", "w", force_zip64=True) as f:
                    f.write(npy(v))
            z.writestr("readme.txt", "not a tensor")
            z.writestr("folder/", "")
        compare("zip64 and a comment, method %d" % method, path, a)
    with zipfile.ZipFile(path, "w") as z:
        pass
    compare("an empty archive", path, {})
    for method, number in ((zipfile.ZIP_BZIP2, 12), (zipfile.ZIP_LZMA, 14)):
        with zipfile.ZipFile(path, "w", method) as z:
            z.writestr("x.npy", npy(a["x"]))
        why = kit(path)[1]
        check("method %d" % number, "member x.npy: compression method %d" % number in why, why)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with zipfile.ZipFile(path, "w") as z:
            z.writestr("x.npy", npy(a["x"]))
            z.writestr("x.npy", npy(a["y"]))
    why = kit(path)[1]
    check("a name twice", "other.npz: member x.npy twice" in why, why)
    # What deflates best: more than any honest header says of itself.
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as z:
        z.writestr("x.npy", npy(np.zeros((1000, 1000), "<f4")))
    compare("zeros", path, {"x": np.zeros((1000, 1000), "<f4")})
    bad = {"nan": np.float32([[1, 2], [3, np.nan]]), "inf": np.float64([1e300])}
    np.savez(path, **bad)
    for name, where in (("nan", "row 1, column 1"), ("inf", "row 0, column 0")):
        why = kit(path, name)[1]
        check(name, "tensor %s: %s is not a finite number" % (name, where) in why, why)


def safetensors(folder):
    path = os.path.join(folder, "x.safetensors")
    a = np.arange(24, dtype="<f4").reshape(4, 2, 3)
    head = b'{"a.b":{"dtype":"F32","shape":[4,2,3],"data_offsets":[0,96]}}'
    with open(path, "wb") as f:
        f.write(struct.pack("<Q", len(head)) + head + a.tobytes())
    compare("safetensors", path, {"a.b": a})


def main():
    with tempfile.TemporaryDirectory() as folder:
        for save in (np.savez, np.savez_compressed):
            path = os.path.join(folder, save.__name__ + ".npz")
            found = arrays_of_every_kind()
            save(path, **found)
            compare(save.__name__, path, found)
        other_writers(folder)
        safetensors(folder)
    if os.path.exists(SHARED):
        with np.load(SHARED) as z:
            compare("DeiT", SHARED, {name: z[name] for name in z.files})
    else:
        print("SKIP: no %s; set STAMP_SHARED to the folder of the real data" % SHARED)
    print("archives: %d passed, %d failed" % (passed, failed))
    return 1 if failed or passed < 246 else 0


if __name__ == "__main__":
    sys.exit(main())
