# SPDX-License-Identifier: Apache-2.0
"""The table of proofs: what tests/prove/proofs.txt may say."""
import configparser
import dataclasses
import glob
import os

PACKAGES = ["rtl/gen/stamp_isa_pkg.sv", "rtl/fp/stamp_fp_pkg.sv"]
ENGINES = ("pdr", "bmc", "sat")
KEYS = {"says", "top", "rtl", "props", "set", "for", "engine", "bound", "limit", "mutant", "shows", "short"}


class BadTable(Exception):
    """The table, or what it names, is wrong."""


@dataclasses.dataclass(frozen=True)
class Proof:
    name: str
    says: str
    top: str
    rtl: list
    props: list
    params: list # (name, value)
    engine: str
    bound: int   # cycles; 0: unbounded
    limit: int   # seconds
    mutant_file: str
    mutant_old: str
    mutant_new: str
    shows: str   # what the counterexample shows
    short: bool


def path_of(name, root):
    """A module's file."""
    found = glob.glob(os.path.join(root, "rtl", "*", name + ".sv"))
    if len(found) != 1:
        raise BadTable(f"no module {name} under rtl/")
    return os.path.relpath(found[0], root)


def values(text):
    """0..3 9: the numbers named."""
    numbers = []
    for part in text.split():
        low, _, high = part.partition("..")
        numbers += range(int(low), int(high or low) + 1)
    return numbers


def mutant(name, text, rtl):
    """MODULE: OLD => NEW."""
    module, colon, edit = text.partition(":")
    old, arrow, new = edit.partition("=>")
    file = next((f for f in rtl if os.path.basename(f) == module.strip() + ".sv"), None)
    if not (colon and arrow and file):
        raise BadTable(f"{name}: mutant has to be MODULE: OLD => NEW, MODULE of rtl")
    return file, old.strip(), new.strip()


def proofs_of(name, said, root):
    """The proofs of one entry: one, or one a number of `for`."""
    unknown = set(said) - KEYS
    lacks = {"says", "top", "rtl", "engine", "limit", "mutant", "shows"} - set(said)
    if unknown or lacks:
        raise BadTable(f"{name}: " + (f"no key {min(unknown)}" if unknown else f"{min(lacks)} is missing"))
    if said["engine"] not in ENGINES or (said["engine"] == "bmc") != ("bound" in said):
        raise BadTable(f"{name}: engine is one of {', '.join(ENGINES)}; bmc, and only that, has a bound")
    rtl = PACKAGES + [path_of(m, root) for m in said["rtl"].split()]
    props = [("rtl/assert/" if p.startswith("check_") else "tests/prove/props/") + p
             for p in said.get("props", "").split()]
    params = [tuple(p.split("=")) for p in said.get("set", "").split()]
    edit = mutant(name, said["mutant"], rtl)
    runs = [(name, params)]
    if "for" in said:
        variable, _, text = said["for"].partition(":")
        runs = [(f"{name}-{v}", params + [(variable.strip(), str(v))]) for v in values(text)]
    return [Proof(n, said["says"], said["top"], rtl, props, p, said["engine"], int(said.get("bound", 0)),
                  int(said["limit"]), *edit, said["shows"], said.get("short", "no") == "yes") for n, p in runs]


def read(path, root, names=(), short=False):
    """The proofs of a table, all or those asked for."""
    parser = configparser.ConfigParser(interpolation=None, delimiters=("=",), comment_prefixes=("#",), strict=True)
    parser.optionxform = str
    try:
        parser.read(path, encoding="utf-8")
        proofs = [p for s in parser.sections() for p in proofs_of(s, dict(parser[s]), root)]
    except (configparser.Error, ValueError) as error:
        raise BadTable(f"{path}: {error}") from error
    for name in names:
        if not any(p.name == name or p.name.startswith(name + "-") for p in proofs):
            raise BadTable(f"no proof '{name}'")
    if names:
        proofs = [p for p in proofs if any(p.name == n or p.name.startswith(n + "-") for n in names)]
    return [p for p in proofs if p.short] if short else proofs
