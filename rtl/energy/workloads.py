# SPDX-License-Identifier: Apache-2.0 WITH SHL-2.1
"""What the machine runs while it is recorded: commands of the kit, operands made here."""
import os
import random
import struct

ROOT = os.path.normpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
DATA = os.path.join(ROOT, "..", "shared", "data")
SIDE = 64 # rows and columns of made operands


def npy(path, rows, columns, value):
    """A float32 matrix, value() for each element."""
    head = f"{{'descr': '<f4', 'fortran_order': False, 'shape': ({rows}, {columns}), }}"
    head += " " * (63 - (10 + len(head)) % 64) + "\n"
    with open(path, "wb") as file:
        file.write(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(head)) + head.encode())
        file.write(struct.pack(f"<{rows * columns}f", *(value() for _ in range(rows * columns))))


def product(where, name, value):
    x, w = (os.path.join(where, f"{name}-{side}.npy") for side in "xw")
    npy(x, SIDE, SIDE, value)
    npy(w, SIDE, SIDE, value)
    return ["linear", x, w]


def shipped(_):
    return ["demo", "--tokens", "16", "--decode", "1"]


def stories(_):
    files = [os.path.join(DATA, "llm", f) for f in ("stories260K.bin", "tok512.bin")]
    return ["demo", "--tokens", "16", "--decode", "1", "--model", files[0], "--tokenizer", files[1]] \
        if all(map(os.path.isfile, files)) else None


def deit(_):
    files = [os.path.join(DATA, *f) for f in (("vision", "deit_tiny_patch16_224_f32.npz"), ("images", "chelsea.png"))]
    return ["classify", *files, "--transform", "haar2d:14x14", "--high-rows", "50"] if all(map(os.path.isfile, files)) else None


def drawn(where):
    source = random.Random(1)
    return product(where, "random", lambda: source.gauss(0.0, 1.0))


def zero(where):
    return product(where, "zero", lambda: 0.0)


# Name -> the command's words (without machine and device), None where its files are not there.
WORKLOADS = {"model": shipped, "stories260K": stories, "deit": deit, "random": drawn, "zero": zero}
