"""What surveys give a periodic report: figures of the waves that ended in the period, as plain JSON in both languages.

Everything a picture or sentence needs is in here, so a report drawn from it years later says what it said at first.
"""

from collections import Counter

from django.db.models import Exists, OuterRef
from django.utils import timezone

from core.i18n import CHINESE, ENGLISH, speaking
from core.periods import bounds
from core.statistics.compare import mean_difference
from core.statistics.groups import holm, welch_anova
from core.worktime.store import calendar_for
from customers.choices import FollowUpState
from customers.models import FollowUp
from surveys.choices import FindingState, PlanState, Segment, WaveState
from surveys.models import AnswerText, Finding, LowAnswer, PlanActivity, Wave
from surveys.selectors import counts, results
from surveys.services.snapshots import as_json

COLUMNS = (Segment.UNIT, Segment.CUSTOMER_TYPE)  # the groups a report compares
PROVEN = 0.05


def collect(period, unit=None):
    """Figures of the waves (of ``unit``, or all) that ended within the period; {} when none did."""
    since, until = bounds(period)
    waves = list(
        Wave.objects.filter(state__in=WaveState.ended(), closed_at__gte=since, closed_at__lt=until)
        .filter(**({"unit": unit} if unit else {}))
        .select_related("questionnaire_version", "unit")
        .order_by("-closed_at", "-pk")
    )
    if not waves:
        return {}
    found = sorted((_wave(wave) for wave in waves), key=lambda one: -one["results"]["valid_n"])
    return {
        "waves": found,
        "follow_ups": _follow_ups(waves),
        "findings": _findings(waves),
        "plan": _plan(period),
    }


def collect_wave(wave):
    """The same figures of one wave that ended, for its own report."""
    return {
        "waves": [_wave(wave)], "follow_ups": _follow_ups([wave]), "findings": _findings([wave]),
        "plan": {"due": 0, "done": 0},
    }  # fmt: skip


def both(make):
    """``make()`` in each language: {"zh": …, "en": …}."""
    found = {}
    for key, language in (("zh", CHINESE), ("en", ENGLISH)):
        with speaking(language):
            found[key] = make()
    return found


def _wave(wave):
    found = results.of_wave(wave)
    numbers = as_json(found) | {"as_of": None}  # the report says of when its figures are
    return {
        "id": wave.pk, "is_anonymous": wave.is_anonymous, "is_confidential": wave.is_confidential, "unit": both(lambda: str(wave.unit)),
        "opened_on": timezone.localdate(wave.opened_at).isoformat(), "closed_on": timezone.localdate(wave.closed_at).isoformat(),
        "target": float(wave.target_score), "low_at": float(wave.low_score_at), "answers": counts.fingerprint(wave),
        "results": numbers, "trend": [as_json(point) for point in results.trend(wave)], "funnel": _funnel(wave),
        "importance": _importance(wave), "groups": [] if wave.is_anonymous else _groups(wave),
        "words": 0 if found.is_hidden else AnswerText.objects.filter(wave=wave).exclude(response__is_valid=False).count(),
    }  # fmt: skip


def _funnel(wave):
    labels = both(lambda: {stage.key: stage.label for stage in results.funnel(wave)})
    return [
        {"key": stage.key, "count": stage.count, "label": {key: labels[key][stage.key] for key in labels}}
        for stage in results.funnel(wave)
    ]


def _importance(wave):
    found = results.importance(wave)
    return as_json(found) if found and found.points else None


def _groups(wave):
    """Comparisons by group with the words of each group, and the dimension in which the groups differ most surely."""
    made = []
    for column in COLUMNS:
        found = results.compare(wave, column.value)
        if sum(not row.hidden for row in found.rows) < 2:
            continue
        labels = both(lambda found=found, column=column: {
            row.value: results.segment_label(column.value, row.value) for row in found.rows
        })  # fmt: skip
        made.append({
            "column": column.value, "found": as_json(found),
            "labels": {row.value: {key: labels[key][row.value] for key in labels} for row in found.rows},
            "differing": _differing(found),
        })  # fmt: skip
    return made


def _differing(found):
    """Dimensions in which the groups differ (Welch's test, corrected by Holm), surest first, with best and worst group.

    The pair is named only where its own difference is proven.
    """
    codes = sorted({code for row in found.rows for code in row.dimensions})
    means = {
        code: {row.value: row.dimensions[code].mean for row in found.rows if code in row.dimensions} for code in codes
    }
    adjusted = holm([welch_anova(list(means[code].values())).p for code in codes])
    proven = []
    for p, code in sorted((p, code) for p, code in zip(adjusted, codes, strict=True) if p is not None and p < PROVEN):
        ranked = sorted(means[code], key=lambda value, code=code: means[code][value].mean)
        worst, best = ranked[0], ranked[-1]
        gap = mean_difference(means[code][worst], means[code][best])
        if gap.low is not None and gap.low > 0:
            proven.append({"dimension": code, "p": p, "worst": worst, "best": best, "gap": gap.estimate, "low": gap.low,
                           "high": gap.high})  # fmt: skip
    return proven


def _follow_ups(waves):
    """What became of the low answers: counts, and the age of open ones in working days. Of a wave that promised not to
    show who said what, and had too few answers for a figure, nothing is counted: one among few would say whose it is.
    """
    waves = [wave for wave in waves if not (wave.is_anonymous and results.of_wave(wave).is_hidden)]
    low = LowAnswer.objects.filter(response__wave__in=waves)
    rows = FollowUp.objects.filter(Exists(low.filter(follow_up=OuterRef("pk")))).order_by("pk")
    calendar, now = calendar_for(), timezone.now()
    pending = [row for row in rows if row.is_pending]
    return {
        "answers": low.count(), "total": len(rows),
        "states": dict(sorted(Counter(row.state for row in rows).items())),
        "outcomes": dict(sorted(Counter(row.outcome for row in rows if row.state == FollowUpState.DONE).items())),
        "in_time": sum(row.closed_at is not None and row.closed_at <= row.due_at for row in rows),
        "ages": sorted(
            [calendar.working_days_between(calendar.local_day(row.created_at), calendar.local_day(now)), row.due_at < now]
            for row in pending
        ),
    }  # fmt: skip


def _findings(waves):
    rows = (
        Finding.objects.filter(wave__in=waves).exclude(state=FindingState.DISMISSED)
        .select_related("wave__questionnaire_version", "question", "unit").order_by("mean", "pk")
    )  # fmt: skip
    return [
        {
            "id": row.pk, "wave": row.wave.code, "subject": both(lambda row=row: row.subject), "unit": both(lambda row=row: str(row.unit)),
            "state": row.state, "n": row.base_n, "mean": _number(row.mean), "low": _number(row.mean_low),
            "high": _number(row.mean_high), "target": _number(row.threshold),
        }
        for row in rows
    ]  # fmt: skip


def _plan(period):
    """Planned activities that were to end in the period, and how many of them a wave has carried out."""
    due = PlanActivity.objects.filter(
        plan__state__in=(PlanState.APPROVED, PlanState.REVISING),
        ends_on__gte=period.starts_on,
        ends_on__lte=period.ends_on,
    )
    ended = Wave.objects.filter(activity=OuterRef("pk"), state__in=WaveState.ended())
    return {"due": due.count(), "done": due.filter(Exists(ended)).count()}


def _number(value):
    return None if value is None else float(value)
