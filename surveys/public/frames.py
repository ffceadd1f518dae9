"""Pages of respondents that are the same for everybody with such a link (core.frames)."""

from dataclasses import replace

from django.template.loader import render_to_string

from core import frames
from core.context import portal


def filled(request, visit, name, *, sheet=None, **holes):
    """The page ``name`` as anybody with such a link gets it, with ``holes`` and the address filled in."""
    wave = visit.wave

    def draw(marks):
        context = portal(request) | marks | {"visit": replace(visit, home=marks["home"]), "wave": wave}
        return render_to_string(f"surveys/public/{name}.html", context | {"sheet": sheet})

    seen = (wave.pk, wave.version, wave.updated_at, wave.closes_at, visit.is_personal)
    return frames.filled((name, sheet and sheet.index, *seen), draw, home=visit.home, **holes)
