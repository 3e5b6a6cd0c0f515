# SPDX-License-Identifier: Apache-2.0
"""gelu (tanh), silu and softmax over the last axis: PyTorch's, except for bfloat16 where fast.c is used."""
import ctypes
import os
import subprocess
import tempfile

import torch
import torch.nn.functional as F

HERE = os.path.dirname(os.path.abspath(__file__))


def build():
    """fast.c as a library, or None where it cannot be compiled."""
    with tempfile.TemporaryDirectory() as folder:
        out = os.path.join(folder, "fast.so")
        run = ["cc", "-O3", "-march=native", "-mprefer-vector-width=512", "-ffast-math",
               "-shared", "-fPIC", os.path.join(HERE, "fast.c"), "-o", out, "-lm"]
        try:
            subprocess.run(run, check=True, capture_output=True)
        except (OSError, subprocess.CalledProcessError):
            return None
        return ctypes.CDLL(out)


LIB = build()


def call(name, *tensors, sizes):
    out = torch.empty_like(tensors[0])
    args = [ctypes.c_void_p(t.data_ptr()) for t in tensors + (out,)] + [ctypes.c_long(n) for n in sizes]
    getattr(LIB, name)(*args)
    return out


def elementwise(name):
    class Op(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            x = x.contiguous()
            ctx.save_for_backward(x)
            return call(name, x, sizes=[x.numel()])

        @staticmethod
        def backward(ctx, g):
            x, = ctx.saved_tensors
            return call(name + "_back", x, g.contiguous(), sizes=[x.numel()])

    return Op.apply


class Softmax(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        x = x.contiguous()
        y = call("softmax", x, sizes=[x.numel() // x.shape[-1], x.shape[-1]])
        ctx.save_for_backward(y)
        return y

    @staticmethod
    def backward(ctx, g):
        y, = ctx.saved_tensors
        return call("softmax_back", y, g.contiguous(), sizes=[y.numel() // y.shape[-1], y.shape[-1]])


GELU, SILU = elementwise("gelu"), elementwise("silu")


def ours(x):
    return LIB is not None and x.dtype == torch.bfloat16


def gelu(x):
    return GELU(x) if ours(x) else F.gelu(x, approximate="tanh")


def silu(x):
    return SILU(x) if ours(x) else F.silu(x)


def softmax(x):
    return Softmax.apply(x) if ours(x) and x.shape[-1] <= 4096 else torch.softmax(x, -1)
