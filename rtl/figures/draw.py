#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH SHL-2.1
"""draw - a drawing written as text, NAME.txt, to NAME.svg beside it. Needs nothing but Python 3.

  draw.py            writes every SVG whose text changed
  draw.py --check    writes nothing; says which SVG is stale and fails

A line of NAME.txt is one of these; all lengths are in units of 10 pixels, # begins a comment:
  size W H                            of the whole drawing
  title TEXT
  frame X Y W H : TEXT                a border with a name, behind the rest
  stage X W Y H : NUMBER ; TEXT       a column of a pipeline, its number above
  box NAME KIND X Y W H : LINE ; ...  KIND unit, memory, queue, reg, logic, port; the first line is bold
  arrow A.r -> B.l : TEXT             sides l r t b; A.r+2 leaves two units below (right of) the middle
  arrow A.r -> B.l via X,Y X,Y : TEXT through these points; a coordinate _ is that of the point before
  note X Y : TEXT ; TEXT              text without a box, its left end at X, Y its first baseline
A text that does not fit its box, boxes that overlap, an arrow through a box and texts on one another are
errors: the widths are those of a monospaced font.
"""
import html
import os
import re
import sys

UNIT, FONT, LEAD, CHAR = 10, 11, 14, 0.602
SIDES = {'l': (-1, 0), 'r': (1, 0), 't': (0, -1), 'b': (0, 1)}
STYLE = '''
 text{font:11px ui-monospace,"DejaVu Sans Mono",Menlo,Consolas,monospace;fill:#1f2933}
 .b{font-weight:bold}.h{font-size:14px;font-weight:bold}.m{fill:#52606d}
 .bg{fill:#fff}.halo{paint-order:stroke;stroke:#fff;stroke-width:4px}
 rect{stroke:#3e4c59}.unit{fill:#dbeafe}.memory{fill:#d8f3dc}.queue{fill:#fff3bf}.reg{fill:#eceff3}.logic{fill:#fff}
 .port{fill:#f6e4ef}.frame{fill:none;stroke:#7b8794;stroke-dasharray:5 4}.stage{fill:#f4f6f8;stroke:none}
 .bg,.stage{stroke:none}path{fill:none;stroke:#3e4c59;stroke-width:1.3}.tip{fill:#3e4c59;stroke:none}
 @media(prefers-color-scheme:dark){text{fill:#e4e7eb}.m{fill:#a6b1bd}.bg{fill:#0d1117}.halo{stroke:#0d1117}
 rect{stroke:#9aa5b1}.unit{fill:#1c3a5e}.memory{fill:#1d4030}.queue{fill:#4a3f14}.reg{fill:#2b333c}.logic{fill:#11161d}
 .port{fill:#43283a}.frame{fill:none;stroke:#7b8794}.stage{fill:#161c23;stroke:none}.bg{stroke:none}
 path{stroke:#9aa5b1}.tip{fill:#9aa5b1}}
'''


class Wrong(Exception):
    """What is wrong with a line of the text."""


def width(text, size=FONT):
    return len(text) * size * CHAR


def cross(a, b, slack=0.0):
    """Whether the rectangles a and b (x, y, w, h) share more than their borders."""
    return (a[0] < b[0] + b[2] - slack and b[0] < a[0] + a[2] - slack
            and a[1] < b[1] + b[3] - slack and b[1] < a[1] + a[3] - slack)


class Drawing:
    def __init__(self):
        self.size, self.heading = None, ''
        self.boxes, self.arrows, self.frames, self.stages, self.notes = {}, [], [], [], []
        self.texts = []   # (x, y, w, h, what) of every text without a box
        self.legs = []    # (x, y, w, h, arrow) of every straight piece of an arrow

    # ---- reading ----------------------------------------------------------------------------------
    def line(self, text):
        word, _, rest = text.partition(' ')
        head, colon, label = rest.partition(' : ')
        labels = [part.strip() for part in label.split(' ; ')] if colon else []
        field = head.split()
        if word == 'title':
            self.heading = rest
        elif word == 'size':
            self.size = tuple(float(n) * UNIT for n in field)
        elif word in ('frame', 'stage', 'note'):
            place = [float(n) * UNIT for n in field]
            {'frame': self.frames, 'stage': self.stages, 'note': self.notes}[word].append((place, labels))
        elif word == 'box':
            place = tuple(float(n) * UNIT for n in field[2:])
            if len(place) != 4 or field[0] in self.boxes:
                raise Wrong('a box is a new NAME, KIND, X Y W H')
            self.boxes[field[0]] = (field[1], place, labels)
        elif word == 'arrow':
            self.arrows.append((field, label))
        else:
            raise Wrong('unknown word ' + word)

    # ---- places -----------------------------------------------------------------------------------
    def end(self, text):
        found = re.fullmatch(r'(\w+)\.([lrtb])([+-][0-9.]+)?', text)
        if not found or found[1] not in self.boxes:
            raise Wrong('no such end of an arrow: ' + text)
        x, y, w, h = self.boxes[found[1]][1]
        dx, dy = SIDES[found[2]]
        off = float(found[3] or 0) * UNIT
        px = x + w / 2 + dx * w / 2 + (off if dy else 0)
        py = y + h / 2 + dy * h / 2 + (off if dx else 0)
        if not (x <= px <= x + w and y <= py <= y + h):
            raise Wrong('the arrow leaves its side: ' + text)
        return [px, py], found[1], found[2], found[3] is not None, (x, y, w, h)

    def straight(self, a, b):
        """Moves the ends that are not fixed so that one line joins two sides that face each other."""
        axis = 1 if a[2] in 'lr' else 0
        lo = max(a[4][axis], b[4][axis])
        hi = min(a[4][axis] + a[4][axis + 2], b[4][axis] + b[4][axis + 2])
        if hi <= lo or (a[2] in 'lr') != (b[2] in 'lr'):
            return
        if a[3] and lo <= a[0][axis] <= hi and not b[3]:
            b[0][axis] = a[0][axis]
        elif b[3] and lo <= b[0][axis] <= hi and not a[3]:
            a[0][axis] = b[0][axis]
        elif not a[3] and not b[3]:
            a[0][axis] = b[0][axis] = (lo + hi) / 2

    def route(self, field):
        if len(field) < 3 or field[1] != '->':
            raise Wrong('an arrow is A.side -> B.side')
        a, b = self.end(field[0]), self.end(field[2])
        via = field[4:] if len(field) > 3 else []
        if not via:
            self.straight(a, b)
        points = [a[0]]
        for pair in via:
            x, y = pair.split(',')
            points.append([points[-1][0] if x == '_' else float(x) * UNIT, points[-1][1] if y == '_' else float(y) * UNIT])
        if via:   # the last leg meets the box at a right angle
            last = points[-1]
            if last[0] != b[0][0] and last[1] != b[0][1]:
                points.append([last[0], b[0][1]] if b[2] in 'lr' else [b[0][0], last[1]])
        elif a[0][0] != b[0][0] and a[0][1] != b[0][1]:
            if (a[2] in 'lr') == (b[2] in 'lr'):
                axis = 0 if a[2] in 'lr' else 1
                mid = (a[0][axis] + b[0][axis]) / 2
                points += [[mid, a[0][1]], [mid, b[0][1]]] if axis == 0 else [[a[0][0], mid], [b[0][0], mid]]
            else:
                points.append([b[0][0], a[0][1]] if a[2] in 'lr' else [a[0][0], b[0][1]])
        points.append(b[0])
        return points

    # ---- checks -----------------------------------------------------------------------------------
    def check_text(self, box, what):
        x, y, w, h = box
        if x < 0 or y < 0 or x + w > self.size[0] or y + h > self.size[1]:
            raise Wrong('beyond the drawing: ' + what)
        for name, (_, place, _) in self.boxes.items():
            if cross(box, place, 1):
                raise Wrong('text on box %s: %s' % (name, what))
        for other in self.texts:
            if cross(box, other[:4], 1):
                raise Wrong('text on text: %s / %s' % (what, other[4]))
        self.texts.append((*box, what))

    def check_boxes(self):
        items = list(self.boxes.items())
        for i, (name, (_, place, labels)) in enumerate(items):
            x, y, w, h = place
            if x < 0 or y < 0 or x + w > self.size[0] or y + h > self.size[1]:
                raise Wrong('beyond the drawing: box ' + name)
            if len(labels) * LEAD > h:
                raise Wrong('%d lines do not fit box %s' % (len(labels), name))
            for text in labels:
                if width(text) > w - 6:
                    raise Wrong('%s does not fit box %s, %.1f units' % (text, name, (width(text) + 6) / UNIT))
            for other, (_, there, _) in items[:i]:
                if cross(place, there):
                    raise Wrong('boxes %s and %s overlap' % (name, other))

    def check_route(self, points, what):
        for (x0, y0), (x1, y1) in zip(points, points[1:]):
            leg = (min(x0, x1), min(y0, y1), abs(x1 - x0) or 0.1, abs(y1 - y0) or 0.1)
            if x0 != x1 and y0 != y1:
                raise Wrong('a slanted arrow: ' + what)
            self.legs.append((*leg, what))
            for name, (_, place, _) in self.boxes.items():
                inner = (place[0] + 1, place[1] + 1, place[2] - 2, place[3] - 2)
                if cross(leg, inner):
                    raise Wrong('arrow %s runs through box %s' % (what, name))

    # ---- writing ----------------------------------------------------------------------------------
    @staticmethod
    def text(x, y, text, kind='', anchor='middle'):
        return '<text x="%g" y="%g" text-anchor="%s" class="%s">%s</text>' % (x, y, anchor, kind, html.escape(text))

    def draw_arrow(self, field, label):
        points = self.route(field)
        what = '%s -> %s' % (field[0], field[2])
        self.check_route(points, what)
        (xa, ya), (xb, yb) = points[-2], points[-1]
        dx, dy = (xb > xa) - (xb < xa), (yb > ya) - (yb < ya)
        tip = [(xb, yb), (xb - 8 * dx - 4 * dy, yb - 8 * dy - 4 * dx), (xb - 8 * dx + 4 * dy, yb - 8 * dy + 4 * dx)]
        path = 'M' + 'L'.join('%g %g' % tuple(p) for p in points[:-1]) + 'L%g %g' % (xb - 5 * dx, yb - 5 * dy)
        lines = ['<path d="%s"/>' % path,
                 '<polygon class="tip" points="%s"/>' % ' '.join('%g,%g' % p for p in tip)]
        texts = []
        if label:
            legs = sorted(zip(points, points[1:]), key=lambda leg: -abs(leg[0][0] - leg[1][0]) - abs(leg[0][1] - leg[1][1]))
            flat = [leg for leg in legs if leg[0][1] == leg[1][1] and abs(leg[0][0] - leg[1][0]) >= width(label) + 6]
            (x0, y0), (x1, y1) = (flat or legs)[0]
            if y0 == y1:
                x, y, anchor, left = (x0 + x1) / 2, y0 - 4, 'middle', (x0 + x1) / 2 - width(label) / 2
            else:
                x, y, anchor, left = x0 + 5, (y0 + y1) / 2 + 4, 'start', x0 + 5
            self.check_text((left, y - 9, width(label), 11), label)
            texts.append(self.text(x, y, label, 'm halo', anchor))
        return lines, texts

    def svg(self):
        if not self.size:
            raise Wrong('no size')
        self.check_boxes()
        w, h = self.size
        out = ['<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %g %g" width="%g" height="%g" role="img">' % (w, h, w, h),
               '<title>%s</title><style>%s</style>' % (html.escape(self.heading), STYLE.strip()),
               '<rect class="bg" width="%g" height="%g"/>' % (w, h)]
        top = []
        if self.heading:
            out.append(self.text(15, 24, self.heading, 'h', 'start'))
            self.check_text((15, 12, width(self.heading, 14), 15), self.heading)
        for (x, sw, y, sh), labels in self.stages:
            out.append('<rect class="stage" x="%g" y="%g" width="%g" height="%g"/>' % (x, y, sw, sh))
            for i, label in enumerate(labels):
                self.check_text((x + sw / 2 - width(label) / 2, y + 5 + 14 * i, width(label), 12), label)
                top.append(self.text(x + sw / 2, y + 14 + 14 * i, label, 'm' if i else 'b'))
        for (x, y, fw, fh), labels in self.frames:
            out.append('<rect class="frame" x="%g" y="%g" width="%g" height="%g" rx="6"/>' % (x, y, fw, fh))
            self.check_text((x + 8, y + 5, width(labels[0]), 12), labels[0])
            top.append(self.text(x + 8, y + 14, labels[0], 'b', 'start'))
        for (x, y), labels in self.notes:
            for i, label in enumerate(labels):
                self.check_text((x, y - 9 + LEAD * i, width(label), 11), label)
                top.append(self.text(x, y + LEAD * i, label, 'm halo', 'start'))
        for field, label in self.arrows:
            lines, texts = self.draw_arrow(field, label)
            out += lines
            top += texts
        for kind, (x, y, bw, bh), labels in self.boxes.values():
            out.append('<rect class="%s" x="%g" y="%g" width="%g" height="%g" rx="%d"/>'
                       % (kind, x, y, bw, bh, 0 if kind in ('memory', 'reg') else 4))
            if kind == 'queue':
                out += ['<path d="M%g %gv%g"/>' % (x + bw - 4 * i, y, bh) for i in (1, 2)]
            first = y + bh / 2 - LEAD * (len(labels) - 1) / 2 + 4
            out += [self.text(x + bw / 2, first + LEAD * i, label, '' if i else 'b') for i, label in enumerate(labels)]
        for text in self.texts:
            for leg in self.legs:
                if cross(text[:4], leg[:4], 1):
                    raise Wrong('arrow %s runs through the text %s' % (leg[4], text[4]))
        return '\n'.join(out + top + ['</svg>', ''])


def read(path):
    drawing, number = Drawing(), 0
    try:
        with open(path, encoding='utf-8') as file:
            for number, text in enumerate(file, 1):
                text = re.sub(r'(^|\s)#.*', '', text).strip()
                if text:
                    drawing.line(text)
        number = 0
        return drawing.svg()
    except (Wrong, ValueError, IndexError) as why:
        sys.exit('%s%s: %s' % (path, ':%d' % number if number else '', why))


def main():
    if sys.argv[1:] not in ([], ['--check']):
        sys.exit(__doc__)
    here, stale = os.path.dirname(os.path.abspath(__file__)), []
    for name in sorted(os.listdir(here)):
        if not name.endswith('.txt'):
            continue
        path = os.path.join(here, name[:-4] + '.svg')
        new, old = read(os.path.join(here, name)), None
        if os.path.exists(path):
            with open(path, encoding='utf-8') as file:
                old = file.read()
        if new != old and sys.argv[1:]:
            stale.append(os.path.basename(path))
        elif new != old:
            with open(path, 'w', encoding='utf-8') as file:
                file.write(new)
    if stale:
        print('\n'.join(f'rtl/figures/{name}:1: stale: run rtl/figures/draw.py' for name in stale))
        sys.exit(1)


if __name__ == '__main__':
    main()
