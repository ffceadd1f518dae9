"""Pages that are the same for everybody but for a few holes: drawn once in a process and language, then only filled.

The empty form and the receipt are what a public form under fire is asked for.
"""

import re

from django.template.loader import render_to_string
from django.utils.html import escape
from django.utils.translation import get_language

from core.context import portal

MARK = "hole-{}-7b1f40d2"
HOLES = re.compile(r"hole-([a-z_]+)-7b1f40d2")
MOST = 200

_frames = {}


def filled(request, template, facts, **holes):
    """The page ``template`` with ``facts``, of which there are few kinds, and with ``holes``, texts of this visitor."""
    key = (template, get_language(), *holes, *facts.items())
    parts = _frames.get(key)
    if parts is None:
        if len(_frames) >= MOST:
            _frames.clear()
        marks = {hole: MARK.format(hole) for hole in holes}
        parts = _frames[key] = HOLES.split(render_to_string(template, portal(request) | facts | marks))
    return "".join(escape(holes[part]) if place % 2 else part for place, part in enumerate(parts))
