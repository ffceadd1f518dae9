"""What of improvement shows in the navigation, on home pages, in the search and on pages of lower apps."""

from django.db.models import Q
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from core import attachments, due, history, nav, panels, search
from core.permissions import allows
from core.worktime import Limit, LimitKind
from core.worktime import due as due_of
from core.worktime.store import calendar_for
from improvements.choices import CaseState, ExtensionState, MeasureState
from improvements.models import ExtensionRequest, ImprovementCase, Measure
from improvements.services.effects import latest

SEES = ("improvements.see_all", "improvements.see_unit", "improvements.see_figures")
SHOWN = 20
VERIFY_WITHIN = Limit(LimitKind.WORKING_DAYS, 5)  # of handing in; later is charged to the verifier
HISTORY = {
    "assigned": gettext_lazy("Given to somebody"), "cooperation_changed": gettext_lazy("Units that cooperate"),
    "due_moved": gettext_lazy("Due date moved"), "effect_improved": gettext_lazy("Effect computed: improved"),
    "effect_worsened": gettext_lazy("Effect computed: worse"),
    "effect_not_proven": gettext_lazy("Effect computed: not proven yet"),
    "extend": gettext_lazy("Observed for one more wave"), "task_done": gettext_lazy("Task done"),
    "tasks_added": gettext_lazy("Tasks added"), "tasks_changed": gettext_lazy("Tasks changed"),
    "redo": gettext_lazy("New cycle"), "send_back": gettext_lazy("Sent back"),
}  # fmt: skip


def register():
    attachments.register_owner("improvements.measure", Measure)
    history.add_words(HISTORY)
    nav.add(
        nav.Entry("improvement", pgettext_lazy("improvement", "Cases"), "improvements:case_list", SEES, order=10),
        nav.Entry("improvement", gettext_lazy("Measures"), "improvements:measure_list", SEES, order=20,
                  count=measures_owed),
    )  # fmt: skip
    due.add_due("improvements.measures", due_items)
    due.add_tiles("improvements.measures", tiles)
    search.add_search(hits)
    panels.add_panel("surveys.finding", finding_panel)
    panels.add_panel("complaints.complaint", complaint_panel)
    panels.add_panel("complaints.cluster", cluster_panel)
    panels.add_panel("fieldwork.meeting", meeting_panel)


# Due -------------------------------------------------------------------------------------------------


def measures_owed(user):
    """The user's measures that are late or due today."""
    if not user.has_perm("improvements.run_measure"):
        return None
    end = timezone.localtime().replace(hour=23, minute=59, second=59)
    return Measure.objects.owed().with_due().filter(owner=user, due__lte=end)


def due_items(user):
    yield from _mine(user)
    yield from _proposals(user)
    yield from _drafts(user)
    yield from _to_verify(user)
    yield from _to_judge(user)
    yield from _extensions(user)


def _item(measure, act, *, due_at=None, sub=""):
    return due.DueItem(
        _("Measure"), measure.title, measure.get_absolute_url(), act, due_at=due_at, number=measure.number,
        sub=sub or str(measure.unit),
    )  # fmt: skip


def _rows(user, **lookup):
    return Measure.objects.visible_to(user).filter(**lookup).select_related("case", "unit", "owner")


def _mine(user):
    if user.has_perm("improvements.run_measure"):
        for row in _rows(user, owner=user, state__in=MeasureState.pending()).with_due().order_by("due")[:SHOWN]:
            act = _("Begin") if row.state == MeasureState.ISSUED else _("Report progress or hand in")
            yield _item(row, act, due_at=row.due_at)


def _proposals(user):
    if not user.has_perm("improvements.open_case"):
        return
    rows = ImprovementCase.objects.visible_to(user).with_origin().filter(state=CaseState.PROPOSED).order_by("pk")
    for row in rows[:SHOWN]:
        yield due.DueItem(
            _("Improvement case"), row.name, row.get_absolute_url(), _("Take up or dismiss"), number=row.number,
            sub=f"{row.origin_label} · {row.unit}",
        )  # fmt: skip


def _drafts(user):
    if user.has_perm("improvements.open_case"):
        for row in _rows(user, state=MeasureState.DRAFT).exclude(owner=user).order_by("pk")[:SHOWN]:
            yield _item(row, _("Issue"))


def _to_verify(user):
    if not user.has_perm("improvements.verify_measure"):
        return
    calendar = calendar_for()
    for row in _rows(user, state=MeasureState.ACCEPTANCE).order_by("submitted_at")[:SHOWN]:
        if allows(user, "improvements.check_measure", row):
            yield _item(row, _("Verify"), due_at=due_of(calendar, VERIFY_WITHIN, row.submitted_at).at)


def _to_judge(user):
    if not user.has_perm("improvements.evaluate_effect"):
        return
    for row in _rows(user, state=MeasureState.OBSERVING, window_wave__isnull=False).order_by("pk")[:SHOWN]:
        effect = latest(row)
        is_open = not row.extended_at or effect.computed_at > row.extended_at  # an extended one waits for its wave
        if is_open and allows(user, "improvements.judge_effect", row):
            yield _item(row, _("Judge the effect"), sub=str(effect.verdict_badge.label))


def _extensions(user):
    if not user.has_perm("improvements.approve_extension"):
        return
    rows = ExtensionRequest.objects.visible_to(user).filter(
        state=ExtensionState.REQUESTED, measure__state__in=MeasureState.pending()
    )
    for row in rows.select_related("measure__case", "measure__unit", "requested_by")[:SHOWN]:
        if allows(user, "improvements.decide_extension", row):
            yield _item(row.measure, _("Decide the extension"), due_at=row.old_due, sub=str(row.requested_by))


# Tiles and search ------------------------------------------------------------------------------------


def tiles(user):
    """Measures that run in the user's sight, and those of them that are late."""
    if not any(user.has_perm(name) for name in SEES):
        return
    rows, url = Measure.objects.visible_to(user), reverse("improvements:measure_list")
    running, late = rows.running()[:1000].count(), rows.overdue()[:1000].count()
    if running:
        yield due.Tile(_("Measures under way"), f"{running:,}", url, _("issued and not ended"), order=40)
    if late:
        yield due.Tile(
            _("Overdue measures"), f"{late:,}", f"{url}?state=overdue", _("of %(n)s under way") % {"n": running},
            "danger", 6,
        )  # fmt: skip


def hits(user, text):
    """Cases and measures by number or title."""
    cases = ImprovementCase.objects.visible_to(user).with_origin()
    found = [
        search.Hit(_("Improvement case"), row.name, row.get_absolute_url(), row.number)
        for row in cases.filter(Q(number__icontains=text) | Q(title__icontains=text))[:5]
    ]
    rows = Measure.objects.visible_to(user).select_related("case", "unit").filter(title__icontains=text)[:5]
    return found + [search.Hit(_("Measure"), row.title, row.get_absolute_url(), row.number) for row in rows]


# Panels on pages of lower apps -----------------------------------------------------------------------


def finding_panel(request, finding):
    """The case of a finding with its measures, or the button that opens one."""
    return _panel(request, finding, "finding", can_open=finding.state == "confirmed")


def complaint_panel(request, complaint):
    return _panel(request, complaint, "complaint", can_open=complaint.unit_id is not None)


def cluster_panel(request, cluster):
    return _panel(request, cluster, "cluster", can_open=True)


def meeting_panel(request, meeting):
    """What became of the problems that a focus group shares."""
    if meeting.is_visit or not any(request.user.has_perm(capability) for capability in SEES):
        return ""
    cases = list(ImprovementCase.objects.visible_to(request.user).with_origin().filter(point__meeting=meeting))
    return render_to_string("improvements/meeting_panel.html", {"cases": cases}, request) if cases else ""


def _panel(request, begun, name, *, can_open):
    user = request.user
    if not any(user.has_perm(capability) for capability in SEES):
        return ""
    begun_here = ImprovementCase.objects.filter(**{name: begun})
    case = begun_here.visible_to(user).first() if begun_here.exists() else None
    may_open = can_open and case is None and user.has_perm("improvements.open_case")
    if case is None and not may_open:
        return ""
    measures = case.measures.select_related("case", "owner", "unit").order_by("no") if case else ()
    context = {
        "case": case,
        "measures": measures,
        "open_url": f"{reverse('improvements:case_create')}?{name}={begun.pk}",
    }
    return render_to_string("improvements/case_panel.html", context, request)
