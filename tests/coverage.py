#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""coverage.py FILE.dat PERCENT - points hit per kind and unit; exit 1 below PERCENT of line or toggle.

A point of a generated instance counts once per source place, hit if any instance was. Points listed
in tests/coverage.waive (file:line regular expression, then the reason) are left out and counted.
"""
import collections
import re
import sys

waive = []
with open('tests/coverage.waive') as f:
    for line in f:
        if line.strip() and not line.startswith('#'):
            pattern, reason = line.strip().split(None, 1)
            waive.append(re.compile(pattern))

points = collections.defaultdict(int)
with open(sys.argv[1], errors='replace') as f:
    for line in f:
        m = re.match(r"C '(.*)' (\d+)$", line.rstrip('\n'))
        if not m:
            continue
        keys = dict(part.split('\x02', 1) for part in m.group(1).split('\x01') if '\x02' in part)
        kind = keys.get('page', '?').split('/')[0].replace('v_', '')
        place = (kind, keys['f'], int(keys['l']), keys.get('o', ''))
        points[place] += int(m.group(2))

total = collections.Counter()
hit = collections.Counter()
waived = 0
missed = []
for (kind, path, row, what), n in sorted(points.items()):
    where = '%s:%d:%s:%s' % (path, row, kind, what)
    if any(w.search(where) for w in waive):
        waived += 1
        continue
    unit = path.split('/')[-1]
    for key in ((kind, ''), (kind, unit)):
        total[key] += 1
        hit[key] += n > 0
    if n == 0:
        missed.append(where)

with open(sys.argv[1] + '.missed', 'w') as f:
    f.write('\n'.join(missed) + '\n')
low = False
for kind, unit in sorted(total):
    share = 100.0 * hit[kind, unit] / total[kind, unit]
    if unit == '':
        print('%s coverage: %.2f %% (%d of %d points)' % (kind, share, hit[kind, unit], total[kind, unit]))
        low |= share < float(sys.argv[2])
    elif share < 100:
        print('    %-24s %6.2f %% of %d' % (unit, share, total[kind, unit]))
print('%d points waived (tests/coverage.waive)' % waived)
sys.exit(1 if low or not total else 0)
