# SPDX-License-Identifier: Apache-2.0
"""Vector instructions of model/spec/isa.md, as its pseudo-code stands there."""
import second_f32 as n


def s24(v):
    return (v + 2 ** 23) % 2 ** 24 - 2 ** 23


def last(base, rows, stride, lines):
    return base + (rows - 1) * stride + lines - 1


def within(Stop, *pairs):
    """RANGE unless every last index is below its memory's size."""
    if any(index >= size for index, size in pairs):
        raise Stop("RANGE")


def bit8(m, i, r):
    return m.rt[i.rt + r] >> 15


def block(i, j):
    return j // i.blk if i.blk else 0


def starts(i, j):
    return j % i.blk == 0 if i.blk else j == 0


def ends(i, j):
    return j == i.cols - 1 or (i.blk and (j + 1) % i.blk == 0)


def blocks(i):
    return -(-i.cols // i.blk) if i.blk else 1


def vbfly(m, i, Stop):
    within(Stop, (i.a + i.boff + (i.n1 - 1) * i.s1 + (i.n0 - 1) * i.s0 + i.cols - 1, m.c.VM_LINES))
    for row in range(i.n1 * i.n0):
        for j in range(i.cols):
            at = i.a + row // i.n0 * i.s1 + row % i.n0 * i.s0 + j
            p, q = m.read(at), m.read(at + i.boff)
            if i.kind == 2:
                u = [n.add(n.mul(i.c, a), n.mul(i.s, b)) for a, b in zip(p, q)]
                v = [n.sub(n.mul(i.c, b), n.mul(i.s, a)) for a, b in zip(p, q)]
            else:
                u, v = [n.add(a, b) for a, b in zip(p, q)], [n.sub(a, b) for a, b in zip(p, q)]
            if i.kind == 0:
                u, v = [n.half(x) for x in u], [n.half(x) for x in v]
            m.write(at, u)
            m.write(at + i.boff, v)
            m.count["VX_LINES"] += 2


def vminmax(m, i, Stop):
    within(Stop, (last(i.a, i.n0, i.s0, i.cols), m.c.VM_LINES), (last(i.sm, i.n0, i.smstride, blocks(i)), m.c.SM_ENTRIES))
    for r in range(i.n0):
        for j in range(i.cols):
            at = i.sm + r * i.smstride + block(i, j)
            e = (0, 0, 0, 0) if i.first and starts(i, j) else m.sm[at]
            lo, hi = e[0], e[1]
            for x in (0,) + m.read(i.a + r * i.s0 + j):
                lo, hi = x if n.f(x) < n.f(lo) else lo, x if n.f(x) > n.f(hi) else hi
            m.sm[at] = (lo, hi, e[2], e[3])
            m.count["VX_LINES"] += 1


def vqpar(m, i, Stop):
    within(Stop, (last(i.sm, i.n0, i.smstride, i.cols), m.c.SM_ENTRIES), (i.rt + i.n0 - 1, m.c.RT_ENTRIES))
    for r in range(i.n0):
        for j in range(i.cols):
            at = i.sm + r * i.smstride + j
            wide = not i.sd and bit8(m, i, r)
            steps = 119 if i.sd else (127 if wide else 7) if i.sym else 255 if wide else 15
            p = n.parameters(m.sm[at][0], m.sm[at][1], steps, i.sym or i.sd)
            m.bad |= p is None
            m.sm[at] = (p or (0, 0, 0)) + (m.sm[at][3],)
            m.count["DIVIDES"] += 2


CODES = {}  # lines quantized before: poison asks for the same ones again and again


def codes(line, e, steps, symmetric):
    key = (line, e[0], e[2], steps, symmetric)
    if key not in CODES:
        CODES[key] = tuple(n.code(x, e[0], e[2], steps, symmetric) for x in line)
    return CODES[key]


def stored(q, wide, symmetric, sd):
    """Nibble rows, the sum of x', and the offset."""
    if sd:
        pairs = [n.digits(v) for v in q]
        return [p[0] for p in pairs], [p[1] for p in pairs], 0, 0
    c = q if symmetric else [v - (128 if wide else 8) for v in q]
    if not wide:
        return c, None, sum(c), 0 if symmetric else 8
    hi, lo = [v >> 4 for v in c], [v % 16 - 8 for v in c]
    return hi, lo, sum(16 * a + b for a, b in zip(hi, lo)), 8 if symmetric else 136


def vquant(m, i, Stop):
    within(Stop, (last(i.a, i.n0, i.s0, i.cols), m.c.VM_LINES), (last(i.sm, i.n0, i.smstride, blocks(i)), m.c.SM_ENTRIES),
           (i.rt + i.n0 - 1, m.c.RT_ENTRIES), (last(i.rm, i.n0, i.smstride, blocks(i)), m.c.SM_ENTRIES))
    for r in range(i.n0):
        wide, nib = bit8(m, i, r) or i.sd, m.rt[i.rt + r] & 0xFFF
        g, p = divmod(nib, m.c.P)
        if wide and nib % 2:
            raise Stop("RESERVED")
        within(Stop, (i.xb + g * i.gstride + i.cols - 1, m.c.XB_LINES))
        for j in range(i.cols):
            at = i.sm + r * i.smstride + block(i, j)
            e = m.sm[at]
            steps = 119 if i.sd else (127 if wide else 7) if i.sym else 255 if wide else 15
            q = codes(m.read(i.a + r * i.s0 + j), e, steps, bool(i.sym or i.sd))
            hi, lo, total, offset = stored(q, wide, i.sym, i.sd)
            rows = list(m.xb[i.xb + g * i.gstride + j])
            rows[p:p + 1 + bool(wide)] = [tuple(hi), tuple(lo)] if wide else [tuple(hi)]
            m.xb[i.xb + g * i.gstride + j] = tuple(rows)
            m.count["XB_WRITE"] += 1 + bool(wide)
            m.sm[at] = e[:3] + ((0 if i.first and starts(i, j) else e[3]) + total,)
            if ends(i, j):
                m.rm[i.rm + r * i.smstride + block(i, j)] = (e[1], offset - e[2], m.sm[at][3])
            m.count["VX_LINES"] += 1


def vbias(m, i, Stop):
    within(Stop, (last(i.a, i.n0, i.s0, i.cols), m.c.VM_LINES), (i.b + i.cols - 1, m.c.VM_LINES))
    for r in range(i.n0):
        for j in range(i.cols):
            at = i.a + r * i.s0 + j
            m.write(at, [n.add(x, y) for x, y in zip(m.read(at), m.read(i.b + j))])
            m.count["VX_LINES"] += 1


# ---- Format W ----------------------------------------------------------------------------------------------


def rows_of_b(i):
    return (i.n0 - 1) // i.rep + 1 if i.rep else 1


def mac(m, i):
    """VBIN MAC: column by column, a line of b read once for the rows that share it."""
    for j in range(i.cols):
        for r in range(i.n0):
            if r == 0 or (i.rep and r % i.rep == 0):
                b = m.read(i.b + r // (i.rep or i.n0) * i.bs + j)
            at = i.d + r * i.ds + j
            m.write(at, [n.add(z, n.mul(x, y)) for x, y, z in zip(m.read(i.a + r * i.s0 + j), b, m.read(at))])
            m.count["VX_LINES"] += 1


def vbin(m, i, Stop):
    within(Stop, (last(i.a, i.n0, i.s0, i.cols), m.c.VM_LINES), (last(i.d, i.n0, i.ds, i.cols), m.c.VM_LINES),
           (last(i.b, rows_of_b(i), i.bs, i.cols), m.c.VM_LINES))
    if i.fn == 4:
        return mac(m, i)
    op = (n.add, n.sub, n.mul, lambda x, y: y if n.f(y) > n.f(x) else x)[i.fn]
    for r in range(i.n0):
        for j in range(i.cols):
            b = m.read(i.b + (r // i.rep if i.rep else 0) * i.bs + j)
            m.write(i.d + r * i.ds + j, [op(x, y) for x, y in zip(m.read(i.a + r * i.s0 + j), b)])
            m.count["VX_LINES"] += 1


def vrope(m, i, Stop):
    within(Stop, (last(i.a, i.n0, i.s0, i.cols), m.c.VM_LINES), (last(i.d, i.n0, i.ds, i.cols), m.c.VM_LINES),
           (last(i.b, rows_of_b(i), i.bs, 2 * i.cols), m.c.VM_LINES))
    for r in range(i.n0):
        for j in range(i.cols):
            at = i.b + (r // i.rep if i.rep else 0) * i.bs + j
            x, c, s = m.read(i.a + r * i.s0 + j), m.read(at), m.read(at + i.cols)
            m.write(i.d + r * i.ds + j, [n.add(n.mul(x[k], c[k]), n.mul(x[k ^ 1], s[k])) for k in range(m.c.L)])
            m.count["VX_LINES"] += 1


def scalar(m, i, r):
    if r % m.c.L == 0:
        m.count["VM_READ"] += 1
    return m.vm[i.b + r // m.c.L][r % m.c.L]


def vrow(m, i, Stop):
    within(Stop, (last(i.a, i.n0, i.s0, i.cols), m.c.VM_LINES), (last(i.d, i.n0, i.ds, i.cols), m.c.VM_LINES),
           (i.b + (i.n0 - 1) // m.c.L, m.c.VM_LINES))
    op = (n.add, n.sub, n.mul)[i.fn]
    for r in range(i.n0):
        s = scalar(m, i, r)
        for j in range(i.cols):
            m.write(i.d + r * i.ds + j, [op(x, s) for x in m.read(i.a + r * i.s0 + j)])
            m.count["VX_LINES"] += 1


def limit(m, i, r):
    return s24(i.lim + m.areg[i.areg] + r * i.lstep)


def vred(m, i, Stop):
    L = m.c.L
    within(Stop, (last(i.a, i.n0, i.s0, i.cols), m.c.VM_LINES), (i.d + (i.n0 - 1) // L, m.c.VM_LINES))
    out = [0] * L
    for r in range(i.n0):
        values = [x for j in range(i.cols) for x in m.read(i.a + r * i.s0 + j)][:max(0, limit(m, i, r))]
        m.count["VX_LINES"] += i.cols
        squares = [n.mul(x, x) for x in values] if i.fn == 1 else values
        out[r % L] = n.largest(values) if i.fn == 2 else n.reduce(squares)
        if r % L == L - 1 or r == i.n0 - 1:
            m.write(i.d + r // L, out)
            out = [0] * L


def vfn(m, i, Stop):
    L, expm, rsqrt = m.c.L, i.fn == 6, i.fn == 5
    within(Stop, (last(i.a, i.n0, i.s0, i.cols), m.c.VM_LINES), (last(i.d, i.n0, i.ds, i.cols), m.c.VM_LINES))
    if expm:
        within(Stop, (i.b + (i.n0 - 1) // L, m.c.VM_LINES))
    if rsqrt:
        within(Stop, (last(i.b, rows_of_b(i), i.bs, i.cols), m.c.VM_LINES))
    one = {0: lambda a, s: n.exp2(n.mul(i.c, a)), 1: lambda a, s: n.sigmoid(a), 2: lambda a, s: n.silu(a),
           3: lambda a, s: n.gelu(a), 4: lambda a, s: n.div(n.ONE, a),
           5: lambda a, s: n.div(n.ONE, n.sqrt(n.add(n.mul(i.c, a), s))),
           6: lambda a, s: n.exp2(n.mul(i.c, n.sub(a, s)))}[i.fn]
    for r in range(i.n0):
        s = scalar(m, i, r) if expm else 0
        for j in range(i.cols):
            a = m.read(i.a + r * i.s0 + j)
            b = m.read(i.b + (r // i.rep if i.rep else 0) * i.bs + j) if rsqrt else (s,) * L
            m.write(i.d + r * i.ds + j,
                    [one(a[k], b[k]) if j * L + k < limit(m, i, r) else 0 for k in range(L)])
            m.count["VX_LINES"] += 1
            m.count["FN_LINES"] += 1
            m.count["DIVIDES"] += L if i.fn == 4 else 2 * L if rsqrt else 0


# ---- Codes, digits, entries --------------------------------------------------------------------------------


def field_ranges(m, i, Stop):
    within(Stop, (last(i.a, i.n0, i.s0, i.cols), m.c.VM_LINES), (last(i.sm, i.n0, i.smstride, blocks(i)), m.c.SM_ENTRIES),
           (i.rt + i.n0 - 1, m.c.RT_ENTRIES))


def vcode(m, i, Stop):
    field_ranges(m, i, Stop)
    for r in range(i.n0):
        bits = 8 if bit8(m, i, r) else 4
        each = 32 // bits
        within(Stop, (i.b + r * i.gstride + (i.cols - 1) // each, m.c.VM_LINES))
        packed = [0] * m.c.L
        for j in range(i.cols):
            e = m.sm[i.sm + r * i.smstride + block(i, j)]
            q = codes(m.read(i.a + r * i.s0 + j), e, 2 ** bits - 1, False)
            packed = [p | v << bits * (j % each) for p, v in zip(packed, q)]
            m.count["VX_LINES"] += 1
            if j % each == each - 1 or j == i.cols - 1:
                m.write(i.b + r * i.gstride + j // each, packed, checked=False)
                packed = [0] * m.c.L


def vdeq(m, i, Stop):
    field_ranges(m, i, Stop)
    for r in range(i.n0):
        bits = 8 if bit8(m, i, r) else 4
        each = 32 // bits
        within(Stop, (i.b + r * i.gstride + (i.cols - 1) // each, m.c.VM_LINES))
        for j in range(i.cols):
            if j % each == 0:
                packed = m.read(i.b + r * i.gstride + j // each)
            _, scale, zero, _ = m.sm[i.sm + r * i.smstride + block(i, j)]
            q = [v >> bits * (j % each) & 2 ** bits - 1 for v in packed]
            m.write(i.a + r * i.s0 + j, [n.mul(n.s32_f32(v - zero), scale) for v in q])
            m.count["VX_LINES"] += 1


def pack(m, i, Stop, place, lines):
    within(Stop, (last(i.a, i.n0, i.s0, i.cols), m.c.VM_LINES), (last(i.sm, i.n0, i.smstride, blocks(i)), m.c.SM_ENTRIES),
           (i.xb + i.gstride + lines - 1, m.c.PB_LINES))
    for r in range(i.n0):
        for j in range(i.cols):
            e = m.sm[i.sm + r * i.smstride + block(i, j)]
            q = codes(m.read(i.a + r * i.s0 + j), e, 119, True)
            changed = {}
            for lane, v in enumerate(q):
                for plane, digit in enumerate(n.digits(v)):
                    line, nibble = place(r, j, lane)
                    line += i.xb + plane * i.gstride
                    changed.setdefault(line, list(m.pb[line]))[nibble] = digit
            for line, nibbles in changed.items():
                m.pb[line] = tuple(nibbles)
                m.count["PB_WRITE"] += 1
            m.count["VX_LINES"] += 1


def vpackk(m, i, Stop):
    T, phases = m.c.T, m.c.L // m.c.T
    within(Stop, (i.rm + i.n0 - 1, m.c.L))
    pack(m, i, Stop, lambda r, j, lane: (j * phases + lane // T, (i.rm + r) * T + lane % T), i.cols * phases)


def vpackv(m, i, Stop):
    T = m.c.T
    pack(m, i, Stop, lambda r, j, lane: (j * i.b + (i.rm + r) // T, lane * T + (i.rm + r) % T),
         (i.cols - 1) * i.b + (i.rm + i.n0 - 1) // T + 1)


def entry_ranges(m, i, Stop, each):
    lines = -(-i.cols * each // m.c.L)
    within(Stop, (last(i.a, i.n0, i.s0, lines), m.c.VM_LINES),
           (i.sm + (i.n0 - 1) * i.smstride + (i.cols - 1) * i.gstride, m.c.SM_ENTRIES))
    return lines


def vsmrd(m, i, Stop):
    lines = entry_ranges(m, i, Stop, 2 if i.first else 1)
    for r in range(i.n0):
        lanes = []
        for e in range(i.cols):
            _, scale, zero, _ = m.sm[i.sm + r * i.smstride + e * i.gstride]
            lanes += [scale, n.s32_f32(zero)] if i.first else [scale]
        lanes += [0] * (lines * m.c.L - len(lanes))
        for k in range(lines):
            m.write(i.a + r * i.s0 + k, lanes[k * m.c.L:(k + 1) * m.c.L])
            m.count["VX_LINES"] += 1


def vsmwr(m, i, Stop):
    lines = entry_ranges(m, i, Stop, 2)
    for r in range(i.n0):
        lanes = [x for k in range(lines) for x in m.read(i.a + r * i.s0 + k)]
        m.count["VX_LINES"] += lines
        for e in range(i.cols):
            zero = max(0, min(255, n.rne_int10(lanes[2 * e + 1])))
            m.sm[i.sm + r * i.smstride + e * i.gstride] = (0, lanes[2 * e], zero, 0)


VECTOR = {"VBFLY": vbfly, "VMINMAX": vminmax, "VQPAR": vqpar, "VQUANT": vquant, "VBIAS": vbias, "VBIN": vbin, "VROPE": vrope,
          "VROW": vrow, "VRED": vred, "VFN": vfn, "VCODE": vcode, "VDEQ": vdeq, "VPACKK": vpackk, "VPACKV": vpackv,
          "VSMRD": vsmrd, "VSMWR": vsmwr}
