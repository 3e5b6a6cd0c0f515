#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes traces/vectors/sentencepiece.json: small SentencePiece models, and the ids of the library itself for the texts
of tokenizers.json. Run by hand; needs python3-sentencepiece (0.1.97 made what is committed). tokenizers.py holds the kit
to the file."""
import base64
import io
import json
import os

import sentencepiece

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../..")
KINDS = {
    "bytes, user-defined and control": dict(byte_fallback=True, remove_extra_whitespaces=False,
                                            user_defined_symbols=["<think>", "▁▁"], control_symbols=["<ctl>"]),
    "no bytes": dict(remove_extra_whitespaces=False, character_coverage=0.98),
    "extra spaces go": dict(byte_fallback=True),
    "no space in front": dict(byte_fallback=True, add_dummy_prefix=False, remove_extra_whitespaces=False),
}


def main():
    lines = open(os.path.join(ROOT, "traces/model/eval.txt"), encoding="utf8").read().split("\n")
    # "<s>" in a text is the control token to the kit and text to the library: such texts are left out.
    texts = [t for t in json.load(open(os.path.join(ROOT, "traces/vectors/tokenizers.json")))["texts"]
             if "<s>" not in t and "</s>" not in t]
    cases = []
    for name, options in KINDS.items():
        model = io.BytesIO()
        sentencepiece.SentencePieceTrainer.train(sentence_iterator=iter(lines), model_writer=model, model_type="bpe",
                                                 vocab_size=420, normalization_rule_name="identity", num_threads=1,
                                                 minloglevel=2, **options)
        library = sentencepiece.SentencePieceProcessor(model_proto=model.getvalue())
        cases.append(dict(name=name, model=base64.b64encode(model.getvalue()).decode(),
                          ids=[[library.bos_id(), *library.encode(t)] for t in texts]))
    with open(os.path.join(ROOT, "traces/vectors/sentencepiece.json"), "w", encoding="ascii") as f:
        f.write('{\n"recipe": %s,\n"texts": %s,\n"cases": [\n' % (json.dumps(__doc__), json.dumps(texts)))
        f.write(",\n".join(json.dumps(c, separators=(",", ":")) for c in cases) + "\n]\n}\n")


if __name__ == "__main__":
    main()
