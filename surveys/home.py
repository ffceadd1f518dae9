"""What of surveys shows in the navigation, on home pages and in the search."""

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.selectors import units_of
from core import due, history, nav, panels, search
from core.i18n import pick
from core.permissions import allows
from customers.forms.fields import end_of
from surveys.choices import DisposalState, Fact, FindingState, PlanState, VersionState, WaveState
from surveys.models import AssistingUnit, Disposal, Filing, Finding, QuestionnaireVersion, SurveyPlan, Wave
from surveys.selectors import agency, custody, lists, task_lists
from surveys.services import entrustments
from surveys.views.home import newest

HISTORY = {
    "activity_added": gettext_lazy("Activity added"), "activity_edited": gettext_lazy("Activity changed"),
    "activity_removed": gettext_lazy("Activity removed"), "finding_proposed": gettext_lazy("Finding proposed"),
    "invited": gettext_lazy("Invitations drawn"), "noted": gettext_lazy("Note"), "exported": gettext_lazy("Exported as a file"),
    "corrected": gettext_lazy("Values corrected"), "opinions_classed": gettext_lazy("Comments classed"), "seal_opened": gettext_lazy("Seal opened"),
    "invitation_withdrawn": gettext_lazy("Invitation withdrawn"), "link_renewed": gettext_lazy("New link given"),
    "reworded": gettext_lazy("New wording"), "answers_destroyed": gettext_lazy("Answers in the box destroyed"),
    "answers_brought": gettext_lazy("File of answers brought"), "answers_refused": gettext_lazy("File could not be read"),
    "answers_read": gettext_lazy("File read"), "answers_mapped": gettext_lazy("Meaning of columns changed"),
    "answers_mapping_kept": gettext_lazy("Meaning of columns kept"), "answers_import_started": gettext_lazy("Import begun"),
    "answers_imported": gettext_lazy("Answers taken over"), "answers_file_removed": gettext_lazy("File removed"),
    "letters_printed": gettext_lazy("Letters printed"), "personal_sheets_printed": gettext_lazy("Personal sheets printed"),
    "letters_sent": gettext_lazy("Letters sent"), "letters_came_back": gettext_lazy("Letters came back undelivered"),
    "scheme_written": gettext_lazy("Scheme written"), "duty_added": gettext_lazy("Department added"),
    "duty_edited": gettext_lazy("Duty of a department changed"), "duty_removed": gettext_lazy("Department removed"),
    "duty_confirmed": gettext_lazy("Confirmed by a department"), "level_passed": gettext_lazy("Level of approval passed"),
    "stages_mapped": gettext_lazy("Stages of the service chain set"), "task_done": gettext_lazy("Task done"),
    "task_undone": gettext_lazy("Task not done after all"), "task_assigned": gettext_lazy("Task given out"),
    "survey_completed": gettext_lazy("Survey complete"), "quality_checked": gettext_lazy("Quality check recorded"),
    "custodian_named": gettext_lazy("Another custodian named"), "held": gettext_lazy("Kept longer"),
    "hold_lifted": gettext_lazy("No longer kept beyond its date"), "lines_added": gettext_lazy("Material past its date added"),
    "line_removed": gettext_lazy("Taken off the list: kept longer"), "entrusted": gettext_lazy("Entrusted to a third party"),
    "revoked": gettext_lazy("Revoked"),
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
            gettext_lazy("Indicator system"),
            "surveys:indicator_list",
            ("surveys.see_questionnaires",),
            order=24,
        ),
        nav.Entry(
            "surveys", gettext_lazy("Question bank"), "surveys:bank_list", ("surveys.see_questionnaires",), order=26
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
    nav.add(
        nav.Entry(
            "surveys", gettext_lazy("Published ratings"), "surveys:published_list", ("surveys.see_results",), order=60
        ),
        nav.Entry(
            "settings", gettext_lazy("Approval of plans"), "surveys:route_list", ("surveys.set_rules",), order=36
        ),
        nav.Entry(
            "settings", gettext_lazy("Task lists of surveys"), "surveys:template_list", ("surveys.set_rules",), order=37
        ),
        nav.Entry(
            "surveys", gettext_lazy("Trained for surveys"), "surveys:training_list", ("surveys.run_wave",), order=55
        ),
        nav.Entry("surveys", gettext_lazy("Survey material"), "surveys:custody_list",
                  ("surveys.see_custody", "surveys.keep_material"), order=70),
        nav.Entry("surveys", gettext_lazy("Disposal lists"), "surveys:disposal_list", ("surveys.see_custody",), order=75),
        nav.Entry("surveys", gettext_lazy("Entrusted surveys"), "surveys:entrustment_list",
                  ("surveys.see_entrustments", "surveys.run_entrusted"), order=35),
    )  # fmt: skip
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
    yield from _duties(user)
    yield from _filings(user)
    yield from _tasks(user)
    yield from _versions(user)
    yield from _waves(user)
    yield from _handovers(user)
    yield from _disposals(user)
    yield from _entrusted(user)


def _plans(user):
    if user.has_perm("surveys.approve_plan") or user.has_perm("surveys.decide_level"):
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


def _duties(user):
    """What an approved plan asks of the user's department and nobody there confirmed yet."""
    if not user.has_perm("surveys.confirm_duty"):
        return
    rows = AssistingUnit.objects.filter(
        acknowledged_at=None,
        unit__in=user.memberships.current().values("unit"),
        scheme__activity__plan__state=PlanState.APPROVED,
    )
    for row in rows.select_related("unit", "scheme__activity__plan")[:20]:
        activity = row.scheme.activity
        yield due.DueItem(
            _("Assistance"), str(activity), activity.get_absolute_url(), _("Read what your department must do and confirm"),
            due_at=end_of(row.due_on), sub=str(row.unit),
        )  # fmt: skip


def _filings(user):
    if not user.has_perm("surveys.file_plan"):
        return
    rows = Filing.objects.visible_to(user).due().select_related("plan__unit")
    if not user.has_perm("surveys.run_wave"):
        rows = rows.filter(plan__unit__in=units_of(user))
    for row in rows.order_by("due_on")[:20]:
        yield due.DueItem(
            _("Filing"),
            str(row.plan),
            row.get_absolute_url(),
            _("Put the approved plan on file"),
            due_at=end_of(row.due_on),
        )


def _tasks(user):
    if not user.has_perm("surveys.do_tasks"):
        return
    for task in task_lists.owed_by(user)[:20]:
        act = Fact(task.fact).label if task.fact else _("Do it and tick it")
        yield due.DueItem(
            _("Survey task"), str(task), task.get_absolute_url(), act, due_at=end_of(task.due_on), number=task.wave.code
        )


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


def _handovers(user):
    if not user.has_perm("surveys.hand_over"):
        return
    for row in custody.to_confirm(user)[:20]:
        yield due.DueItem(_("Hand-over"), pick(row.custody.wave, "name"), row.get_absolute_url(), _("Confirm or return it"),
                          sub=str(row.giver), number=row.custody.wave.code)  # fmt: skip
    for row in custody.returned(user)[:20]:
        yield due.DueItem(_("Hand-over"), pick(row.custody.wave, "name"), row.get_absolute_url(), _("Put right and hand over again"),
                          sub=str(row.receiver), number=row.custody.wave.code)  # fmt: skip


def _disposals(user):
    acts = {
        DisposalState.LISTED: ("surveys.propose_disposal", _("Propose the list, or keep material longer")),
        DisposalState.PROPOSED: ("surveys.approve_disposal_of", _("Approve or send back")),
        DisposalState.APPROVED: ("surveys.carry_out_disposal", _("Carry the list out")),
    }
    if not any(
        user.has_perm(name) for name in ("surveys.manage_custody", "surveys.keep_material", "surveys.approve_disposal")
    ):
        return
    for row in Disposal.objects.visible_to(user).filter(state__in=acts)[:20]:
        rule, words = acts[DisposalState(row.state)]
        if allows(user, rule, row):
            yield due.DueItem(_("Disposal list"), str(row), row.get_absolute_url(), words, number=row.number)


def _entrusted(user):
    """What a third party has to do; and for who runs waves, those that wait for a third party."""
    if user.has_perm("surveys.run_entrusted"):
        for wave in agency.open_waves(user)[:20]:
            act = _("Enter the answers") if wave.is_anonymous else ngettext(
                "Enter the answers: %(n)s respondent still owes one", "Enter the answers: %(n)s respondents still owe one", wave.waiting_n
            ) % {"n": wave.waiting_n}  # fmt: skip
            yield due.DueItem(_("Entrusted survey"), pick(wave, "name"), reverse("surveys:entrusted_wave", args=[wave.pk]), act,
                              due_at=wave.closes_at, number=wave.code)  # fmt: skip
    entrusts = user.has_perm("surveys.entrust")
    rows = Wave.objects.visible_to(user).filter(state=WaveState.SCHEDULED).select_related("activity__plan")
    rows = rows if entrusts else rows.filter(owner=user)
    for wave in rows.order_by("opens_at")[:20] if user.has_perm("surveys.see_waves") else ():
        if entrustments.gap(wave):
            url = f"{reverse('surveys:entrustment_create')}?wave={wave.pk}" if entrusts else wave.get_absolute_url()
            act = (
                _("Entrust it to a third party, or it does not open")
                if entrusts
                else _("Waits until it is entrusted to a third party")
            )
            yield due.DueItem(_("Wave"), pick(wave, "name"), url, act, due_at=wave.opens_at, number=wave.code)


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
