"""The section of periodic reports on ratings that customers published themselves (DAT-07), from kept figures alone."""

from collections import Counter

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import periods
from core.charts import Chart
from core.reporting import Headline, Section, add_section
from core.statistics.intervals import mean_of
from surveys.choices import Direction, Theme
from surveys.models import PublishedRating

QUOTED = 5  # problems and suggestions repeated word by word
FEW = 5  # ratings below which no mean is told


def collect(period, unit=None):
    """Figures of what was published in the period, about ``unit`` or at all; {} when nothing was."""
    rows = _of(period, unit)
    if not rows:
        return {}
    scores = [float(row.score5) for row in rows if row.score5 is not None]
    told = [row for row in rows if row.direction in Direction.answered() and row.body]
    return {
        "n": len(rows), "scores": scores, "before": len(_of(periods.previous(period), unit)),
        "directions": dict(Counter(row.direction for row in rows)),
        "themes": dict(Counter(row.theme for row in rows if row.theme)),
        "sources": sorted(
            ([source, len(found), [float(row.score5) for row in found if row.score5 is not None]]
             for source, found in _by_source(rows).items()),
            key=lambda line: (-line[1], line[0]),
        ),
        "told": [
            {"source": row.source, "on": row.published_on.isoformat(), "direction": row.direction, "body": row.body[:400]}
            for row in told[:QUOTED]
        ],
    }  # fmt: skip


def _of(period, unit):
    first, last = (timezone.localdate(moment) for moment in periods.bounds(period))
    rows = PublishedRating.objects.filter(published_on__gte=first, published_on__lt=last)
    return list((rows.filter(unit=unit) if unit else rows).order_by("-published_on", "-pk"))


def _by_source(rows):
    found = {}
    for row in rows:
        found.setdefault(row.source, []).append(row)
    return found


def _url():
    return reverse("surveys:published_list")


def _mean(scores):
    return mean_of(scores, bounds=(1, 5)) if len(scores) >= FEW else None


def charts(data):
    themes = sorted(data.get("themes", {}).items(), key=lambda pair: (-pair[1], pair[0]))
    if not themes:
        return []
    rows = [{"label": str(Theme(theme).label), "values": [count]} for theme, count in themes]
    sentence = _("Most of what was published is about “%(theme)s”: %(count)s of %(n)s.") % {
        "theme": Theme(themes[0][0]).label, "count": themes[0][1], "n": data["n"],
    }  # fmt: skip
    return [
        Chart("bars", {"rows": rows, "series": [_("Published ratings")]}, _("What published ratings are about"), sentence,
              ((_("About"), _("Count")), [[row["label"], row["values"][0]] for row in rows]), rows_url=_url())
    ]  # fmt: skip


def headlines(data):
    if not data.get("n"):
        return []
    found = [
        Headline(
            _("Published ratings"),
            str(data["n"]),
            "",
            _("%(n)s in the period before") % {"n": data["before"]},
            url=_url(),
        )
    ]
    if mean := _mean(data["scores"]):
        base = _("n = %(n)s; no sample: whoever publishes chose to") % {"n": mean.n}
        found.append(Headline(_("Mean of published ratings"), f"{mean.mean:.2f}", "/5", base, url=_url()))
    return found


def tables(data):
    if not data.get("n"):
        return []
    sources = [
        [source, n, f"{_mean(scores).mean:.2f}" if _mean(scores) else "–"] for source, n, scores in data["sources"]
    ]
    ways = [
        [str(way.label), data["directions"].get(way.value, 0)] for way in Direction if data["directions"].get(way.value)
    ]
    found = [
        (_("Where it was published"), (_("Published at"), _("Count"), _("Mean (5-point)")), sources),
        (_("Published ratings by direction"), (_("Direction"), _("Count")), ways),
    ]
    if data["told"]:
        rows = [[row["on"], row["source"], str(Direction(row["direction"]).label), row["body"]] for row in data["told"]]
        found.append(
            (
                _("Problems and suggestions that were published"),
                (_("Day"), _("Published at"), _("Direction"), _("Words")),
                rows,
            )
        )
    return found


def sentences(data, part):
    if not data.get("n") or part not in ("overview", "advice"):
        return []
    problems = data["directions"].get(Direction.PROBLEM.value, 0)
    if part == "overview":
        return [_("Customers published %(n)s ratings about the company, %(problems)s of which name a problem.") % {
            "n": data["n"], "problems": problems}]  # fmt: skip
    if problems:
        return [_("Answer the published problems where they stand, and settle them with the customer if known.")]
    return []


def register():
    add_section(Section(
        code="published", title=gettext_lazy("Published ratings"), order=15, collect=collect, charts=charts,
        tables=tables, headlines=headlines, sentences=sentences,
    ))  # fmt: skip
