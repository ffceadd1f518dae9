"""Did it help? Computed from the next wave of the goal's series, judged by somebody who did not work on it."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from core.workflow import InvalidTransition
from core.workflow import edit as edit_row
from improvements.choices import EffectVerdict, MeasureState
from improvements.models import Effect
from improvements.rules import is_apart
from improvements.selectors import goals
from improvements.services.measures import tell
from improvements.workflows import MEASURE


def compute_for(wave):
    """A wave has closed: what it says about the measures whose series it belongs to. Safe to repeat."""
    for measure in goals.measures_decided_by(wave):
        compute_due(measure)


@transaction.atomic
def compute_due(measure):
    """The Effect of the wave that decides, stored once; None while there is no such wave."""
    wave = goals.deciding_wave(measure)
    return compute(measure, wave) if wave else None


@transaction.atomic
def compute(measure, wave):
    """Compare ``wave`` with the baseline and keep the result. Tells the owner and those who judge effects."""
    made, is_new = Effect.objects.get_or_create(
        measure=measure, cycle=measure.cycle, wave=wave, defaults=figures(measure, wave)
    )
    if is_new:
        edit_row(measure, by=None, event=f"effect_{made.verdict}", window_wave=wave)
        judges = User.objects.with_capability("improvements.evaluate_effect")
        for person in {measure.owner, *judges}:
            tell(measure, person, "improvements.effect_known", effect=made.pk)
    return made


def figures(measure, wave):
    """Columns of an Effect: figures before and after, change with Newcombe's (share) or Welch's (mean) interval, verdict."""
    before, after = goals.baseline_of(measure), goals.figure_after(measure, wave)
    needed = goals.answers_needed(measure.indicator, before, measure.smallest_change)
    kept = {"before_n": before.n, "before_value": measure.baseline_value, "needed": needed}
    if after is None:
        return kept | {"verdict": EffectVerdict.NOT_PROVEN, "is_worth_having": False}
    found = goals.compare(measure.indicator, before, after, measure.smallest_change)
    change = found.difference
    return kept | {
        "after_n": after.n, "after_value": goals.decimal(after.value), "after_low": goals.decimal(after.low),
        "after_high": goals.decimal(after.high), "change": goals.decimal(change.estimate),
        "change_low": goals.decimal(change.low), "change_high": goals.decimal(change.high),
        "verdict": change.verdict.value, "is_worth_having": found.worth_having,
    }  # fmt: skip


def latest(measure):
    """The newest Effect of the running cycle, or None."""
    return measure.effects.filter(cycle=measure.cycle).select_related("wave").first()


@transaction.atomic
def close(measure, *, by, comment="", expected_version=None):
    """The improvement is proven: the measure has done its work."""
    effect = _judged(measure, by)
    if effect.verdict != EffectVerdict.IMPROVED:
        raise InvalidTransition(_("Only a measure whose improvement is proven can be closed."))
    MEASURE.move(
        measure, MeasureState.CLOSED, by=by, comment=comment, expected_version=expected_version,
        closed_at=timezone.now(), closed_by=by,
    )  # fmt: skip
    return measure


@transaction.atomic
def extend(measure, *, by, reason, expected_version=None):
    """Nothing is proven yet: one more wave decides. Once per cycle."""
    effect = _judged(measure, by)
    if effect.verdict != EffectVerdict.NOT_PROVEN or measure.extended_at:
        raise InvalidTransition(_("The observation is extended once, and only while nothing is proven."))
    MEASURE.move(
        measure, MeasureState.OBSERVING, by=by, comment=reason, expected_version=expected_version,
        extended_at=timezone.now(),
    )  # fmt: skip
    compute_due(measure)
    return measure


@transaction.atomic
def redo(measure, *, by, reason, due_at, expected_version=None):
    """It did not work: a new cycle with its own due moment; dates of the first stay for the statistics. Tells the owner."""
    effect = _judged(measure, by)
    if effect.is_effective:
        raise InvalidTransition(_("The improvement is proven and as large as wanted; nothing has to be done again."))
    if due_at <= timezone.now():
        raise InvalidTransition(_("The due date has passed. Choose a later one."))
    MEASURE.move(
        measure, MeasureState.EXECUTING, by=by, comment=reason, expected_version=expected_version,
        cycle=measure.cycle + 1, redo_due=due_at, cycle_began_at=timezone.now(), submitted_at=None,
        implemented_at=None, extended_at=None, window_wave=None,
    )  # fmt: skip
    tell(measure, measure.owner, "improvements.measure_redone", by=by)
    return measure


def _judged(measure, by):
    if measure.state != MeasureState.OBSERVING:
        raise InvalidTransition(_("The effect of this measure is not being observed."))
    if not is_apart(by, measure):
        raise InvalidTransition(
            _("The effect is judged by somebody who never worked on the measure and is not of the responsible unit.")
        )
    effect = latest(measure)
    if effect is None:
        raise InvalidTransition(_("The wave that decides has not closed yet."))
    return effect
