"""What of appraisal shows in the navigation, on home pages and in the search."""

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from appraisal import panels
from appraisal.choices import AppealState, CycleState, SchemeState
from appraisal.models import Appeal, AppraisalCycle, SchemeVersion, Score, ScoreSheet
from core import due, history, nav, search
from core.permissions import allows

SHOWN = 20
ACTS = {
    CycleState.DRAFT: gettext_lazy("Open the cycle"), CycleState.OPEN: gettext_lazy("Freeze the facts"),
    CycleState.FROZEN: gettext_lazy("Ask for the ratings"), CycleState.SCORING: gettext_lazy("Show the preview"),
}  # fmt: skip
HISTORY = {
    "rated": gettext_lazy("Rated"), "adjusted": gettext_lazy("Points set by a person"),
    "superior_changed": gettext_lazy("Another superior rates"), "correct": gettext_lazy("Corrected: the next version"),
    "send_back": gettext_lazy("Sent back"),
}  # fmt: skip


def register():
    history.add_words(HISTORY)
    nav.add(
        nav.Entry("appraisal", gettext_lazy("Appraisal cycles"), "appraisal:cycle_list", ("appraisal.see_all",), order=10),
        nav.Entry("appraisal", gettext_lazy("Ratings"), "appraisal:ratings", ("appraisal.rate",), order=20),
        nav.Entry("appraisal", gettext_lazy("Results of my unit"), "appraisal:own", ("appraisal.see_own",), order=30),
        nav.Entry("appraisal", pgettext_lazy("appraisal", "Schemes"), "appraisal:scheme_list", ("appraisal.see_all",), order=40),
    )  # fmt: skip
    due.add_due("appraisal", due_items)
    due.add_tiles("appraisal", tiles)
    search.add_search(hits)
    panels.register()


def due_items(user):
    yield from _ratings(user)
    yield from _cycles(user)
    yield from _schemes(user)
    yield from _appeals(user)
    yield from _own(user)


def _ratings(user):
    if user.has_perm("appraisal.rate"):
        for sheet in ScoreSheet.objects.to_rate_by(user).with_all()[:SHOWN]:
            yield due.DueItem(
                _("Appraisal"), sheet.unit_name, reverse("appraisal:rate", args=[sheet.pk]), _("Give the rating"),
                due_at=sheet.cycle.ratings_due, sub=str(sheet.cycle),
            )  # fmt: skip


def _cycles(user):
    """Steps that the calendar allows: the officer's next one, publication by management."""
    runs, publishes = user.has_perm("appraisal.run_cycle"), user.has_perm("appraisal.publish")
    if not (runs or publishes):
        return
    cycles = AppraisalCycle.objects.visible_to(user).exclude(state=CycleState.PUBLISHED).select_related("period")
    for cycle in cycles[:SHOWN]:
        if runs and cycle.state in ACTS and _is_ripe(cycle):
            yield due.DueItem(_("Appraisal"), str(cycle), cycle.get_absolute_url(), str(ACTS[cycle.state]))
        if publishes and cycle.state == CycleState.PREVIEW:
            yield due.DueItem(
                _("Appraisal"), str(cycle), cycle.get_absolute_url(), _("Publish"), due_at=cycle.objections_until,
                sub=_("when the time for objections is over"),
            )  # fmt: skip


def _is_ripe(cycle):
    if cycle.state == CycleState.OPEN:
        return timezone.localdate() > cycle.period.ends_on
    if cycle.state == CycleState.SCORING:
        return timezone.now() >= cycle.ratings_due
    return True


def _schemes(user):
    if user.has_perm("appraisal.approve_scheme"):
        waiting = SchemeVersion.objects.visible_to(user).filter(state=SchemeState.SUBMITTED).select_related("scheme")
        for version in waiting.exclude(author=user)[:SHOWN]:
            yield due.DueItem(
                _("Appraisal scheme"), str(version), version.get_absolute_url(), _("Approve or send back")
            )


def _appeals(user):
    if not user.has_perm("appraisal.decide_objection"):
        return
    rows = (
        Appeal.objects.visible_to(user)
        .filter(state=AppealState.OPEN)
        .select_related("sheet__cycle__period", "sheet__unit")
    )
    for appeal in rows[:SHOWN]:
        if allows(user, "appraisal.decide_appeal", appeal):
            yield due.DueItem(
                _("Objection"), str(appeal), appeal.get_absolute_url(), _("Decide"), sub=str(appeal.sheet.cycle)
            )


def _own(user):
    """A result that its head may still object to."""
    if user.has_perm("appraisal.see_own"):
        sheets = ScoreSheet.objects.filter(
            head=user, cycle__state=CycleState.PREVIEW, cycle__objections_until__gt=timezone.now()
        )
        for sheet in sheets.with_all()[:SHOWN]:
            yield due.DueItem(
                _("Appraisal"), sheet.unit_name, sheet.get_absolute_url(), _("Look at the result, object if need be"),
                due_at=sheet.cycle.objections_until, sub=str(sheet.cycle),
            )  # fmt: skip


def tiles(user):
    """For those who see all: open cycles. For people of a unit: its newest published score."""
    if user.has_perm("appraisal.see_all"):
        running = list(
            AppraisalCycle.objects.visible_to(user).exclude(state=CycleState.PUBLISHED).select_related("period")[:2]
        )
        if running:
            cycle = running[0]
            yield due.Tile(_("Appraisal"), str(cycle.state_badge.label), cycle.get_absolute_url(), str(cycle), order=60)
    elif user.has_perm("appraisal.see_own"):
        newest = (
            Score.objects.visible_to(user)
            .select_related("sheet__cycle__period")
            .order_by("-publication__published_at")
            .first()
        )
        if newest is not None and newest.total is not None:
            yield due.Tile(
                _("Score of my unit"), f"{newest.total}", newest.sheet.get_absolute_url(), str(newest.sheet), order=60
            )


def hits(user, text):
    """Sheets by the name of their unit."""
    named = Q(unit_name_zh__icontains=text) | Q(unit_name_en__icontains=text)
    return [
        search.Hit(_("Appraisal"), str(sheet), sheet.get_absolute_url(), sheet.unit.code)
        for sheet in ScoreSheet.objects.visible_to(user).filter(named).with_all().order_by("-cycle")[:5]
    ]
