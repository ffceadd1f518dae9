"""The result of a sheet, computed from what is frozen: facts, ratings, adjustments. Nothing of lower apps is read here."""

from dataclasses import dataclass
from decimal import Decimal

from appraisal import scoring
from appraisal.choices import TOTAL, Grade, Source
from appraisal.indicators import REGISTRY
from core.i18n import both

ORDER = [*Source.rated(), *REGISTRY]  # in which lines are shown


@dataclass(frozen=True)
class SheetResult:
    """``total``, ``grade``, ``coefficient`` and ``bonus`` are None with too few facts; ``content`` is plain JSON that
    pages, files and publications show, all figures as texts with their exact digits."""

    sheet: object
    total: Decimal | None
    grade: Grade | None
    coefficient: Decimal | None
    bonus: Decimal | None
    content: dict


def sheets_of(cycle):
    """Sheets of a cycle with everything a result needs, in the order of units; a few queries whatever their number."""
    return list(
        cycle.sheets.select_related("unit", "head", "superior").prefetch_related("facts", "ratings", "adjustments")
    )


def results_of(cycle, sheets=None):
    """[SheetResult] of ``sheets`` (default: all of the cycle)."""
    version = cycle.scheme_version
    standards = {row.indicator: row for row in version.standards.all()}
    weights = all_weights(version)
    return [_result(sheet, version, standards, weights) for sheet in (sheets_of(cycle) if sheets is None else sheets)]


def result_of(sheet):
    return results_of(sheet.cycle, [sheet])[0]


def all_weights(version):
    """{(department type, unit id): {indicator: weight}} of a version."""
    found = {}
    for row in version.weights.all():
        found.setdefault((row.department_type, row.unit_id), {})[row.indicator] = row.weight
    return found


def weights_for(weights, *, unit_id, department_type):
    """{indicator: weight} of a unit: its own, else those of its kind; without those that weigh nothing."""
    chosen = weights.get(("", unit_id)) or weights.get((department_type, None)) or {}
    return {code: weight for code, weight in chosen.items() if weight}


def _result(sheet, version, standards, weights):
    facts = {fact.indicator: fact for fact in sheet.facts.all()}
    ratings = {rating.source: rating for rating in sheet.ratings.all()}
    changed = {row.line: row for row in sheet.adjustments.all()}  # the last one of a line counts
    mine = weights_for(weights, unit_id=sheet.unit_id, department_type=sheet.department_type)
    found = scoring.score(
        mix_of(version),
        {source: _points(source.value, changed, ratings.get(source)) for source in (Source.SELF, Source.SUPERIOR)},
        {code: (weight, _points(code, changed, facts.get(code), standards.get(code))) for code, weight in mine.items()},
        missing_max=version.missing_max,
    )  # fmt: skip
    decided = changed.get(TOTAL)
    total = decided.after if decided and found.total is None else found.total
    grade, coefficient = scoring.grade_of(total, version.bands())
    bonus = scoring.bonus(version.bonus_base, coefficient)
    content = {
        "sheet": sheet.pk, "unit": {"zh": sheet.unit_name_zh, "en": sheet.unit_name_en}, "unit_id": sheet.unit_id,
        "department_type": sheet.department_type,
        "scheme": version.pk, "scheme_no": version.no, "missing": text(found.missing), "total": text(total),
        "grade": grade.value if grade else "", "coefficient": text(coefficient), "bonus_base": text(version.bonus_base),
        "bonus": text(bonus), "is_decided": bool(decided and found.total is None),
        "lines": [_line(line, facts.get(line.code), standards.get(line.code), changed.get(line.code))
                  for line in sorted(found.lines, key=lambda line: ORDER.index(line.code))],
        "adjustments": [_adjusted(row) for row in sheet.adjustments.all()],
    }  # fmt: skip
    return SheetResult(sheet, total, grade, coefficient, bonus, content)


def mix_of(version):
    return {source: getattr(version, f"share_{source.value}") for source in Source}


def _points(code, changed, given, standard=None):
    """Points of a line: adjusted, or rated, or computed from its fact; None where there is nothing."""
    if code in changed:
        return changed[code].after
    if given is None or standard is None:
        return given.score if given is not None else None
    return scoring.points(given.value, floor=standard.floor, target=standard.target, cap=standard.cap)


def text(number):
    """A Decimal as a text with cents, None as None."""
    return None if number is None else str(scoring.rounded(number))


def _line(line, fact, standard, changed):
    """One line as it is shown: what it weighs, what it reached, from what."""
    is_indicator = line.code in REGISTRY
    title = REGISTRY[line.code].title if is_indicator else Source(line.code).label
    shown = {
        "code": line.code, "group": line.group, "title": both(title), "weight": text(line.weight),
        "effective": text(line.effective), "points": text(line.points), "contribution": text(line.contribution),
        "before": text(changed.before) if changed else None, "is_adjusted": changed is not None,
    }  # fmt: skip
    return shown | _fact(fact, standard) if is_indicator and fact is not None else shown


def _fact(fact, standard):
    return {
        "fact": fact.pk, "value": number(fact.value), "unit": both(REGISTRY[fact.indicator].unit),
        "numerator": number(fact.numerator), "denominator": number(fact.denominator), "minimum_n": fact.minimum_n,
        "current": fact.current, "floor": number(standard.floor), "target": number(standard.target),
        "cap": number(standard.cap), "sha256": fact.sha256,
    }  # fmt: skip


def number(value):
    """A Decimal as a text without idle noughts."""
    if value is None:
        return None
    plain = f"{Decimal(value):f}"
    return plain.rstrip("0").rstrip(".") if "." in plain else plain


def _adjusted(row):
    return {
        "line": row.line, "title": both(row.line_name), "before": text(row.before), "after": text(row.after), "reason": row.reason,
        "at": row.at.isoformat(),
    }  # fmt: skip
