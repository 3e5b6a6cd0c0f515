#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What stamp takes of its host: memory in proportion to what it is given, not to what a file claims,
and output files as any other tool leaves them. STAMP_BIN: the program (default build/stamp)."""
import os
import stat
import struct
import subprocess
import sys
import tempfile
import threading

STAMP = os.path.abspath(os.environ.get("STAMP_BIN", "build/stamp"))
KIT = os.path.abspath(os.path.join(os.path.dirname(__file__), "../.."))
MODEL = os.path.join(KIT, "traces/model/stamp-stories")
RTL = os.path.exists(os.path.join(os.path.dirname(STAMP), "stamp_rtl_tiny.so"))
MIB = 1 << 20
passed = failed = skipped = 0


def check(what, good, note=""):
    global passed, failed
    passed += bool(good)
    failed += not good
    print("%-6s %s%s" % ("ok" if good else "FAILED", what, " (%s)" % note if note else ""))


def skip(what, why):
    global skipped
    skipped += 1
    print("SKIP   %s: %s" % (what, why))


def run(*args, **more):
    """Exit code, both outputs, and the most memory the program held at once, bytes."""
    p = subprocess.Popen([STAMP, *args], stdout=subprocess.PIPE, stderr=subprocess.PIPE, **more)
    out, err = [], []
    readers = [threading.Thread(target=lambda s=s, to=to: to.append(s.read()))
               for s, to in ((p.stdout, out), (p.stderr, err))]
    for r in readers:
        r.start()
    _, status, usage = os.wait4(p.pid, 0)
    for r in readers:
        r.join()
    p.returncode = os.waitstatus_to_exitcode(status)
    return p.returncode, out[0], err[0].decode(), usage.ru_maxrss * 1024


def one_line(code, err):
    return code == 1 and err.startswith("stamp: ") and err.count("\n") == 1


# A line loaded from the start of a buffer of 2^39 bytes, stored at the end of another, in a memory of
# almost 2^40: what is not touched must cost nothing.
TERABYTE = """.machine tiny
.memory 0xffffffffc0
.code_at 0xff00000000
.buffer x role=INPUT fmt=F32 addr=0 bytes=64 rows=1 cols=8 row_bytes=64
.buffer y role=OUTPUT fmt=F32 addr=0x7fffffffc0 bytes=64 rows=1 cols=8 row_bytes=64
.buffer far role=STATE fmt=RAW addr=0x8000000000 bytes=0x7000000000 rows=1 cols=64 row_bytes=64
.code
LOAD fmt=F32 dram=0 lines=1 n0=1 n1=1
FENCE
STORE fmt=F32 dram=0x7fffffffc0 lines=1 n0=1 n1=1
FENCE
HALT
"""


def npy(name, values):
    head = "{'descr': '<f4', 'fortran_order': False, 'shape': (1, %d), }" % len(values)
    with open(name, "wb") as f:
        f.write(b"\x93NUMPY\x01\x00\x76\x00" + head.ljust(117).encode() + b"\n")
        f.write(struct.pack("<%df" % len(values), *values))


def memory_of_images():
    values = [1.0, -2.0, 3.5, 0.0, 4.0, 5.0, 6.0, 7.0]
    with open("t.s", "w") as f:
        f.write(TERABYTE)
    npy("x.npy", values)
    with open("over.s", "w") as f: # the end of its window would need 41 bits
        f.write(TERABYTE.replace("0xffffffffc0", "0x10000000000", 1))
    code, _, err, _ = run("asm", "over.s", "-o", "over.stamp")
    check("a program in 2^40 bytes is refused", one_line(code, err) and "address" in err, err.strip())
    code, _, err, _ = run("asm", "t.s", "-o", "t.stamp")
    check("a program in a terabyte is assembled", code == 0, err.strip())
    for on in ("model", "rtl", "all"):
        what = "a program in a terabyte runs on " + on
        if on != "model" and not RTL:
            skip(what, "no RTL is built")
            continue
        code, _, err, peak = run("run", "t.stamp", "--on", on, "--input", "x=x.npy",
                                 "--output", "y=y.npy")
        got = open("y.npy", "rb").read()[-32:] if code == 0 else b""
        check(what, code == 0 and got == struct.pack("<8f", *values) and peak < 600 * MIB,
              "%d MiB %s" % (peak // MIB, err.strip()))
    if os.name == "posix":
        import resource
        limit = lambda: resource.setrlimit(resource.RLIMIT_AS, (1 << 36, 1 << 36))
        code, _, err, _ = run("run", "t.stamp", "--on", "model", "--input", "x=x.npy",
                              preexec_fn=limit)  # the addresses themselves run out
        check("no room for a terabyte is said with its size",
              one_line(code, err) and "1099511627712" in err, err.strip())


def memory_of_headers():
    os.mkdir("big")
    for name in ("config.json", "tokenizer.bin"):
        with open(os.path.join(MODEL, name), "rb") as f, open("big/" + name, "wb") as to:
            to.write(f.read())
    item = '"t.%d":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}'
    head = ("{" + ",".join(item % i for i in range(400000)) + "}").encode()
    with open("big/model.safetensors", "wb") as f:
        f.write(struct.pack("<Q", len(head)) + head)
    code, _, err, peak = run("info", "big")
    check("a header of 400 000 tensors takes a few times its size",
          one_line(code, err) and "embed" in err and peak < 8 * len(head),
          "%d MiB for %d; %s" % (peak // MIB, len(head) // MIB, err.strip()))


def mode(path):
    return stat.S_IMODE(os.stat(path).st_mode)


def outputs():
    compile_to = ("compile", MODEL, "--tokens", "2", "--machine", "tiny", "-o")
    for name, bits in (("new", None), ("open", 0o664), ("closed", 0o600), ("run", 0o755)):
        if bits is not None:
            open(name, "w").close()
            os.chmod(name, bits)
        code, _, err, _ = run(*compile_to, name, umask=0o027)
        want = 0o640 if bits is None else bits
        check("mode of a file, %s" % (oct(bits) if bits else "new, umask 027"),
              code == 0 and mode(name) == want and os.path.getsize(name) > 1000,
              "%s %s" % (oct(mode(name)), err.strip()))
    whole = open("new", "rb").read()

    os.mkdir("folder")
    os.symlink("folder/behind", "link")
    os.symlink("link", "link2")
    for what in ("to no file", "to a file"):
        code, _, err, _ = run(*compile_to, "link2")
        check("a symbolic link %s is followed" % what,
              code == 0 and os.path.islink("link") and os.path.islink("link2") and
              not os.path.islink("folder/behind") and open("folder/behind", "rb").read() == whole,
              err.strip())
    os.symlink("loop", "loop")
    code, _, err, _ = run(*compile_to, "loop")
    check("links in a circle are refused", one_line(code, err) and os.path.islink("loop"), err.strip())

    os.mkfifo("fifo")
    got = []
    reader = threading.Thread(target=lambda: got.append(open("fifo", "rb").read()))
    reader.start()
    code, _, err, _ = run(*compile_to, "fifo")
    reader.join(30)
    check("a FIFO takes the file whole", code == 0 and got == [whole] and
          stat.S_ISFIFO(os.stat("fifo").st_mode), err.strip())

    code, out, err, _ = run(*compile_to, "/dev/stdout")
    check("/dev/stdout as a pipe", code == 0 and whole in out, err.strip())
    with open("redirected", "wb") as f:
        p = subprocess.run([STAMP, *compile_to, "/dev/stdout"], stdout=f, stderr=subprocess.PIPE,
                           check=False)
    check("/dev/stdout as a file", p.returncode == 0 and
          open("redirected", "rb").read().startswith(whole), p.stderr.decode().strip())
    code, _, err, _ = run(*compile_to, "/dev/null")
    check("/dev/null", code == 0 and stat.S_ISCHR(os.stat("/dev/null").st_mode), err.strip())
    code, _, err, _ = run(*compile_to, "folder")
    check("a folder is refused", one_line(code, err) and os.path.isdir("folder"), err.strip())
    code, _, err, _ = run("run", "t.stamp", "--on", "rtl", "--input", "x=x.npy", "--wave", "fifo")
    check("a wave into a FIFO is refused", one_line(code, err) and
          stat.S_ISFIFO(os.stat("fifo").st_mode), err.strip())

    if os.geteuid() == 0:
        skip("files and folders without leave to write", "run as root, who may")
    else:
        open("readonly", "w").close()
        os.chmod("readonly", 0o444)
        code, _, err, _ = run(*compile_to, "readonly")
        check("a file without leave to write is refused",
              one_line(code, err) and os.path.getsize("readonly") == 0, err.strip())
        os.mkdir("shut")
        os.chmod("shut", 0o555)
        code, _, err, _ = run(*compile_to, "shut/x")
        check("a folder without leave to write is refused", one_line(code, err), err.strip())
        os.chmod("shut", 0o755)
    check("no temporary file is left", not [n for n in os.listdir(".") if n.endswith(".tmp")])


def main():
    with tempfile.TemporaryDirectory(prefix="stamp-resources-") as folder:
        os.chdir(folder)
        memory_of_images()
        memory_of_headers()
        outputs()
        os.chdir("/")
    print("resources: %d passed, %d failed, %d skipped" % (passed, failed, skipped))
    return failed != 0 or passed == 0


if __name__ == "__main__":
    sys.exit(main())
