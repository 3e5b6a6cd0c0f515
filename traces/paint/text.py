# SPDX-License-Identifier: Apache-2.0
"""The caption: lower-case words of a fixed list, an embedding and a learned position each.

The empty caption is <start> alone; it is what guidance is measured against.
"""
import json
import os

import torch
import torch.nn as nn

import weights

MAX, WIDTH = 16, 64


class Words:
    def __init__(self, words):
        self.ids = {"<pad>": 0, "<start>": 1}
        for w in sorted(set(words)):
            self.ids[w] = len(self.ids)

    @classmethod
    def from_folder(cls, folder):
        new = cls([])
        with open(os.path.join(folder, "vocab.json")) as f:
            new.ids = json.load(f)
        return new

    def encode(self, caption):
        """<start> and one id a word; a word outside the list, or too many words, is refused."""
        ids = [1] + [self.ids[w] if w in self.ids else self.refuse(w) for w in caption.lower().split()]
        if len(ids) > MAX:
            raise ValueError("a caption has at most %d words" % (MAX - 1))
        return ids

    def refuse(self, word):
        raise ValueError("the word %r is not in the vocabulary" % word)

    def batch(self, captions):
        """(ids [B, longest], mask [B, longest]), padded with <pad>, False in the mask."""
        rows = [self.encode(c) for c in captions]
        wide = max(len(r) for r in rows)
        ids = torch.tensor([r + [0] * (wide - len(r)) for r in rows])
        return ids, ids != 0


class WordEmbedding(nn.Module):
    def __init__(self, vocab):
        super().__init__()
        self.embedding, self.positions = nn.Embedding(vocab, WIDTH), nn.Embedding(MAX, WIDTH)
        nn.init.normal_(self.positions.weight, std=0.3)

    @classmethod
    def from_folder(cls, folder, dtype=torch.float32):
        tensors = weights.load_folder(folder)
        new = cls(len(tensors["embedding.weight"]))
        new.load_state_dict(tensors)
        return new.to(dtype).eval()

    def forward(self, ids):
        return self.embedding(ids) + self.positions.weight[:ids.shape[1]]
