# SPDX-License-Identifier: Apache-2.0
"""MM of model/spec/isa.md, as its pseudo-code stands there."""
import second_f32 as n


def signed(v):
    return (v + 2 ** 31) % 2 ** 32 - 2 ** 31


def product(m, i, xb, first, count, wb):
    """P rows of L sums over `count` lines of XB from `xb`, weights from `wb` on; and where they end."""
    c, phases = m.c, m.c.L // m.c.T
    acc = [[0] * c.L for _ in range(c.P)]
    for plane in range(2 if i.w8 else 1):
        if plane:
            acc = [[16 * v for v in row] for row in acc]
        for k in range(first, first + count):
            rows = m.xb[xb + k]
            for phase in range(phases):
                weights = m.wb[wb]
                wb += 1
                m.count["WB_READ"] += 1
                m.count["MAC_ISSUED"] += c.P * c.L * c.T
                for r in range(c.P):
                    x = rows[r][phase * c.T:(phase + 1) * c.T]
                    if any(x):
                        for col in range(c.L):
                            w = weights[col * c.T:(col + 1) * c.T]
                            acc[r][col] += sum(a * b for a, b in zip(x, w))
    return acc, wb


def dequantized(m, i, v, token, block, g):
    scale, corr, rowsum = m.rm[i.rm + token * i.rmstride + block]
    columns = m.cm[i.cm + g * i.cmstride + block]
    sums = [signed(a + corr * signed(colsum) + i.w8 * 8 * rowsum) for a, (_, colsum) in zip(v, columns)]
    return [n.deq(s, scale, sw) for s, (sw, _) in zip(sums, columns)]


def drain_row(m, i, acc, r, at, block, last_block):
    """Row r of group at = (column group, row group)."""
    c, (g, group) = m.c, at
    entry = m.nt[i.nt + group * c.P + r]
    kind, token = entry >> 14, entry & 0xFFF
    if kind in (0, 3):
        return None
    if kind == 2 and r == c.P - 1:
        return "RESERVED"
    v = acc[r] if kind == 1 else [16 * a + b for a, b in zip(acc[r], acc[r + 1])]
    line, to = i.ac + (g * i.groups + group) * c.P + r, i.vm + token * i.vstride + g
    if not i.blk:
        v = [signed(a + (0 if i.first else b)) for a, b in zip(v, [0] * c.L if i.first else m.ac[line])]
        if not i.last:
            m.ac[line] = tuple(x % 2 ** 32 for x in v)
        else:
            m.write(to, dequantized(m, i, v, token, 0, g))
        return None
    y = dequantized(m, i, v, token, block, g)
    if not (i.first and block == 0):
        y = [n.add(a, b) for a, b in zip(m.ac[line], y)]
    if i.last and last_block:
        m.write(to, y)
    else:
        m.ac[line] = tuple(y)
        m.bad |= not all(map(n.finite, y))
    return None


def ranges(m, i, Stop):
    c = m.c
    blocks = -(-i.kl // i.blk) if i.blk else 1
    lines = i.kl * (c.L // c.T) * (1 + i.w8)
    ac_used = not (i.first and i.last and not i.blk)
    if (i.xb + (i.groups - 1) * i.gstride + i.kl > c.XB_LINES or i.wb + (i.ng - 1) * i.wstride + lines > c.WB_LINES
            or i.cm + (i.ng - 1) * i.cmstride + blocks > c.CM_LINES or i.nt + i.groups * c.P > c.RT_ENTRIES
            or (ac_used and i.ac + i.ng * i.groups * c.P > c.AC_LINES)):
        raise Stop("RANGE")


def matrix(m, i, Stop):
    c = m.c
    ranges(m, i, Stop)
    size = i.blk or i.kl
    for g in range(i.ng):
        for group in range(i.groups):
            wb = i.wb + g * i.wstride
            used = sum(m.nt[i.nt + group * c.P + r] >> 14 != 0 for r in range(c.P))
            m.count["MAC_USED"] += used * c.L * c.T * i.kl * (c.L // c.T) * (1 + i.w8)
            for block, first in enumerate(range(0, i.kl, size)):
                count = min(size, i.kl - first)
                acc, wb = product(m, i, i.xb + group * i.gstride, first, count, wb)
                for r in range(c.P):
                    stop = drain_row(m, i, acc, r, (g, group), block, first + count == i.kl)
                    if stop:
                        raise Stop(stop)
