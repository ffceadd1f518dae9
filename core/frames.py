"""Pages that are the same for everybody but for a few holes: drawn once in a process, then only filled.

The page a visitor meets first and the receipt are what a rush asks for; drawing them takes most time.
"""

import re

from django.utils.html import escape
from django.utils.translation import get_language

MARK = "hole-{}-c41d7e93"
HOLES = re.compile(r"hole-([a-z_]+)-c41d7e93")
MOST = 500  # frames kept

_frames = {}


def filled(key, draw, /, **holes):
    """The page ``draw(marks)`` with ``holes`` filled in. ``draw`` gets a mark for each hole and is asked once for each
    ``key`` and language; whatever else the page depends on belongs into ``key``.
    """
    key = (get_language(), *key, *holes)
    parts = _frames.get(key)
    if parts is None:
        if len(_frames) >= MOST:
            _frames.clear()
        parts = _frames[key] = HOLES.split(draw({hole: MARK.format(hole) for hole in holes}))
    return "".join(escape(holes[part]) if place % 2 else part for place, part in enumerate(parts))
