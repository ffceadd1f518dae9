"""The section of periodic reports about appraisal: the published results of the period."""

from collections import Counter
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from appraisal.choices import Grade, Source
from appraisal.models import Publication
from appraisal.selectors.pictures import comparison, sides
from core.i18n import pick
from core.reporting import Headline, Section, add_section


def collect(period, unit=None):
    """The newest publication of the newest appraised period that ended before this one's cut-off; {} when there is none."""
    found = Publication.objects.filter(cycle__period__kind=period.kind, published_at__lte=period.cut_off)
    newest = found.select_related("cycle__period").order_by("-cycle__period__starts_on", "-no").first()
    if newest is None:
        return {}
    units = [one for one in newest.content["units"] if unit is None or one["unit_id"] == unit.pk]
    return {"period": newest.content["period"], "no": newest.no, "url": newest.get_absolute_url(), "units": units}


def charts(data):
    found = comparison(data["units"]) if data else None
    return [found] if found else []


def headlines(data):
    scores = _scores(data)
    if scores:
        yield Headline(
            _("Units appraised"), str(len(data["units"])), "",
            _("%(known)s of them with a score, version %(no)s") % {"known": len(scores), "no": data["no"]}, url=data["url"],
        )  # fmt: skip
        ordered = sorted(scores)
        middle = (ordered[(len(ordered) - 1) // 2] + ordered[len(ordered) // 2]) / 2
        yield Headline(
            _("Median score"), f"{middle:.2f}", "", _("n = %(n)s units") % {"n": len(scores)}, url=data["url"]
        )


def _scores(data):
    return [Decimal(one["total"]) for one in data["units"] if one["total"]] if data else []


def sentences(data, part):
    """Paragraphs of one part (overview, conclusions, advice) in the active language."""
    if not data:
        return [_("No appraisal has been published yet.")] if part == "overview" else []
    period, units = pick(data, "period"), data["units"]
    if part == "overview":
        return [_("The appraisal of %(period)s holds %(n)s units: %(grades)s.")
                % {"period": period, "n": len(units), "grades": _grades(units)}]  # fmt: skip
    failed = [pick(one, "unit") for one in units if one["grade"] == Grade.FAIL]
    if part == "advice" and failed:
        return [
            _("Units below the pass line agree with their superior on measures: %(units)s.")
            % {"units": _(", ").join(failed)}
        ]
    return []


def _grades(units):
    counted = Counter(one["grade"] for one in units)
    words = [f"{grade.label} {counted[grade.value]}" for grade in Grade if counted[grade.value]]
    if counted[""]:
        words.append(_("too few facts %(n)s") % {"n": counted[""]})
    return _(", ").join(words)


def tables(data):
    if not data:
        return []
    headers = (_("Unit"), *(str(source.label) for source in Source), _("Total"), _("Grade"), _("Coefficient"))
    rows = [
        [pick(one, "unit"), *map(str, sides(one)), one["total"] or _("too few facts"),
         str(Grade(one["grade"]).label) if one["grade"] else "–", one["coefficient"] or "–"]
        for one in data["units"]
    ]  # fmt: skip
    return [
        (
            _("Appraisal of %(period)s, version %(no)s") % {"period": pick(data, "period"), "no": data["no"]},
            headers,
            rows,
        )
    ]


def line_table(units):
    """(headers, rows) of every line of every unit, values as figures."""
    headers = (_("Unit"), _("Line"), _("Weight after spreading (%)"), pgettext("indicator", "Target"), _("Value"),
               _("Numerator"), _("Denominator"), _("Points"), _("Contribution"))  # fmt: skip
    figures = ("effective", "target", "value", "numerator", "denominator", "points", "contribution")
    rows = [
        [pick(unit, "unit"), pick(line, "title"), *(_number(line.get(name)) for name in figures)]
        for unit in units for line in unit["lines"]
    ]  # fmt: skip
    return headers, rows


def _number(text):
    return None if text is None else Decimal(text)


def register():
    add_section(Section(
        code="appraisal", title=gettext_lazy("Appraisal"), order=50, collect=collect, charts=charts, tables=tables,
        headlines=headlines, sentences=sentences,
    ))  # fmt: skip
