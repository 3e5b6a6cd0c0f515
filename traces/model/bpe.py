# SPDX-License-Identifier: Apache-2.0
"""Byte-pair tokenizer of the shipped model: trainer, encoder, tokenizer.bin writer.

Vocabulary: 0 <unk>, 1 <s>, 2 </s>, 3..258 the bytes as "<0xNN>", then the characters of the
training text, then the merges in the order they were made, scored -1, -2, -3 ...

The encoder's rule is the one of compiler/front/tokenizer.h (and of llama2.c): a space in front,
one token per character (or per byte, + 3, where the character is unknown), then again and again
the neighbouring pair whose joined text is the token of highest score, leftmost on ties. A merge
never crosses the pieces of PIECE, so no token does, and encoding piece by piece gives the same
answer as encoding the whole document.
"""
import re
import struct
from collections import Counter, defaultdict

PIECE = re.compile(r" ?[A-Za-z']+| ?[0-9]+| ?[^A-Za-z0-9'\s]+|\s")
SPECIALS = ["<unk>", "<s>", "</s>"]
BYTE_BASE = 3


class Tokenizer:
    def __init__(self, chars, merges):
        self.tokens = list(SPECIALS) + ["<0x%02X>" % b for b in range(256)] + chars + merges
        first_merge = len(self.tokens) - len(merges)
        self.scores = [0.0] * first_merge + [-1.0 - r for r in range(len(merges))]
        self.ids = {}
        for i, t in enumerate(self.tokens):
            self.ids.setdefault(t, i)
        self.cache = {}

    def piece(self, text):
        if text in self.cache:
            return self.cache[text]
        out = []
        for c in text:
            i = self.ids.get(c)
            out += [i] if i is not None else [BYTE_BASE + b for b in c.encode()]
        while True:
            best = None
            for k in range(len(out) - 1):
                i = self.ids.get(self.tokens[out[k]] + self.tokens[out[k + 1]])
                if i is not None and (best is None or self.scores[i] > self.scores[best[1]]):
                    best = (k, i)
            if best is None:
                break
            out[best[0] : best[0] + 2] = [best[1]]
        self.cache[text] = out
        return out

    def encode(self, text):
        """Token ids with BOS first."""
        ids = [1]
        for p in PIECE.findall(" " + text):
            ids += self.piece(p)
        return ids

    def write(self, path):
        with open(path, "wb") as f:
            f.write(struct.pack("<i", max(len(t.encode()) for t in self.tokens)))
            for t, s in zip(self.tokens, self.scores):
                raw = t.encode()
                f.write(struct.pack("<fi", s, len(raw)) + raw)


def train(texts, vocab, min_char=8):
    """Most frequent pair first; ties go to the pair that sorts first, so the result is fixed."""
    words = Counter()
    for t in texts:
        words.update(PIECE.findall(" " + t))
    chars = Counter()
    for w, n in words.items():
        for c in w:
            chars[c] += n
    alphabet = sorted(c for c, n in chars.items() if n >= min_char)

    parts = [(list(w), n) for w, n in words.items() if all(c in alphabet for c in w)]
    pairs, where = Counter(), defaultdict(set)
    for k, (w, n) in enumerate(parts):
        for p in zip(w, w[1:]):
            pairs[p] += n
            where[p].add(k)

    merges, known = [], set(alphabet)
    while len(SPECIALS) + 256 + len(alphabet) + len(merges) < vocab:
        best = max(pairs, key=lambda p: (pairs[p], [-ord(c) for c in p[0] + "\0" + p[1]]))
        joined = best[0] + best[1]
        if joined not in known:
            known.add(joined)
            merges.append(joined)
        for k in list(where[best]):
            w, n = parts[k]
            for p in zip(w, w[1:]):
                pairs[p] -= n
            i = 0
            while i + 1 < len(w):
                if (w[i], w[i + 1]) == best:
                    w[i : i + 2] = [joined]
                i += 1
            for p in zip(w, w[1:]):
                pairs[p] += n
                where[p].add(k)
        del pairs[best]
    return Tokenizer(alphabet, merges)
