#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""coverage.py PERCENT TOP.dat [BENCH.dat ...] - points hit per kind and unit; exit 1 below PERCENT of
line or toggle.

TOP.dat has every point of the machine; a bench adds hits to those and no points of its own. A point
of a generated instance counts once per source place, hit if any instance was. Points listed in
tests/coverage.waive (file:line:kind:what regular expression, then the reason) are left out and
counted; one that was hit all the same, or that names nothing, is an error.
"""
import collections
import re
import sys


def read(name):
    """{(kind, file, line, what): hits} of a coverage.dat."""
    points = collections.Counter()
    with open(name, errors='replace') as f:
        for line in f:
            m = re.match(r"C '(.*)' (\d+)$", line.rstrip('\n'))
            if not m:
                continue
            keys = dict(part.split('\x02', 1) for part in m.group(1).split('\x01') if '\x02' in part)
            kind = keys.get('page', '?').split('/')[0].replace('v_', '')
            points[kind, keys['f'], int(keys['l']), keys.get('o', '')] += int(m.group(2))
    return points


def read_waivers(name):
    """[pattern, source line, points it leaves out] of the list."""
    with open(name) as f:
        lines = [line.strip() for line in f if line.strip() and not line.startswith('#')]
    return [[re.compile(line.split(None, 1)[0]), line, 0] for line in lines]


def add_benches(points, names):
    """Hits of the benches; how many points of each kind only they hit."""
    alone = collections.Counter()
    top = {place for place, n in points.items() if n}
    for name in names:
        for place, n in read(name).items():
            if place in points:
                points[place] += n
    for place, n in points.items():
        alone[place[0]] += n > 0 and place not in top
    return alone


def main(percent, top, *benches):
    points = read(top)
    alone = add_benches(points, benches)
    waivers = read_waivers('tests/coverage.waive')
    total, hit, missed = collections.Counter(), collections.Counter(), []
    bad = not points
    for (kind, path, row, what), n in sorted(points.items()):
        where = '%s:%d:%s:%s' % (path, row, kind, what)
        waiver = next((w for w in waivers if w[0].fullmatch(where)), None)
        if waiver:
            waiver[2] += 1
            if n:
                print('waived, and hit %d times: %s' % (n, where))
                bad = True
            continue
        for key in ((kind, ''), (kind, path.split('/')[-1])):
            total[key] += 1
            hit[key] += n > 0
        if n == 0:
            missed.append(where)
    for pattern, line, n in waivers:
        if n == 0:
            print('waives nothing: %s' % line)
            bad = True
    with open(top + '.missed', 'w') as f:
        f.writelines(where + '\n' for where in missed)

    for kind, unit in sorted(total):
        share = 100.0 * hit[kind, unit] / total[kind, unit]
        if unit == '':
            print('%s coverage: %.2f %% (%d of %d points, %d by benches alone)'
                  % (kind, share, hit[kind, unit], total[kind, unit], alone[kind]))
            bad |= share < float(percent)
        elif share < 100:
            print('    %-24s %6.2f %% of %d' % (unit, share, total[kind, unit]))
    print('%d points waived (tests/coverage.waive)' % sum(w[2] for w in waivers))
    return bad


sys.exit(main(*sys.argv[1:]))
