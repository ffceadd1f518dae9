"""Freezing the facts of a period: what a score rests on never moves again (K2)."""

import hashlib
import json

from appraisal import indicators
from appraisal.models import FactSnapshot
from appraisal.selectors.results import all_weights, weights_for


def freeze(cycle, at):
    """Keep the facts of every sheet, for the indicators that weigh something. Returns how many."""
    version = cycle.scheme_version
    standards = {row.indicator: row for row in version.standards.all()}
    weights = all_weights(version)
    made = [
        snapshot(sheet, code, _read(cycle, code, sheet.unit, standards[code]), at)
        for sheet in cycle.sheets.select_related("unit").order_by("pk")
        for code in sorted(weights_for(weights, unit_id=sheet.unit_id, department_type=sheet.department_type))
    ]
    FactSnapshot.objects.bulk_create(made)
    return len(made)


def _read(cycle, code, unit, standard):
    period = cycle.period
    return indicators.fetch(code, period.starts_on, period.ends_on, unit, minimum_n=standard.minimum_n)


def today(sheet, code):
    """What the indicator of a sheet would be if the facts were frozen now: a Fact."""
    standard = sheet.cycle.scheme_version.standards.get(indicator=code)
    return _read(sheet.cycle, code, sheet.unit, standard)


def snapshot(sheet, code, fact, at):
    """The row that keeps ``fact``, with its fingerprint; not saved."""
    row = FactSnapshot(
        sheet=sheet, indicator=code, numerator=fact.numerator, denominator=fact.denominator, value=fact.value,
        minimum_n=fact.minimum_n, current=fact.current, row_model=fact.row_model, base_model=fact.base_model,
        row_ids=list(fact.rows), base_ids=list(fact.base), taken_at=at,
    )  # fmt: skip
    row.sha256 = fingerprint(
        [
            sheet.pk,
            code,
            str(fact.numerator),
            str(fact.denominator),
            str(fact.value),
            fact.row_model,
            fact.rows,
            fact.base,
        ]
    )
    return row


def fingerprint(content):
    """SHA-256 of plain JSON."""
    plain = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(plain.encode()).hexdigest()
