"""From a low answer to a score sheet: a quarter's records in one line, and one of them followed to its end.

Each number is counted by the filter of the list it opens, so that both always agree.
"""

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Case, Count, Q, When
from django.http import QueryDict
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from appraisal.choices import IndicatorCode
from appraisal.models import AppraisalCycle, Publication, ScoreSheet
from appraisal.selectors import pictures as units
from appraisal.selectors.evidence import scores_resting_on
from complaints.choices import Kind, Verdict
from complaints.filters import ComplaintFilter
from complaints.models import Complaint
from complaints.selectors import pictures as complaints
from complaints.selectors.figures import in_days
from core import periods
from core.choices import PeriodKind
from customers.choices import FollowUpState
from improvements import wording
from improvements.choices import EffectVerdict, VerificationResult
from improvements.filters import MeasureFilter
from improvements.models import Effect, Measure
from improvements.selectors import pictures as measures
from improvements.selectors.figures import measures_done_in_time
from surveys.choices import FindingState, WaveState
from surveys.filters import FindingFilter
from surveys.models import Finding, LowAnswer, Wave
from surveys.selectors import results

SHOWN = 12
NEEDS = ("surveys.see_results", "complaints.see_all", "improvements.see_all", "appraisal.see_all")


@dataclass(frozen=True)
class Stage:
    """One stop of the line: a number or a record, where it opens, what is to be said of it."""

    label: str
    value: str
    url: str
    lines: tuple = ()
    verdict: str = ""


def panel(request, user):
    """The line as a card; nothing for who may not see every stop of it, or before the first wave ended."""
    if not all(user.has_perm(name) for name in NEEDS):
        return ""
    ended = Wave.objects.visible_to(user).filter(state__in=WaveState.ended(), is_anonymous=False)
    wave = ended.order_by("-closed_at", "-pk").first()
    if wave is None:
        return ""
    quarter = periods.of(PeriodKind.QUARTER, timezone.localdate(wave.closed_at))
    context = {
        "stages": list(stages(request, user, wave, quarter)), "trail": trail(user),
        "quarter": periods.label(quarter), "charts": [chart for chart in charts(user, quarter) if chart],
    }  # fmt: skip
    return render_to_string("dashboard/chain.html", context, request)


# The quarter -----------------------------------------------------------------------------------------


def stages(request, user, wave, quarter):
    """Low answers, calls, complaints, findings, measures, effects, score sheets."""
    first, last = _days(quarter)
    yield from _low(user, wave)
    yield _complaints(request, user, first, last)
    yield _findings(request, user, wave)
    yield _measures(request, user, first, last)
    yield _effects(request, user, wave)
    cycle = AppraisalCycle.objects.visible_to(user).select_related("period").order_by("-period__starts_on").first()
    if cycle:
        yield _sheets(cycle)


def _days(quarter):
    """First and last day between the cut-off before and that of ``quarter``."""
    before = periods.of(PeriodKind.QUARTER, quarter.starts_on - timedelta(days=1))
    return timezone.localdate(before.cut_off), timezone.localdate(quarter.cut_off) - timedelta(days=1)


def _low(user, wave):
    sees_answers = user.has_perm("surveys.see_answers")
    url = reverse("surveys:wave_low", args=[wave.pk]) if sees_answers else wave.get_absolute_url()
    ended = Q(follow_up__state__in=[FollowUpState.DONE, FollowUpState.ESCALATED])
    found = LowAnswer.objects.filter(response__wave=wave).aggregate(n=Count("pk"), called=Count("pk", filter=ended))
    valid = results.of_wave(wave).valid_n
    yield Stage(_("Low answers"), f"{found['n']:,}", url, (wave.code, _("%(n)s valid answers") % {"n": f"{valid:,}"}))
    left = found["n"] - found["called"]
    line = _("%(n)s still to be called") % {"n": left} if left else _("nobody is left")
    yield Stage(_("Talked to"), f"{found['called']:,}", url, (line,))


def _complaints(request, user, first, last):
    query = _of_complaints(first, last)
    rows = _filtered(ComplaintFilter, query, Complaint.objects.visible_to(user), request)
    found = rows.aggregate(
        n=Count("pk", distinct=True),
        ours=Count("pk", distinct=True, filter=Q(cycle__verdict__in=Verdict.substantiated())),
        low=Count("pk", distinct=True, filter=Q(follow_up__isnull=False)),
    )
    lines = (
        _("%(n)s justified") % {"n": found["ours"]},
        _("%(n)s from a follow-up") % {"n": found["low"]},
    )
    return Stage(_("Complaints"), f"{found['n']:,}", f"{reverse('complaints:list')}?{query}", lines)


def _of_complaints(first, last):
    return f"kind={Kind.COMPLAINT}&received_at_after={first}&received_at_before={last}&origin=own"


def _findings(request, user, wave):
    query = f"wave={wave.pk}"
    rows = _filtered(FindingFilter, query, Finding.objects.visible_to(user), request)
    found = rows.aggregate(n=Count("pk"), waiting=Count("pk", filter=Q(state=FindingState.PROPOSED)))
    line = _("%(n)s to be decided") % {"n": found["waiting"]} if found["waiting"] else _("all decided")
    return Stage(_("Findings"), str(found["n"]), f"{reverse('surveys:finding_list')}?{query}", (line,))


def _measures(request, user, first, last):
    query = f"state=any&original_due_after={first}&original_due_before={last}"
    rows = _filtered(MeasureFilter, query, Measure.objects.visible_to(user), request)
    done = measures_done_in_time(first, last).filter(pk__in=rows.values("pk")).count()
    url = f"{reverse('improvements:measure_list')}?{query}"
    return Stage(_("Measures due"), str(rows.count()), url, (_("%(n)s done in time") % {"n": done},))


def _effects(request, user, wave):
    query = f"state=any&wave={wave.pk}"
    rows = _filtered(MeasureFilter, query, Measure.objects.visible_to(user), request)
    by_verdict = dict(
        Effect.objects.filter(wave=wave, measure__in=rows.values("pk")).order_by().values_list("verdict")
        .annotate(Count("pk"))
    )  # fmt: skip
    lines = tuple(f"{EffectVerdict(one).label} {by_verdict[one]}" for one in EffectVerdict if by_verdict.get(one))
    url = f"{reverse('improvements:measure_list')}?{query}"
    return Stage(_("Measured again"), str(sum(by_verdict.values())), url, lines or (wave.code,))


def _sheets(cycle):
    count = ScoreSheet.objects.filter(cycle=cycle).count()
    lines = (str(cycle), str(cycle.state_badge.label))
    return Stage(_("Score sheets"), str(count), cycle.get_absolute_url(), lines)


def _filtered(filterset, query, rows, request):
    return filterset(QueryDict(query), rows, request=request).qs


def charts(user, quarter):
    """Units by their published score, what the latest measures achieved, what the quarter's complaints are about."""
    newest = Publication.objects.filter(cycle__in=AppraisalCycle.objects.visible_to(user)).order_by("-pk").first()
    if newest:
        yield units.comparison([score.content for score in newest.scores.all()])
    seen = Measure.objects.visible_to(user)
    yield measures.worked(Effect.objects.filter(measure__in=seen).select_related("measure__question")[:SHOWN])
    first, last = _days(quarter)
    ours = Complaint.objects.visible_to(user).filter(kind=Kind.COMPLAINT, cycle__isnull=False)
    rows = in_days(ours, "received_at", first, last)
    counted = dict(rows.exclude(category="").order_by().values_list("category").annotate(Count("pk")))
    url = f"{reverse('complaints:list')}?{_of_complaints(first, last)}"
    yield complaints.categories(counted, url, row_url=lambda category: f"{url}&category={category}")


# One of them -----------------------------------------------------------------------------------------


def trail(user):
    """One measure from the figure it began with to the score that counts it: the newest that worked, if one did."""
    best = Case(When(verdict=EffectVerdict.IMPROVED, then=0), default=1)
    effects = Effect.objects.filter(change__isnull=False, measure__in=Measure.objects.visible_to(user))
    related = ("wave", "measure__unit", "measure__baseline_wave", "measure__case__finding__unit", "measure__question")
    effect = effects.select_related(*related).order_by(best, "-pk").first()
    return list(_trail(user, effect)) if effect else []


def _trail(user, effect):
    measure, case = effect.measure, effect.measure.case
    low, high = measure.baseline_low, measure.baseline_high
    yield Stage(
        measure.baseline_wave.code, wording.shown(measure.indicator, measure.baseline_value),
        measure.baseline_wave.get_absolute_url(),
        (measure.subject, f"n={measure.baseline_n:,}", wording.interval(measure.indicator, low, high)),
    )  # fmt: skip
    if case.finding_id:
        finding = case.finding
        yield Stage(_("Finding"), finding.subject, finding.get_absolute_url(), (str(finding.unit),))
    yield Stage(case.number, case.name, case.get_absolute_url(), (str(case.state_badge.label),))
    yield Stage(measure.number, measure.title, measure.get_absolute_url(), (str(measure.unit),))
    checked = measure.verifications.filter(result=VerificationResult.ACCEPTED).select_related("by").first()
    if checked:
        day = date_format(timezone.localtime(checked.at), "SHORT_DATE_FORMAT")
        yield Stage(pgettext("trail", "Verified by"), str(checked.by), measure.get_absolute_url(), (day,))
    unit = wording.unit(measure.indicator)
    low, high = (wording.signed(measure.indicator, one) for one in (effect.change_low, effect.change_high))
    yield Stage(
        effect.wave.code, f"{wording.signed(measure.indicator, effect.change)} {unit}".strip(), measure.get_absolute_url(),
        (_("%(low)s to %(high)s") % {"low": low, "high": high}, str(effect.verdict_badge.label)), effect.verdict,
    )  # fmt: skip
    scores = scores_resting_on(user, IndicatorCode.MEASURE_COMPLETION, [measure.pk])
    for score in scores[:1]:
        value = f"{score.total} {score.grade_badge.label}" if score.total is not None else _("Too few facts")
        yield Stage(score.sheet.unit_name, value, score.get_absolute_url(), (str(score.sheet.cycle),))
