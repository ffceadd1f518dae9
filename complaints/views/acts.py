"""The steps of a record: one table of them, one page for all."""

from dataclasses import dataclass

from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from complaints.forms import acts as forms
from complaints.forms import clocks as clock_forms
from complaints.forms import work as work_forms
from complaints.models import Complaint
from complaints.services import (
    assessment,
    call_backs,
    conversations,
    cycles,
    ending,
    enquiries,
    extensions,
    handling,
    pauses,
    people,
    personal,
    progress,
    replies,
    suggestions,
)
from complaints.views import canned, work_acts
from complaints.views.common import sees
from core.acts import Act, act_page
from core.permissions import allows
from core.views import get_visible_or_404


@dataclass(frozen=True)
class RecordAct(Act):
    """An act with what the page of the record shows of it; ``todo`` says what it wants of who may take it.

    ``is_plain`` steps need no page: the button posts. ``is_main`` ones may be the primary button. One with a ``place``
    stands at that card of the page and not in the menu.
    """

    icon: str = ""
    todo: str = ""
    is_plain: bool = False
    place: str = ""

    @property
    def is_main(self):
        return bool(self.todo)


def step(rule, service, form, label, icon, **more):
    return RecordAct(f"complaints.{rule}", service, form, label, label, icon=icon, **more)


ACTS = {
    "accept": step(
        "accept", assessment.accept, forms.AssessForm, _("Accept"), "check",
        todo=_("Assess nature, severity and scope, and take the complaint up."),
    ),
    "take": step(
        "take", handling.take, forms.ActForm, _("Take it on"), "user-check", is_versioned=False, is_plain=True,
        todo=_("It was assigned to you. Take it on, or give it back with a reason."),
    ),
    "assign": step(
        "assign", handling.assign, forms.AssignForm, _("Assign"), "user-plus",
        todo=_("Name the responsible unit and who handles it."),
    ),
    "pass_on": step(
        "pass_on", suggestions.pass_on, forms.PassOnForm, _("Pass on"), "user-plus",
        todo=_("Pass the suggestion on to the unit that can judge it."),
    ),
    "handle_directly": step(
        "handle_directly", handling.handle_directly, forms.DirectForm, _("Handle it directly"), "user-check",
        todo=_("An ordinary matter you can settle yourself; anything else waits for a lead."),
    ),
    "determine": step(
        "work", handling.determine, forms.DetermineForm, _("Determine responsibility"), "clipboard-check",
        is_versioned=False, todo=_("Check the facts, determine responsibility, write the reply and hand it in."),
    ),
    "draft": step("work", replies.draft, forms.DraftForm, _("Write the reply"), "pencil"),
    "submit": step(
        "submit_reply", replies.submit, forms.RemarkForm, _("Hand in for review"), "send",
        consequences=(_("Somebody else reviews responsibility and reply; until then you cannot change them."),),
    ),
    "approve": step(
        "decide_reply", replies.approve, forms.RemarkForm, _("Approve and reply"), "check",
        todo=_("Review responsibility and reply. You may, because you have not handled this record."),
        consequences=(
            _("The reply stands from now on; a mail goes to the customer at once."),
            _("Responsibility is settled, and improvement hears of it."),
        ),
    ),
    "send_back": step("decide_reply", replies.send_back, forms.WhyForm, _("Send back to the handler"), "arrow-left"),
    "tell_reply": step(
        "tell_reply", replies.record_told, forms.ToldForm, _("Record that it was told"), "phone-outgoing",
        is_versioned=False, todo=_("Tell the customer the approved reply, and write down how it went."),
    ),
    "call_back": step(
        "log_call_back", call_backs.log, forms.CallBackForm, pgettext_lazy("complaint", "Call back"), "phone-outgoing",
        todo=_("Ask the customer whether it is resolved. You may, because you have neither handled nor reviewed it."),
    ),
    "decide": step(
        "decide", suggestions.decide, forms.DecideForm, _("Decide"), "list-check",
        todo=_("Judge the suggestion and give the reason in both languages."),
        consequences=(_("The proposer is thanked and told, by mail where we have an address."),),
    ),
    "answer": step(
        "answer", enquiries.answer, forms.AnswerForm, pgettext_lazy("enquiry", "Answer"), "send",
        todo=_("Answer the customer; that ends the matter."),
    ),
    "close_suggestion": step(
        "close_suggestion", suggestions.close, forms.CloseSuggestionForm, pgettext_lazy("suggestion", "Close"), "check",
        todo=_("See that the proposer knows the decision, then close."),
    ),
    "take_up": step("take_up", suggestions.take_up, forms.RemarkForm, _("Take it up again"), "refresh"),
    "grant_pause": step(
        "decide_pause", pauses.grant_pause, clock_forms.GrantForm, _("Agree to the pause"), "player-pause",
        todo=_("Somebody asks for a pause of the clock. Agree or refuse."),
        consequences=(_("The clock of the result stands still until the day that was asked for; the first response is owed all the same."),),
    ),
    "refuse_pause": step("decide_pause", pauses.refuse_pause, forms.WhyForm, _("Refuse the pause"), "x", is_versioned=False),
    "approve_extension": step(
        "decide_extension", extensions.approve_extension, clock_forms.GrantForm, _("Agree to more time"), "calendar",
        is_versioned=False, todo=_("Somebody asks for more time. Agree or refuse."),
        consequences=(_("The result is due later; the first day stays beside the new one."), _("The customer is told.")),
    ),
    "reject_extension": step(
        "decide_extension", extensions.reject_extension, forms.WhyForm, _("Refuse more time"), "x", is_versioned=False
    ),
    "resume": step(
        "resume", pauses.resume, forms.RemarkForm, _("Go on"), "player-play",
        todo=_("The clock stands still. Go on as soon as what you wait for is there."),
        consequences=(_("The clock runs on with what was left of it."),),
    ),
    "grant_ending": step(
        "grant_ending", ending.grant, forms.ActForm, _("Agree to the end"), "check",
        todo=_("Somebody asks to end this record. Agree or refuse."), is_dangerous=True,
        consequences=(_("The record ends here; its number stays used, and it stays in the ledger."),),
    ),
    "refuse_ending": step(
        "grant_ending", ending.refuse, forms.WhyForm, _("Refuse the end"), "x", is_versioned=False
    ),
    "talk": step("talk", conversations.log, forms.TalkForm, _("Log a conversation"), "headset", is_versioned=False),
    "add_files": step("add_file", personal.add_files, forms.FilesForm, _("Add files"), "paperclip", is_versioned=False),
    "progress": step(
        "report_progress", progress.report, clock_forms.ProgressForm, _("Tell the customer where it stands"), "message-2",
        is_versioned=False,
    ),
    "ask_pause": step(
        "ask_pause", pauses.ask, clock_forms.PauseForm, _("Pause the clock"), "player-pause",
        consequences=(
            _("A service lead decides on it; where we wait for the customer and have asked, it begins at once."),
            _("It is over on the day you give, or when the customer answers what we asked."),
        ),
    ),
    "ask_extension": step(
        "ask_extension", extensions.ask_extension, clock_forms.ExtensionForm, _("Ask for more time"), "calendar",
        is_versioned=False, consequences=(_("A service lead decides on it; the customer is told the new day."),),
    ),
    "reassess": step("reassess", assessment.reassess, forms.AssessForm, _("Change the assessment"), "adjustments"),
    "give_back": step(
        "give_back", handling.give_back, forms.WhyForm, _("Give back"), "arrow-left",
        consequences=(_("The clocks run on."),),
    ),
    "return_suggestion": step(
        "decide", suggestions.give_back, forms.WhyForm, _("Not for this unit"), "arrow-left"
    ),
    "reassign": step("reassign", handling.reassign, forms.ReassignForm, _("Give to somebody else"), "user-plus"),
    "name_concerned": step(
        "name_concerned", people.name_concerned, forms.ConcernedForm, _("Name whom it is about"), "eye-off",
        is_versioned=False, consequences=(_("The person neither handles, reviews nor calls back, and no longer sees it."),),
    ),
    "step_aside": step(
        "step_aside", people.step_aside, forms.WhyForm, _("Step aside"), "logout", is_versioned=False,
        consequences=(_("You take no part in it from now on, and no longer see it."),),
    ),
    "withdraw": step(
        "withdraw", ending.withdraw, work_forms.WithdrawForm, _("The customer withdraws it"), "arrow-left",
        is_dangerous=True, consequences=(_("It ends without an answer. Say how we know that the customer wants this."),),
    ),
    "ask_ending": step(
        "ask_ending", ending.ask, forms.EndingForm, _("Ask to end it"), "ban", is_versioned=False,
        is_dangerous=True, consequences=(_("Somebody else decides on it."),),
    ),
    "reopen": step(
        "reopen", cycles.reopen, forms.WhyForm, _("Open it again"), "refresh",
        consequences=(
            _("A new cycle begins with its own clocks; the earlier one stays as it was."),
            _("Possible within 60 days of the end."),
        ),
    ),
}  # fmt: skip
ACTS |= work_acts.acts(step)


@dataclass(frozen=True)
class Step:
    """A step the user may take now, for the page of the record."""

    name: str
    act: RecordAct
    url: str


def steps_of(user, complaint):
    """What ``user`` may do with the record now, the most pressing first."""
    found = {rule: allows(user, rule, complaint) for rule in {act.rule for act in ACTS.values()}}
    return [
        Step(name, act, reverse("complaints:act", args=[complaint.pk, name]))
        for name, act in ACTS.items()
        if found[act.rule]
    ]


# What stands beside the primary button.
BESIDE = {
    "approve": ("send_back",), "take": ("give_back",), "draft": ("determine",), "submit": ("draft",),
    "decide": ("return_suggestion",), "grant_ending": ("refuse_ending",), "call_back": ("talk",), "accept": ("ask_ending",),
    "grant_pause": ("refuse_pause",), "approve_extension": ("reject_extension",),
    "grant_unmerge": ("refuse_unmerge",),
}  # fmt: skip


def pressing(steps, view):
    """(the primary step or None, those beside it); the handler's work goes from determination to draft to review."""
    by_name = {step.name: step for step in steps}
    main = next((step for step in steps if step.act.is_main), None)
    if main and main.name == "determine" and view.determination:
        main = by_name["submit" if view.reply else "draft"]
    return main, [by_name[name] for name in BESIDE.get(main.name if main else "", ()) if name in by_name]


WITH_CANNED = ("answer", "draft")


@sees
def act(request, pk, step):
    """Show or take the step of ``ACTS`` that the address names."""
    complaint = get_visible_or_404(Complaint, request.user, pk=pk)
    if step not in ACTS:
        raise Http404

    def afterwards():  # who stepped aside sees the record no more
        return complaint if Complaint.objects.visible_to(request.user).filter(pk=pk).exists() else "complaints:list"

    writes = step in WITH_CANNED and allows(request.user, ACTS[step].rule, complaint)
    context, begun = canned.pick_context(request, complaint) if writes else ({}, {})
    response = act_page(
        request, complaint, ACTS[step], number=complaint.number, leads_to=afterwards, template="complaints/act.html",
        context={"complaint": complaint} | context, complaint=complaint, user=request.user,
        initial={"template": request.GET.get("template", "")} | begun.get("initial", {}),
    )  # fmt: skip
    return canned.note_pick(request, response, complaint) if step in WITH_CANNED else response
