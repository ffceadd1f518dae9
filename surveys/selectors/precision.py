"""The precision plan of a wave: what its sample can say, stratum by stratum, and what came in so far.

Margins are half-widths of a 95 % interval of a share of 50 %, corrected for the finite population (Cochran; anchors of
the field: core.statistics.sampling). ``None`` stands for "no answers".
"""

from collections import Counter
from dataclasses import dataclass

from django.db.models import Count

from core.statistics.sampling import allocate, margin_of_error, sample_size, visible_rise
from surveys.choices import Draw, InvitationState
from surveys.selectors import counts
from surveys.selectors.audience import population, strata
from surveys.selectors.segments import labels_of

SHARE = 0.75  # of satisfied customers, from which a rise is to be seen
WANTED = 0.05  # the margin that reports usually want


@dataclass(frozen=True)
class Stratum:
    """``sample`` people are (to be) asked of ``population``; ``expected`` of them answer; ``answers`` have so far."""

    value: str
    label: str
    population: int
    sample: int
    expected: int
    answers: int | None
    waiting: int | None

    @property
    def planned_margin(self):
        return _margin(self.expected, self.population)

    @property
    def margin(self):
        return None if self.answers is None else _margin(self.answers, self.population)

    @property
    def gap(self):
        """How far what came in lies behind the plan, in answers."""
        return None if self.answers is None else max(0, self.expected - self.answers)


@dataclass(frozen=True)
class Plan:
    """The whole wave and its strata; ``next_stratum`` is the one whose margin a reminder improves most."""

    total: Stratum
    strata: tuple
    visible: float | None
    visible_now: float | None
    wanted: int
    next_stratum: Stratum | None


def _margin(answers, size):
    return margin_of_error(min(answers, size), population=size) if size else None


def plan(wave):
    """Plan of ``wave``: before it opens from the audience as it is now, then from the frame of the draw."""
    frame = _frame(wave)
    answered, waiting = _come_in(wave)
    labels = labels_of(wave.strata_by, [row["value"] for row in frame]) if wave.strata_by else {}
    rows = tuple(
        Stratum(
            row["value"], labels[row["value"]], row["population"], row["drawn"], _expected(row["drawn"], wave),
            None if answered is None else answered[row["value"]], waiting and waiting[row["value"]],
        )
        for row in frame
    ) if wave.strata_by else ()  # fmt: skip
    size, sample = sum(row["population"] for row in frame), sum(row["drawn"] for row in frame)
    valid = counts.responses([wave.pk]).get(wave.pk, (0, 0))[0] if wave.pk else 0
    has_begun = wave.opened_at is not None
    left = sum(waiting.values()) if waiting else 0
    total = Stratum("", "", size, sample, _expected(sample, wave), valid if has_begun else None, left)
    behind = [row for row in rows if row.gap and row.waiting]
    return Plan(
        total, rows, visible_rise(total.expected, SHARE), visible_rise(valid, SHARE) if valid else None,
        sample_size(WANTED, population=size) if size else 0,
        max(behind, key=lambda row: (row.margin is None, row.margin or 0), default=None),
    )  # fmt: skip


def _expected(sample, wave):
    return round(sample * wave.expected_rate / 100)


def _frame(wave):
    """[{value, population, drawn}]: as drawn, or as it would be drawn now."""
    if wave.opened_at is not None:
        sample = wave.invitations.exclude(state=InvitationState.WITHDRAWN).count()
        return wave.frame or [{"value": "", "population": wave.population_n or sample, "drawn": sample}]
    sizes = Counter(value for _pk, value in strata(population(wave.audience), wave.strata_by))
    names, everybody = sorted(sizes), sum(sizes.values())
    n = min(wave.sample_n or everybody, everybody)
    least = wave.strata_least if wave.draw == Draw.STRATIFIED else 0
    shares = allocate(n, [sizes[name] for name in names], at_least=least).counts if names else ()
    return [
        {"value": name, "population": sizes[name], "drawn": drawn} for name, drawn in zip(names, shares, strict=True)
    ]


def _come_in(wave):
    """(answers, people who may still be reminded) by stratum; (None, None) where that cannot or may not be known."""
    if wave.opened_at is None or wave.is_anonymous or not wave.strata_by:
        return None, None
    rows = wave.invitations.filter(state__in=InvitationState.remindable())
    waiting = dict(rows.values_list(wave.strata_by).annotate(n=Count("pk")).order_by())
    return Counter(counts.group_sizes(wave.pk, by=wave.strata_by)), Counter(waiting)
