"""Whether a colour can be read (WCAG 2.2, 1.4.3), and the nearest one that can. Pure."""

import colorsys
import re

LEAST = 4.5  # of text on its ground
WHITE, INK = "#ffffff", "#05211e"
DARK_CARD = "#182123"  # the ground of customers' pages in the dark
STEPS = 400


def channels(colour):
    """(red, green, blue) from 0 to 1 of "#0f766e" or "#076". Raises ValueError."""
    if not re.fullmatch(r"#(?:[0-9a-fA-F]{3}){1,2}", colour):
        raise ValueError(colour)
    digits = colour[1:] if len(colour) == 7 else "".join(2 * digit for digit in colour[1:])
    return tuple(int(digits[place : place + 2], 16) / 255 for place in (0, 2, 4))


def luminance(colour):
    """Relative luminance as WCAG defines it."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels(colour)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def ratio(one, other):
    """Contrast of two colours, 1 to 21."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def passes(colour, ground=WHITE):
    return ratio(colour, ground) >= LEAST


def nearest(colour, ground=WHITE):
    """The colour of the same hue that is nearest in lightness and can be read on ``ground``; itself if it can."""
    hue, light, full = colorsys.rgb_to_hls(*channels(colour))
    end = 0.0 if luminance(ground) > 0.18 else 1.0  # darker on white, lighter on black
    for step in range(STEPS + 1):
        found = written(colorsys.hls_to_rgb(hue, light + (end - light) * step / STEPS, full))
        if passes(found, ground):
            return found
    raise ValueError(f"{colour}: nothing of its hue can be read on {ground}")


def mixed(colour, ground, share):
    """``colour`` laid over ``ground`` with ``share`` of 1."""
    return written(share * a + (1 - share) * b for a, b in zip(channels(colour), channels(ground), strict=True))


def written(parts):
    return "#" + "".join(f"{round(255 * min(1.0, max(0.0, part))):02x}" for part in parts)


def palette(colour):
    """{theme: {token: colour}} of customers' pages for a colour that passes on white: every pair of text and ground passes."""
    dark = nearest(colour, DARK_CARD)
    return {
        "light": {"accent": colour, "accent-strong": mixed(colour, "#000000", 0.76), "on-accent": WHITE,
                  "accent-soft": mixed(colour, WHITE, 0.1)},
        "dark": {"accent": dark, "accent-strong": mixed(dark, WHITE, 0.7), "on-accent": nearest(mixed(dark, "#000000", 0.15), dark),
                 "accent-soft": mixed(dark, DARK_CARD, 0.14)},
    }  # fmt: skip
