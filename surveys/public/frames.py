"""Pages that are the same for everybody but for a few holes: drawn once in a process, then only filled.

The page a visitor meets first and the receipt are what a mass mailing asks for; drawing them took most time.
"""

import re
from dataclasses import replace

from django.template.loader import render_to_string
from django.utils.html import escape
from django.utils.translation import get_language

from core.context import portal

MARK = "hole-{}-c41d7e93"
HOLES = re.compile(r"hole-([a-z_]+)-c41d7e93")
MOST = 500  # frames kept; a wave has one per section and language

_frames = {}


def filled(request, visit, name, *, sheet=None, **holes):
    """The page ``name`` as anybody with such a link gets it, with ``holes`` and the address filled in."""
    wave = visit.wave
    seen = (wave.pk, wave.version, wave.updated_at, wave.closes_at, visit.is_personal)
    key = (name, sheet and sheet.index, get_language(), *seen, *holes)
    parts = _frames.get(key)
    if parts is None:
        if len(_frames) >= MOST:
            _frames.clear()
        parts = _frames[key] = _cut(request, visit, name, sheet, holes)
    values = {"home": visit.home, **holes}
    return "".join(escape(values[part]) if place % 2 else part for place, part in enumerate(parts))


def _cut(request, visit, name, sheet, holes):
    """Texts and names of holes by turns."""
    marks = {hole: MARK.format(hole) for hole in holes}
    context = portal(request) | marks | {"visit": replace(visit, home=MARK.format("home")), "wave": visit.wave}
    return HOLES.split(render_to_string(f"surveys/public/{name}.html", context | {"sheet": sheet}))
