# SPDX-License-Identifier: Apache-2.0 WITH SHL-2.1
"""Programs that are run, and ended when the run is."""
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


def end():
    with LOCK:
        OVER.set()
        for child in RUNNING:
            child.kill()
