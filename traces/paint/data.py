# SPDX-License-Identifier: Apache-2.0
"""Captioned pictures: an emoji of Noto Color Emoji, named by CLDR, on a plain background.

    /usr/bin/python3 data.py sheet.png        shows every object once

Debian packages fonts-noto-color-emoji, unicode-cldr-core and python3-pil. Caption: "SIZE OBJECT on
COLOUR" with SIZE "small", "large" or absent. An (object, colour) pair is held out, in every size,
where (3 object + colour) mod 10 is 0: a tenth of the pairs, never trained.
"""
import sys
import xml.etree.ElementTree as xml

import numpy as np
from PIL import Image, ImageDraw, ImageFont

FONT = "/usr/share/fonts/truetype/noto/NotoColorEmoji.ttf"
NAMES = "/usr/share/unicode/cldr/common/annotations/en.xml"
SIDE = 32
EMOJI = ("🍎🍌🍇🍉🍓🍍🥕🍄🍕🍔🍩🎂" "🐙🦀🐟🐧🦉🐸🐢🐞🦋🐼🦊🐘"
         "🌹🌻🌵🌲🌴🍁☀🌙⭐🌈🔥☃" "🏠🏰⛵🚗🚌🚀🎈🎃❤⚽🎸🔑")
COLOURS = {"white": (245, 245, 245), "black": (25, 25, 28), "red": (205, 50, 45), "green": (60, 150, 70),
           "blue": (45, 95, 200), "yellow": (245, 215, 80), "purple": (125, 60, 165), "gray": (130, 132, 136)}
SIZES = {"": 25, "small": 18, "large": 31}  # pixels, the longer side
SHADE = 0.06                                # a background is this much lighter on top, darker below


def names():
    """The English short name of every emoji of EMOJI, in that order."""
    short = {a.get("cp"): a.text for a in xml.parse(NAMES).iter("annotation") if a.get("type") == "tts"}
    return [short[e].lower() for e in EMOJI]


def glyph(font, char, size):
    """One emoji, cut to what is drawn and scaled: premultiplied float RGB [s, s, 3] and cover [s, s, 1]."""
    big = Image.new("RGBA", (160, 160))
    ImageDraw.Draw(big).text((4, 4), char, font=font, embedded_color=True)
    big = big.crop(big.getbbox())
    side = max(big.size)
    square = Image.new("RGBA", (side, side))
    square.paste(big, ((side - big.width) // 2, (side - big.height) // 2))
    a = np.asarray(square.resize((size, size), Image.BICUBIC), np.float32) / 255
    return a[..., :3] * a[..., 3:], a[..., 3:]


class Pictures:
    def __init__(self):
        font = ImageFont.truetype(FONT, 109)
        self.objects, self.colours, self.sizes = names(), list(COLOURS), list(SIZES)
        self.glyphs = [[glyph(font, e, s) for s in SIZES.values()] for e in EMOJI]
        fade = 1 + SHADE * np.linspace(1, -1, SIDE, dtype=np.float32)[:, None, None]
        flat = np.ones((SIDE, SIDE, 3), np.float32)
        self.grounds = [np.clip(flat * np.float32(c) / 255 * fade, 0, 1) for c in COLOURS.values()]
        pairs = [(o, c) for o in range(len(self.objects)) for c in range(len(self.colours))]
        self.held = [p for p in pairs if (3 * p[0] + p[1]) % 10 == 0]
        self.trained = [p for p in pairs if (3 * p[0] + p[1]) % 10 != 0]

    def words(self):
        return " ".join(self.objects + self.colours + self.sizes + ["on"]).split()

    def caption(self, o, c, s=0):
        return " ".join(("%s %s on %s" % (self.sizes[s], self.objects[o], self.colours[c])).split())

    def picture(self, o, c, s=0, dx=0, dy=0):
        """[3, SIDE, SIDE] in -1 .. 1, the object (dx, dy) pixels off the middle."""
        rgb, cover = self.glyphs[o][s]
        n, out = len(rgb), self.grounds[c].copy()
        y, x = (SIDE - n) // 2 + dy, (SIDE - n) // 2 + dx
        y, x = min(max(y, 0), SIDE - n), min(max(x, 0), SIDE - n)
        out[y:y + n, x:x + n] = out[y:y + n, x:x + n] * (1 - cover) + rgb
        return out.transpose(2, 0, 1) * 2 - 1

    def batch(self, rng, count, held=False, jitter=1):
        """(pictures [count, 3, SIDE, SIDE], triples (object, colour, size)) drawn evenly."""
        pairs = self.held if held else self.trained
        rows, out = [], np.empty((count, 3, SIDE, SIDE), np.float32)
        for i in range(count):
            o, c = pairs[rng.integers(len(pairs))]
            s = int(rng.integers(len(self.sizes)))
            dx, dy = rng.integers(-jitter, jitter + 1, 2)
            out[i] = self.picture(o, c, s, dx, dy)
            rows.append((o, c, s))
        return out, rows


def to_image(x, scale=1):
    """[3, H, W] in -1 .. 1 -> PIL image, every pixel `scale` pixels wide."""
    a = np.clip(np.round((np.asarray(x, np.float64) + 1) * 127.5), 0, 255).astype(np.uint8).transpose(1, 2, 0)
    return Image.fromarray(a.repeat(scale, 0).repeat(scale, 1))


if __name__ == "__main__":
    p = Pictures()
    print(len(p.objects), "objects:", ", ".join(p.objects), "\nheld out:", len(p.held), "of", len(p.held + p.trained))
    sheet = Image.new("RGB", (12 * 70, 4 * 70))
    for o in range(len(p.objects)):
        sheet.paste(to_image(p.picture(o, o % 8, o % 3), 2), (o % 12 * 70, o // 12 * 70))
    sheet.save(sys.argv[1])
