"""Pictures of results: units side by side, and what made up one score."""

from decimal import Decimal

from django.urls import reverse
from django.utils.translation import gettext as _

from appraisal.choices import Grade, Source
from core.charts import Chart
from core.i18n import pick

GROUPS = {Source.SELF.value: 0, Source.SUPERIOR.value: 1, Source.CUSTOMERS.value: 2}


def comparison(contents):
    """Units by total, what each side gave; units with too few facts are named beneath. None for fewer than two."""
    known = sorted((one for one in contents if one["total"]), key=lambda one: (-Decimal(one["total"]), one["sheet"]))
    if len(known) < 2:
        return None
    rows = [
        {"label": pick(one, "unit"), "values": [float(side) for side in sides(one)], "total": float(one["total"]),
         "note": str(Grade(one["grade"]).label), "url": sheet_url(one)}
        for one in known
    ]  # fmt: skip
    sentence = _leading(known[0], known[-1])
    absent = [pick(one, "unit") for one in contents if not one["total"]]
    note = _("Too few facts for a score: %(units)s.") % {"units": _(", ").join(absent)} if absent else ""
    headers = (_("Unit"), *(str(source.label) for source in Source), _("Total"), _("Grade"))
    table = [[pick(one, "unit"), *map(str, sides(one)), one["total"], str(Grade(one["grade"]).label)] for one in known]
    data = {"rows": rows, "series": [str(source.label) for source in Source], "decimals": 2, "most": 100}
    return Chart("bars", data, _("Units compared"), sentence, (headers, table), note=note)


def _leading(best, last):
    if best["total"] == last["total"]:
        return _("All units have the same score.")
    return _("%(best)s leads with %(high)s, %(last)s is last with %(low)s.") % {
        "best": pick(best, "unit"), "high": best["total"], "last": pick(last, "unit"), "low": last["total"],
    }  # fmt: skip


def sides(content):
    """What the self-rating, the superior and the customers' side gave, in points of the total."""
    return [
        sum((Decimal(line["contribution"]) for line in content["lines"] if line["group"] == source.value), Decimal(0))
        for source in Source
    ]


def contribution(content, bands):
    """What each line gave to the total, beside what it could give at most. None without a score."""
    if not content["total"]:
        return None
    rows = [
        {"label": pick(line, "title"), "value": float(line["contribution"]), "max": float(line["effective"]),
         "group": GROUPS[line["group"]], "url": line_url(line)}
        for line in content["lines"] if Decimal(line["effective"])
    ]  # fmt: skip
    lost = max(
        content["lines"], key=lambda line: (Decimal(line["effective"]) - Decimal(line["contribution"]), line["code"])
    )
    sentence = _("Most was lost with “%(line)s”: %(points)s of %(most)s points.") % {
        "line": pick(lost, "title"), "points": Decimal(lost["effective"]) - Decimal(lost["contribution"]),
        "most": lost["effective"],
    }  # fmt: skip
    marks = [{"value": float(floor), "label": str(grade.label)} for grade, floor, _below, _one in bands if floor]
    total = {"label": _("Total"), "value": float(content["total"]), "max": 100}
    headers = (_("Line"), _("Weight after spreading (%)"), _("Points"), _("Contribution"))
    table = [
        [pick(line, "title"), line["effective"], line["points"] or "–", line["contribution"]]
        for line in content["lines"]
    ]
    return Chart(
        "contribution", {"rows": rows, "total": total, "marks": marks, "decimals": 2}, _("What made up the score"),
        sentence, (headers, table),
    )  # fmt: skip


def line_url(line):
    return reverse("appraisal:fact", args=[line["fact"]]) if line.get("fact") else ""


def sheet_url(content):
    return reverse("appraisal:sheet", args=[content["sheet"]])
