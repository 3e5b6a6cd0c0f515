#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""identity.py - two builds of stamp, the same programs?

    tests/tools/identity.py OLD NEW [--draw N] [--seed S] [--only WORD] [--per-key]

Compiles the same inputs with both programs and compares the images byte by byte, what is refused by its
line. A fixed list (every family, scheme, machine and entry the tests know), then N drawn at random. Exits
with 1 when anything differs. Real checkpoints are taken when ../shared/data is there.
--per-key: OLD does not know the flag per_key of phases (image.md); all other bits must be the same.
"""
import argparse
import os
import random
import struct
import subprocess
import sys
import tempfile

SHIPPED = 'traces/model/stamp-stories'
SHARED = '../shared/data/'
SHAPES = {'llama': {'model_type': 'llama', 'hidden_size': 96, 'intermediate_size': 200, 'num_hidden_layers': 2,
                    'num_attention_heads': 6, 'num_key_value_heads': 2, 'vocab_size': 300,
                    'max_position_embeddings': 512, 'rms_norm_eps': 1e-5, 'rope_theta': 10000.0,
                    'architectures': ['LlamaForCausalLM']},
          'qwen2': {'model_type': 'qwen2', 'hidden_size': 128, 'intermediate_size': 344, 'num_hidden_layers': 2,
                    'num_attention_heads': 4, 'num_key_value_heads': 2, 'vocab_size': 270,
                    'max_position_embeddings': 512, 'rms_norm_eps': 1e-6, 'rope_theta': 1000000.0,
                    'architectures': ['Qwen2ForCausalLM'], 'tie_word_embeddings': True},
          'qwen3': {'model_type': 'qwen3', 'hidden_size': 64, 'intermediate_size': 176, 'num_hidden_layers': 3,
                    'num_attention_heads': 4, 'num_key_value_heads': 1, 'head_dim': 32, 'vocab_size': 512,
                    'max_position_embeddings': 512, 'rms_norm_eps': 1e-6, 'rope_theta': 1000000.0,
                    'architectures': ['Qwen3ForCausalLM']}}


def npy(path, rows, cols, seed):
    draw = random.Random(seed)
    head = "{'descr': '<f4', 'fortran_order': False, 'shape': (%s), }" % (f'{rows}, {cols}' if cols else f'{rows},')
    head += ' ' * (63 - (10 + len(head)) % 64) + '\n'
    with open(path, 'wb') as f:
        f.write(b'\x93NUMPY\x01\x00' + struct.pack('<H', len(head)) + head.encode())
        for _ in range(rows * (cols or 1)):
            f.write(struct.pack('<f', draw.gauss(0, 1)))


SCHEMES = [[], ['--transform=none'], ['--transform=wht'], ['--transform=dct'], ['--high-rows=0'],
           ['--high-rows=8'], ['--weight-bits=8'], ['--act-bits=8', '--weight-bits=8'], ['--block=64'],
           ['--symmetric'], ['--sink=off'], ['--depth=2'], ['--depth=7', '--high-rows=3']]
CACHES = [[], ['--kv=8'], ['--kv=f32'], ['--kv-block=3'], ['--kv-block=0'], ['--kv-transform=none']]


def fixed(dir_, machines):
    """The list: (name, arguments)."""
    models = [('shipped', SHIPPED)]
    for name in SHAPES:
        models.append((name, f'random:{dir_}/{name}/config.json'))
    if os.path.exists(SHARED + 'llm/stories260K.bin'):
        models.append(('stories260K', SHARED + 'llm/stories260K.bin'))
        models.append(('gguf', SHARED + 'llm/stories260K-f32.v3.gguf'))
    for mach in machines:
        for name, model in models:
            for scheme in SCHEMES:
                yield f'{name} {mach} ' + ' '.join(scheme), [model, '--tokens=48', '--machine=' + mach] + scheme
            for cache in CACHES:
                for s in (1, 33):
                    yield (f'{name} {mach} {s} decode ' + ' '.join(cache),
                           [model, f'--tokens={s}', '--decode=20', '--machine=' + mach] + cache)
            for s in (2, 7, 64, 100):
                yield f'{name} {mach} {s}', [model, f'--tokens={s}', '--machine=' + mach]
        for scheme in SCHEMES + [['--transform=haar2d:8x6'], ['--in=bf16', '--out=bf16']]:
            yield (f'layer {mach} ' + ' '.join(scheme),
                   [f'{dir_}/a.npy', '--rows=48', '-b', f'{dir_}/b.npy', '--machine=' + mach] + scheme)
        yield f'chain {mach}', [f'{dir_}/a.npy', f'{dir_}/c.npy', '--rows=70', '--machine=' + mach]
    if os.path.isdir(SHARED + 'configs'):
        for name in ('Llama-3.2-1B', 'Qwen2.5-0.5B', 'Qwen3-0.6B'):
            yield f'{name} base', [f'random:{SHARED}configs/{name}.json,layers=1,vocab=1000', '--tokens=512',
                                   '--decode=10']


def drawn(dir_, machines, count, seed):
    draw = random.Random(seed)
    for i in range(count):
        shape = dict(SHAPES[draw.choice(sorted(SHAPES))])
        heads = draw.choice([1, 2, 3, 4, 6, 8])
        shape['num_attention_heads'] = heads
        shape['num_key_value_heads'] = draw.choice([h for h in (1, 2, 3, 4, 6, 8) if heads % h == 0])
        shape['head_dim'] = 2 * draw.randint(1, 40)
        shape['hidden_size'] = draw.randint(1, 300) if shape['model_type'] != 'qwen2' else heads * shape['head_dim']
        shape['intermediate_size'] = draw.randint(1, 500)
        shape['vocab_size'] = draw.randint(2, 700)
        shape['num_hidden_layers'] = draw.randint(1, 3)
        os.makedirs(f'{dir_}/draw{i}', exist_ok=True)
        with open(f'{dir_}/draw{i}/config.json', 'w', encoding='utf-8') as f:
            f.write(__import__('json').dumps(shape))
        args = [f'random:{dir_}/draw{i}/config.json,seed={i}', f'--tokens={draw.randint(1, 130)}',
                '--machine=' + draw.choice(machines)] + draw.choice(SCHEMES) + draw.choice(CACHES)
        if draw.random() < 0.5:
            args.append(f'--decode={draw.randint(1, 60)}')
        yield f'drawn {i}: ' + ' '.join(args[1:]), args


def build(stamp, args, out):
    if os.path.exists(out):
        os.remove(out)
    run = subprocess.run([stamp, 'compile', *args, '-o', out], capture_output=True, text=True, check=False)
    if run.returncode:
        return 'refused', run.stderr.strip().split('\n')[-1]
    with open(out, 'rb') as f:
        return 'image', f.read()


def without_per_key(image):
    """The image without bit 63 of its phases' products, and how many had it (image.md, PHAS)."""
    image, flags = bytearray(image), 0
    sections = struct.unpack_from('<I', image, 12)[0]
    for i in range(sections):
        kind, _, at, size = struct.unpack_from('<4sIQQ', image, 32 + 24 * i)
        image[36 + 24 * i:40 + 24 * i] = bytes(4)  # CRC: follows from the bytes
        end = at + size
        while kind == b'PHAS' and at < end:
            at += 1 + image[at] + 12 + 8
            flags += image[at - 1] >> 7
            image[at - 1] &= 0x7f
    image[28:32] = bytes(4)
    return bytes(image), flags


def told(result):
    return 'image' if result[0] == 'image' else ' '.join(result)


def main():
    parser = argparse.ArgumentParser(description='Two builds of stamp, the same programs?')
    parser.add_argument('old')
    parser.add_argument('new')
    parser.add_argument('--draw', type=int, default=60)
    parser.add_argument('--seed', type=int, default=1)
    parser.add_argument('--only', default='')
    parser.add_argument('--per-key', action='store_true')
    o = parser.parse_args()
    listed = subprocess.run([o.new, 'machines', '--json'], capture_output=True, text=True, check=True).stdout
    machines = [m['name'] for m in __import__('json').loads(listed)['machines']]
    same = refused = flagged = 0
    differ = []
    with tempfile.TemporaryDirectory() as dir_:
        for name, shape in SHAPES.items():
            os.makedirs(f'{dir_}/{name}')
            with open(f'{dir_}/{name}/config.json', 'w', encoding='utf-8') as f:
                f.write(__import__('json').dumps(shape))
        npy(dir_ + '/a.npy', 90, 130, 1)
        npy(dir_ + '/b.npy', 90, 0, 2)
        npy(dir_ + '/c.npy', 40, 90, 3)
        for name, args in [*fixed(dir_, machines), *drawn(dir_, machines, o.draw, o.seed)]:
            if o.only not in name:
                continue
            a, b = build(o.old, args, dir_ + '/old'), build(o.new, args, dir_ + '/new')
            if o.per_key and a != b and a[0] == b[0] == 'image':
                plain, flags = without_per_key(b[1])
                if flags and (plain, 0) == without_per_key(a[1]):
                    flagged += 1
                    continue
            if a != b:
                differ.append(name)
                print(f'DIFFERS {name}: {told(a)} -> {told(b)}', flush=True)
            elif a[0] == 'image':
                same += 1
            else:
                refused += 1
            if sys.stderr.isatty():
                print(f'\r{same + refused + len(differ)} programs', end='', file=sys.stderr)
    if same + flagged == 0:
        print('identity: no program was compiled')
        return 1
    if o.per_key:
        print(f'identity: {flagged} images the same but for the flag per_key')
    print(f'identity: {same} images the same, {refused} refused alike, {len(differ)} differ')
    return 1 if differ else 0


if __name__ == '__main__':
    sys.exit(main())
