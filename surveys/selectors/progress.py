"""A plan against what was done: each time an activity was to take place, and what became of it."""

from dataclasses import dataclass

from django.utils import timezone

from surveys.choices import Doing, WaveState
from surveys.recurrence import windows
from surveys.selectors import counts


@dataclass(frozen=True)
class Progress:
    """An activity with its times [(Window, Doing, waves)], waves outside of them, and answers against those expected."""

    activity: object
    times: list
    others: list
    answers: int

    @property
    def missed(self):
        return sum(doing == Doing.MISSED for _window, doing, _waves in self.times)


def of_plan(plan, today=None):
    """[Progress] of the plan's activities; three queries whatever their number."""
    today = today or timezone.localdate()
    activities = list(plan.activities.select_related("owner").prefetch_related("waves"))
    waves = [wave for activity in activities for wave in activity.waves.all()]
    answered = {pk: valid for pk, (valid, _excluded) in counts.responses([wave.pk for wave in waves]).items()}
    return [_of(activity, today, answered) for activity in activities]


def _of(activity, today, answered):
    waves = sorted(
        (one for one in activity.waves.all() if one.state != WaveState.CANCELLED), key=lambda one: one.opens_at
    )
    times, placed = [], set()
    for window in windows(activity.recurrence, activity.starts_on, activity.ends_on):
        mine = [one for one in waves if window.first <= timezone.localdate(one.opens_at) <= window.last]
        placed |= {one.pk for one in mine}
        times.append((window, _doing(window, mine, today), mine))
    others = [one for one in waves if one.pk not in placed]
    return Progress(activity, times, others, sum(answered.get(one.pk, 0) for one in waves))


def _doing(window, waves, today):
    if any(one.state in WaveState.ended() for one in waves):
        return Doing.DONE
    if waves:
        return Doing.RUNNING
    if today > window.last:
        return Doing.MISSED
    return Doing.DUE if window.first <= today else Doing.AHEAD
