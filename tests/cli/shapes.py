#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""stamp run CONFIG.json: a network by its shapes takes the cycles that the same network takes with weights, in the prefill
and for a token decoded, but for bursts cut elsewhere (a program with both entries lies otherwise in memory); what goes
together and what does not.

    shapes.py STAMP"""
import json
import os
import subprocess
import sys
import tempfile

STAMP = os.path.abspath(sys.argv[1])
KIT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
TOKENIZER = os.path.join(KIT, "traces", "model", "stamp-stories", "tokenizer.bin")
CONFIG = {"architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_act": "silu", "hidden_size": 32, "intermediate_size": 64,
          "num_attention_heads": 2, "num_key_value_heads": 1, "head_dim": 16, "num_hidden_layers": 2, "max_position_embeddings": 64,
          "rms_norm_eps": 1e-05, "rope_theta": 10000.0, "vocab_size": 1024, "tie_word_embeddings": True}
COUNT = [0, 0]


def check(what, good, seen=""):
    COUNT[not good] += 1
    if not good:
        print("FAIL", what, seen)


def stamp(*words):
    return subprocess.run([STAMP, *words, "--machine", "tiny", "--on", "cycle", "--json"], capture_output=True, text=True, check=False)


def cycles(path, *words):
    done = stamp("run", path, *words)
    return json.loads(done.stdout)["cycles"] if done.returncode == 0 else done.stderr.strip()


def near(seen, want):
    return isinstance(seen, int) and abs(seen - want) <= want / 200


def main():
    with tempfile.TemporaryDirectory() as tmp:
        path = os.path.join(tmp, "c.json")
        with open(path, "w", encoding="utf8") as f:
            json.dump(CONFIG, f)
        done = stamp("generate", f"random:{path}", "--tokenizer", TOKENIZER, "--prompt", "Once upon a time there was", "-n", "2")
        said = json.loads(done.stdout)
        n = said["prefill"]["tokens"]
        check("more than a token before, one decoded", n > 2 and said["decode"]["tokens"] == 1, said)
        seen = cycles(path, "--tokens", str(n))
        check("a prefill by shapes", near(seen, said["prefill"]["cycles"]), (seen, said["prefill"]["cycles"]))
        for words in ([], ["--tokens", "1"], ["--tokens", str(n)], ["--tokens", str(n + 1)]):
            seen = cycles(path, "--position", str(n), *words)
            check(f"a token by shapes, {words}", near(seen, said["decode"]["cycles"]), (seen, said["decode"]["cycles"]))
        layer = cycles(path, "--tokens", str(n), "--layers", "1")
        check("one layer of two", isinstance(layer, int) and layer < said["prefill"]["cycles"], layer)
        for what, words, part in (("neither", [], "needs --tokens S or --position P"), ("no tokens", ["--tokens", "0"], "--tokens"),
                                  ("beyond", ["--position", str(1 << 20)], "--position"), ("no layer", ["--tokens", "4", "--layers", "0"], "--layers")):
            seen = cycles(path, *words)
            check(f"refused: {what}", isinstance(seen, str) and part in seen and "\n" not in seen, seen)
    print(f"shapes: {COUNT[0]} passed, {COUNT[1]} failed")
    return COUNT[1] != 0


sys.exit(main())
