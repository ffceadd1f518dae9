"""What of surveys shows in the navigation, on home pages and in the search."""

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from core import due, history, nav, panels, search
from core.i18n import pick
from core.permissions import allows
from surveys.choices import FindingState, PlanState, VersionState, WaveState
from surveys.models import Finding, QuestionnaireVersion, SurveyPlan, Wave
from surveys.selectors import lists
from surveys.views.home import newest

HISTORY = {
    "activity_added": gettext_lazy("Activity added"), "activity_edited": gettext_lazy("Activity changed"),
    "activity_removed": gettext_lazy("Activity removed"), "finding_proposed": gettext_lazy("Finding proposed"),
    "invited": gettext_lazy("Invitations drawn"), "noted": gettext_lazy("Note"), "exported": gettext_lazy("Exported as a file"),
    "corrected": gettext_lazy("Values corrected"), "opinions_classed": gettext_lazy("Comments classed"),
    "invitation_withdrawn": gettext_lazy("Invitation withdrawn"), "link_renewed": gettext_lazy("New link given"),
    "answers_destroyed": gettext_lazy("Answers in the box destroyed"),
}  # fmt: skip


def register():
    nav.add(
        nav.Entry("surveys", gettext_lazy("Plans"), "surveys:plan_list", ("surveys.see_plans",), order=10),
        nav.Entry("surveys", gettext_lazy("Projects to ask"), "surveys:duty_list", ("surveys.see_plans",), order=15),
        nav.Entry(
            "surveys",
            gettext_lazy("Questionnaires"),
            "surveys:questionnaire_list",
            ("surveys.see_questionnaires",),
            order=20,
        ),
        nav.Entry(
            "surveys",
            gettext_lazy("Waves"),
            "surveys:wave_list",
            ("surveys.see_waves", "surveys.see_results"),
            order=30,
        ),
        nav.Entry(
            "surveys",
            gettext_lazy("Findings"),
            "surveys:finding_list",
            ("surveys.see_results",),
            count=findings_owed,
            order=50,
        ),
    )
    history.add_words(HISTORY)
    due.add_due("surveys", due_items)
    due.add_tiles("surveys", tiles)
    search.add_search(hits)
    panels.add_panel("dashboard.home", newest, order=30)


def findings_owed(user):
    """Proposed findings that wait for the user's decision."""
    if not user.has_perm("surveys.confirm_finding"):
        return None
    return Finding.objects.visible_to(user).filter(state=FindingState.PROPOSED)


def due_items(user):
    yield from _plans(user)
    yield from _versions(user)
    yield from _waves(user)


def _plans(user):
    if user.has_perm("surveys.approve_plan"):
        rows = (
            SurveyPlan.objects.visible_to(user).filter(state=PlanState.SUBMITTED).select_related("unit", "author")[:20]
        )
        for plan in rows:
            if allows(user, "surveys.decide_plan", plan):
                yield due.DueItem(
                    _("Plan"), str(plan), plan.get_absolute_url(), _("Approve or send back"), sub=str(plan.author)
                )
    if user.has_perm("surveys.write_plan"):
        rows = (
            SurveyPlan.objects.visible_to(user)
            .filter(state=PlanState.RETURNED, author=user)
            .select_related("unit")[:20]
        )
        for plan in rows:
            yield due.DueItem(_("Plan"), str(plan), plan.get_absolute_url(), _("Put right and hand in"))


def _versions(user):
    if not user.has_perm("surveys.publish_questionnaire"):
        return
    rows = QuestionnaireVersion.objects.visible_to(user).filter(state=VersionState.DRAFT).exclude(author=user)
    for version in rows.defer("definition").select_related("questionnaire", "author")[:20]:
        if allows(user, "surveys.publish_version", version):
            yield due.DueItem(
                _("Questionnaire"),
                str(version),
                version.get_absolute_url(),
                _("Review and publish"),
                sub=str(version.author),
            )


def _waves(user):
    if not user.has_perm("surveys.run_wave"):
        return
    rows = Wave.objects.visible_to(user).filter(
        Q(owner=user) | Q(state=WaveState.CLOSED), state__in=(WaveState.DRAFT, WaveState.CLOSED)
    )
    for wave in rows.order_by("opens_at")[:20]:
        act = _("Schedule the wave") if wave.state == WaveState.DRAFT else _("Look at the results and confirm")
        at = wave.opens_at if wave.state == WaveState.DRAFT else None
        yield due.DueItem(_("Wave"), pick(wave, "name"), wave.get_absolute_url(), act, due_at=at, number=wave.code)


def tiles(user):
    """Open waves with how many of the invited have answered."""
    if not (user.has_perm("surveys.see_waves") and user.has_perm("surveys.see_results")):
        return
    for wave in lists.waves(user).filter(state=WaveState.OPEN).order_by("closes_at")[:2]:
        days = (timezone.localdate(wave.closes_at) - timezone.localdate()).days
        yield due.Tile(
            label=pick(wave, "name"), value=str(wave.answered_n), url=wave.get_absolute_url(), order=20,
            note=_left(wave, days),
        )  # fmt: skip
    waiting = findings_owed(user)
    owed = 0 if waiting is None else waiting[:100].count()
    if owed:
        yield due.Tile(
            _("Findings to decide"),
            str(owed),
            reverse("surveys:finding_list") + "?state=proposed",
            _("proposed when waves closed"),
            order=30,
        )


def _left(wave, days):
    if wave.is_open_link:
        return ngettext("through an open link; %(days)s day left", "through an open link; %(days)s days left", days) % {
            "days": days
        }
    return _("of %(invited)s invited have answered; %(days)s days left") % {"invited": wave.invited_n, "days": days}


def hits(user, text):
    rows = Wave.objects.visible_to(user).filter(
        Q(code__icontains=text) | Q(name_zh__icontains=text) | Q(name_en__icontains=text)
    )[:5]
    return [search.Hit(_("Wave"), str(wave), wave.get_absolute_url()) for wave in rows]
