# SPDX-License-Identifier: Apache-2.0 WITH SHL-2.1
"""Programs that are run, and ended when the run is."""
import os
import subprocess
import threading

LOCK = threading.Lock()
RUNNING = set()
OVER = threading.Event()


class Stopped(Exception):
    """The run was interrupted."""


def run(command):
    """Exit code and all that was said."""
    with LOCK:
        if OVER.is_set():
            raise Stopped
        child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)
        RUNNING.add(child)
    said = child.communicate()[0].decode(errors="replace")
    with LOCK:
        RUNNING.discard(child)
    if OVER.is_set():
        raise Stopped
    return child.returncode, said


def piped(first, second):
    """Exit codes of two programs, what the first said, what the second wrote and said. The second reads what the first
    writes on descriptor 3."""
    reading, writing = os.pipe()
    with LOCK:
        if OVER.is_set():
            raise Stopped
        into = subprocess.Popen(second, stdin=reading, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        os.close(reading)
        # A shell gives the pipe its number: that of pass_fds is whatever was free.
        out = subprocess.Popen(["sh", "-c", f'exec "$@" 3>&{writing} {writing}>&-', "sh", *first], stdin=subprocess.DEVNULL,
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT, pass_fds=(writing,))
        os.close(writing)
        children = (out, into)
        RUNNING.update(children)
    heard = []
    reader = threading.Thread(target=lambda: heard.append(into.communicate()[0].decode(errors="replace")))
    reader.start()
    said = out.communicate()[0].decode(errors="replace")
    reader.join()
    with LOCK:
        RUNNING.difference_update(children)
    if OVER.is_set():
        raise Stopped
    return out.returncode, said, into.returncode, heard[0]


def end():
    with LOCK:
        OVER.set()
        for child in RUNNING:
            child.kill()
