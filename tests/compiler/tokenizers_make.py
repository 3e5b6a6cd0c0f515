#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes traces/vectors/tokenizers.json: texts, small tokenizers of every kind, and the ids of a library that
defines the format. Run by hand when a case is added; tokenizers.py holds the kit to the file.

    tokenizers_make.py ORACLE...

ORACLE is a command that takes a tokenizer.json and a JSON list of texts (two paths) and prints a JSON list of
[ids with special tokens, text decoded without special tokens]. What is committed came from the Rust crate
`tokenizers` through the npm package @anush008/tokenizers 0.6.0."""
import collections
import json
import os
import random
import re
import subprocess
import sys
import tempfile

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../..")
SPECIALS = ["<unk>", "<s>", "</s>"]
BYTES = ["<0x%02X>" % i for i in range(256)]
ADDED = [dict(content="<s>", special=True), dict(content="</s>", special=True, lstrip=True),
         dict(content="<think>", rstrip=True, lstrip=True), dict(content="WORD", single_word=True),
         dict(content="<|end|>", special=True, rstrip=True), dict(content="the cat", normalized=True),
         dict(content="lstrip", lstrip=True, normalized=True), dict(content=" ab", rstrip=True),
         dict(content="<tok>", normalized=True, special=True),
         dict(content="Tim", single_word=True, normalized=True)]
GPT4O = ("[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]*[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|"
         "[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]+[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|"
         "\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+")
LLAMA3 = ("(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|"
          "\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+")


def alphabet():
    own = [*range(33, 127), *range(161, 173), *range(174, 256)]
    moved = [b for b in range(256) if b not in own]
    return {**{b: chr(b) for b in own}, **{b: chr(256 + i) for i, b in enumerate(moved)}}


def train(words, count, join=lambda a, b: a + b):
    """The most frequent pair becomes a token, again and again."""
    seqs = [(list(w), n) for w, n in collections.Counter(words).items()]
    tokens, merges = {t for w, _ in seqs for t in w}, []
    for _ in range(count):
        pairs = collections.Counter()
        for w, n in seqs:
            for p in zip(w, w[1:]):
                pairs[p] += n
        if not pairs:
            break
        a, b = max(pairs, key=lambda p: (pairs[p], p))
        merges.append([a, b])
        tokens.add(join(a, b))
        for w, _ in seqs:
            i = 0
            while i + 1 < len(w):
                if w[i] == a and w[i + 1] == b:
                    w[i:i + 2] = [join(a, b)]
                i += 1
    return sorted(tokens), merges


def bases(text):
    alpha = alphabet()
    marks = [[*w.replace(" ", "▁")] for w in re.findall(r"\s?\S+", text)]
    words = re.findall(r"[a-z]+|[^\w\s]", text.lower())
    letters = sorted({c for c in text if ord(c) < 128} | {"▁"})
    out = {}
    tokens, merges = train([tuple(alpha[b] for b in w.encode()) for w in re.findall(r" ?\w+|[^\w\s]+|\s+", text)], 320)
    out["bytes"] = dict(tokens=sorted({*tokens, *alpha.values()}), merges=merges)
    tokens, merges = train([tuple(w) for w in marks], 320)
    out["marks"] = dict(tokens=SPECIALS + BYTES + sorted({*tokens, *letters} - {*SPECIALS, *BYTES}), merges=merges)
    out["half"] = dict(tokens=SPECIALS + BYTES[::2] + sorted({*tokens, *letters}), merges=merges)
    out["plain"] = dict(tokens=sorted({*tokens, *letters}), merges=merges)
    tokens, merges = train([(*w[:-1], w[-1] + "</w>") for w in words], 200)
    out["suffix"] = dict(tokens=SPECIALS + tokens, merges=merges)
    tokens, merges = train([(w[0], *("##" + c for c in w[1:])) for w in words], 200, lambda a, b: a + b[2:])
    out["prefix"] = dict(tokens=SPECIALS + tokens, merges=merges)
    return out


def steps(key, *parts):
    return {"type": "Sequence", key: list(parts)}


def level(space=False, regex=True):
    return dict(type="ByteLevel", add_prefix_space=space, trim_offsets=True, use_regex=regex)


def meta(scheme, split=True):
    return dict(type="Metaspace", replacement="▁", prepend_scheme=scheme, split=split)


def split(pattern, behavior="Isolated", invert=False, kind="Regex"):
    return dict(type="Split", pattern={kind: pattern}, behavior=behavior, invert=invert)


def replace(pattern, content, kind="String"):
    return dict(type="Replace", pattern={kind: pattern}, content=content)


def template():
    special = [{"SpecialToken": {"id": t, "type_id": 0}} for t in ("<s>", "</s>")]
    return dict(type="TemplateProcessing", single=[special[0], {"Sequence": {"id": "A", "type_id": 0}}, special[1]],
                pair=[{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}}],
                special_tokens={t: dict(id=t, ids=[i], tokens=[t]) for t, i in (("<s>", 1), ("</s>", 2))})


def cases():
    out = []

    def case(name, base, normalizer=None, pre=None, post=None, decoder=None, **model):
        out.append(dict(name=name, base=base, normalizer=normalizer, pre_tokenizer=pre, post_processor=post,
                        decoder=decoder, model=model))

    def bytes_case(name, pre, normalizer=None, post=None, **model):
        case(name, "bytes", normalizer, pre, post, level(), **model)

    def cut(name, *parts):
        bytes_case(name, steps("pretokenizers", *parts, level(False, False)))

    sp = dict(unk_token="<unk>", fuse_unk=True, byte_fallback=True)
    sp_decoder = steps("decoders", replace("▁", " "), dict(type="ByteFallback"), dict(type="Fuse"),
                       dict(type="Strip", content=" ", start=1, stop=0))
    bytes_case("gpt2", level(), post=level())
    bytes_case("gpt2 with a space in front", level(True))
    bytes_case("gpt2 without its pattern", level(True, False))
    cut("llama3", split(LLAMA3))
    bytes_case("llama3 ignore_merges", steps("pretokenizers", split(LLAMA3), level(False, False)), ignore_merges=True)
    cut("qwen2", split(LLAMA3.replace("{1,3}", "")))
    bytes_case("qwen2 NFC", steps("pretokenizers", split(LLAMA3.replace("{1,3}", "")), level(False, False)),
               dict(type="NFC"))
    cut("gpt-4o", split(GPT4O))
    for form in ("NFD", "NFKC", "NFKD"):
        bytes_case(form, level(), dict(type=form))
    bytes_case("lower case", level(), steps("normalizers", dict(type="NFKC"), dict(type="Lowercase")))
    bytes_case("strip", level(), dict(type="Strip", strip_left=True, strip_right=True))
    bytes_case("strip left", level(True), dict(type="Strip", strip_left=True, strip_right=False))
    bytes_case("replace", level(), steps("normalizers", replace(r"\s+", " ", "Regex"), replace("a", "A")))
    bytes_case("roberta post-processor", level(), post=dict(type="RobertaProcessing", sep=["</s>", 2], cls=["<s>", 1],
                                                            trim_offsets=True, add_prefix_space=False))
    bytes_case("sequence of post-processors", level(), post=steps("processors", level(), template()))
    for behavior in ("Removed", "Isolated", "MergedWithPrevious", "MergedWithNext", "Contiguous"):
        for invert in (False, True):
            cut("split %s%s" % (behavior, " inverted" if invert else ""), split(r"\s+|e", behavior, invert))
        cut("split at a text %s" % behavior, split("e", behavior, kind="String"))
        cut("punctuation %s" % behavior, dict(type="Punctuation", behavior=behavior))
    cut("digits one by one", dict(type="Digits", individual_digits=True))
    cut("digits", dict(type="Digits", individual_digits=False))
    cut("whitespace", dict(type="Whitespace"))
    cut("whitespace split", dict(type="WhitespaceSplit"))
    cut("bert", dict(type="BertPreTokenizer"))
    cut("delimiter", dict(type="CharDelimiterSplit", delimiter="e"))
    cut("intervals", split(r"\p{N}{1,3}+|\w{2}?x|[^\s\w]{,2}"))
    cut("syntax", split(r"(?m:a.b)|\h{2}|\bthe\b|^-|[[:punct:]]+$|(?i:tim)|\p{^L}\p{Lu}|[\p{Han}\p{Hiragana}]+|\d{3}(?=\D)"))
    case("llama2", "marks", steps("normalizers", dict(type="Prepend", prepend="▁"), replace(" ", "▁")), None, template(),
         sp_decoder, **sp)
    for scheme in ("always", "first", "never"):
        case("metaspace " + scheme, "marks", None, meta(scheme), template(), meta(scheme), **sp)
    case("metaspace without cuts", "marks", None, meta("first", False), None, meta("first"), unk_token="<unk>")
    case("unknown fused", "marks", None, meta("always"), None, meta("always"), unk_token="<unk>", fuse_unk=True)
    case("no unknown token", "plain", None, meta("always"), None, meta("always"))
    case("half of the bytes", "half", None, meta("always"), None, meta("always"), **sp)
    case("suffix", "suffix", dict(type="Lowercase"), dict(type="Whitespace"), unk_token="<unk>", end_of_word_suffix="</w>")
    case("prefix", "prefix", dict(type="Lowercase"), dict(type="Whitespace"), unk_token="<unk>", fuse_unk=True,
         continuing_subword_prefix="##")
    return out


def texts(text):
    """Fixed ones, and mixtures of everything a text can have."""
    draw = random.Random(8)
    wide = ("我今天很高兴。日本語のテキスト 한국어 ไทย हिन्दी العربية עברית Ελληνικά Русский ½²③Ⅷ١२٤٥ 😀👩‍👩‍👧🇩🇪 naïve café "
            "Straße ﬁ İstanbul ſ e\u0301 か\u3099 ᄀ\u1161ᆨ")
    code = 'static int f(void)\n{\n\treturn x[i] != 0x1F; /* "a" */\n}\n\n    for i in range(10):\r\n        print(f"{i:03d}")'
    spaces = [" ", "  ", "\t", "\n", "\r\n", "\u00a0", "\u2003", "\u3000", "\u180e", "\u200b", "\u0085", "\u2028", "\x0b"]
    marks = [t["content"] for t in ADDED] + ["<unk>", "▁", "<0x41>", "'s", "'LL", "'ſ", "’t", "1234567", "-", "aaaa", "\ufeff", "\x01"]
    out = ["", " ", "\n", "Hello world", "  two  spaces  ", "I'll don't WE'VE", "tab\there\r\n\r\nline", wide, code,
           "wordword" * 20, "<s>hi</s>  <think>  x WORD WORDx", " ab ab the cat Tim Timx", "\u00a0nbsp\u00a0x",
           # newer than some libraries' Unicode: letters, digits, combining marks; joiners and superscripts
           "\U0002ebf0\U00031350 \U00013df7/w \U00010d44\U00010d45 a\u0eba\u032a a\u0301\u0898\u0327 x\u200dy x\u00b2 \U0001f130b"]
    for _ in range(27):
        parts = []
        for _ in range(draw.randrange(2, 7)):
            kind = draw.randrange(6)
            src = text if kind < 2 else wide if kind == 2 else code
            at = draw.randrange(len(src) - 20)
            parts.append(src[at:at + draw.randrange(1, 24)] if kind < 4 else
                         "".join(draw.choice(spaces if kind == 4 else marks) for _ in range(draw.randrange(1, 4))))
        out.append("".join(parts))
    return out


def compose(base, case, strings=False):
    """The tokenizer.json of a case. @param strings  merges as "a b", where no token has a space"""
    vocab = {t: i for i, t in enumerate(base["tokens"])}
    added, top = [], len(vocab)
    for a in ADDED:
        token = dict(single_word=False, lstrip=False, rstrip=False, normalized=False, special=False)
        token.update(a, id=vocab.get(a["content"], top))
        top += token["id"] == top
        added.append(token)
    model = dict(type="BPE", dropout=None, unk_token=None, continuing_subword_prefix=None, end_of_word_suffix=None,
                 fuse_unk=False, byte_fallback=False, ignore_merges=False)
    model.update(case["model"], vocab=vocab, merges=[" ".join(m) for m in base["merges"]] if strings else base["merges"])
    return dict(version="1.0", truncation=None, padding=None, added_tokens=added, model=model,
                **{k: case[k] for k in ("normalizer", "pre_tokenizer", "post_processor", "decoder")})


def main():
    text = open(os.path.join(ROOT, "traces/model/eval.txt"), encoding="utf8").read()
    data = dict(recipe=__doc__.split("\n\n")[2], texts=texts(text), bases=bases(text), cases=cases())
    with tempfile.TemporaryDirectory() as folder:
        json.dump(data["texts"], open(folder + "/texts.json", "w"))
        for c in data["cases"]:
            json.dump(compose(data["bases"][c["base"]], c), open(folder + "/tokenizer.json", "w"))
            got = subprocess.run([*sys.argv[1:], folder + "/tokenizer.json", folder + "/texts.json"],
                                 capture_output=True, check=True).stdout
            c["ids"] = [g[0] for g in json.loads(got)]
            # null: the text comes back as it was
            c["decoded"] = [None if g[1] == t else g[1] for g, t in zip(json.loads(got), data["texts"])]
    with open(os.path.join(ROOT, "traces/vectors/tokenizers.json"), "w", encoding="ascii") as f:
        f.write("{\n" + ",\n".join('"%s": %s' % (k, json.dumps(data[k], separators=(",", ":"))) for k in ("recipe", "texts")))
        f.write(',\n"bases": {\n' + ",\n".join('"%s": %s' % (k, json.dumps(v, separators=(",", ":"))) for k, v in data["bases"].items()))
        f.write('\n},\n"cases": [\n' + ",\n".join(json.dumps(c, separators=(",", ":")) for c in data["cases"]) + "\n]\n}\n")


if __name__ == "__main__":
    main()
