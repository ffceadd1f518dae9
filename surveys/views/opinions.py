"""The comments of a wave, classed: the portal hints, people confirm."""

from django.contrib import messages
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import ngettext

from core.access import needs
from core.permissions import allows, require
from core.views import get_visible_or_404, render_page
from surveys.choices import Direction, Theme
from surveys.models import Wave
from surveys.selectors import opinions as selector
from surveys.services import opinions
from surveys.views.waves import wave_context

SHOWN = 50
UNDECIDED = "undecided"


@needs("surveys.see_results")
def wave_opinions(request, pk):
    """``?direction=``, ``?theme=`` (or ``-`` for none) and ``?state=undecided`` narrow the comments."""
    row = get_visible_or_404(Wave, request.user, pk=pk)
    require(request.user, "surveys.see_results_of", row)
    if request.method == "POST":
        return _classify(request, row)
    found = selector.comments(row)
    chosen = {name: request.GET.get(name, "") for name in ("direction", "theme", "state")}
    shown = [comment for comment in found or () if _fits(comment, chosen)]
    lines, total = selector.table(found or ())
    context = wave_context(request, row, "opinions") | {
        "is_hidden": found is None, "lines": lines, "total": total, "directions": Direction, "themes": Theme,
        "comments": shown[:SHOWN], "more": len(shown) - SHOWN, "chosen": chosen,
        "decided": sum(comment.is_decided for comment in found or ()),
        "may_classify": allows(request.user, "surveys.classify_opinions", row),
    }  # fmt: skip
    return render_page(request, "surveys/wave_opinions.html", context)


def _fits(comment, chosen):
    theme = {"": comment.theme, "-": ""}.get(chosen["theme"], chosen["theme"])
    return (
        chosen["direction"] in ("", comment.direction)
        and theme == comment.theme
        and not (chosen["state"] == UNDECIDED and comment.is_decided)
    )


def _classify(request, wave):
    """Every comment on the page that nobody decided yet or whose fields were changed, as its two fields say."""
    require(request.user, "surveys.classify_opinions", wave)
    directions, themes = set(Direction.values), {"", *Theme.values}
    classes = {}
    for key in request.POST.getlist("comment")[:SHOWN]:
        direction, theme = request.POST.get(f"direction_{key}", ""), request.POST.get(f"theme_{key}", "")
        is_as_it_was = request.POST.get(f"was_{key}") == f"{direction}:{theme}:True"  # decided, and left alone
        if direction in directions and theme in themes and not is_as_it_was:
            classes[key] = (direction, theme)
    count = opinions.classify(wave, classes, by=request.user)
    messages.success(request, ngettext("%(n)s comment classed.", "%(n)s comments classed.", count) % {"n": count})
    query = request.GET.urlencode()
    return redirect(reverse("surveys:wave_opinions", args=[wave.pk]) + (f"?{query}" if query else ""))
