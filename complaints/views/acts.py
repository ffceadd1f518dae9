"""The steps of a record: one table of them, one page for all."""

from collections.abc import Callable
from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from complaints.forms import acts as forms
from complaints.models import Complaint
from complaints.services import (
    assessment,
    call_backs,
    conversations,
    cycles,
    ending,
    enquiries,
    handling,
    people,
    personal,
    replies,
    suggestions,
)
from complaints.views.common import sees
from core.permissions import allows, require
from core.views import get_visible_or_404, posted, render_page


@dataclass(frozen=True)
class Act:
    """A step as people see it: its rule, service and form, its words; ``todo`` says what it wants of who may take it.

    ``is_plain`` steps need no page: the button posts. ``is_main`` ones may be the primary button.
    """

    rule: str
    service: Callable
    form: type
    label: str
    icon: str
    todo: str = ""
    consequences: tuple = ()
    is_versioned: bool = True
    is_plain: bool = False
    is_dangerous: bool = False

    @property
    def is_main(self):
        return bool(self.todo)


_t = gettext_lazy
ACTS = {
    "accept": Act(
        "complaints.accept", assessment.accept, forms.AssessForm, _t("Accept"), "check",
        todo=_t("Assess nature, severity and scope, and take the complaint up."),
    ),
    "take": Act(
        "complaints.take", handling.take, forms.ActForm, _t("Take it on"), "user-check", is_versioned=False, is_plain=True,
        todo=_t("It was assigned to you. Take it on, or give it back with a reason."),
    ),
    "assign": Act(
        "complaints.assign", handling.assign, forms.AssignForm, _t("Assign"), "user-plus",
        todo=_t("Name the responsible unit and who handles it."),
    ),
    "pass_on": Act(
        "complaints.pass_on", suggestions.pass_on, forms.PassOnForm, _t("Pass on"), "user-plus",
        todo=_t("Pass the suggestion on to the unit that can judge it."),
    ),
    "handle_directly": Act(
        "complaints.handle_directly", handling.handle_directly, forms.DirectForm, _t("Handle it directly"), "user-check",
        todo=_t("An ordinary matter you can settle yourself; anything else waits for a lead."),
    ),
    "determine": Act(
        "complaints.work", handling.determine, forms.DetermineForm, _t("Determine responsibility"), "clipboard-check",
        is_versioned=False, todo=_t("Check the facts, determine responsibility, write the reply and hand it in."),
    ),
    "draft": Act("complaints.work", replies.draft, forms.DraftForm, _t("Write the reply"), "pencil"),
    "submit": Act(
        "complaints.submit_reply", replies.submit, forms.RemarkForm, _t("Hand in for review"), "send",
        consequences=(_t("Somebody else reviews responsibility and reply; until then you cannot change them."),),
    ),
    "approve": Act(
        "complaints.decide_reply", replies.approve, forms.RemarkForm, _t("Approve and reply"), "check",
        todo=_t("Review responsibility and reply. You may, because you have not handled this record."),
        consequences=(
            _t("The reply stands from now on; a mail goes to the customer at once."),
            _t("Responsibility is settled, and improvement hears of it."),
        ),
    ),
    "send_back": Act("complaints.decide_reply", replies.send_back, forms.WhyForm, _t("Send back to the handler"), "arrow-left"),
    "tell_reply": Act(
        "complaints.tell_reply", replies.record_told, forms.ToldForm, _t("Record that it was told"), "phone-outgoing",
        is_versioned=False, todo=_t("Tell the customer the approved reply, and write down how it went."),
    ),
    "call_back": Act(
        "complaints.log_call_back", call_backs.log, forms.CallBackForm, _t("Call back"), "phone-outgoing",
        todo=_t("Ask the customer whether it is resolved. You may, because you have neither handled nor reviewed it."),
    ),
    "decide": Act(
        "complaints.decide", suggestions.decide, forms.DecideForm, _t("Decide"), "list-check",
        todo=_t("Judge the suggestion and give the reason in both languages."),
        consequences=(_t("The proposer is thanked and told, by mail where we have an address."),),
    ),
    "answer": Act(
        "complaints.answer", enquiries.answer, forms.AnswerForm, _t("Answer"), "send",
        todo=_t("Answer the customer; that ends the matter."),
    ),
    "close_suggestion": Act(
        "complaints.close_suggestion", suggestions.close, forms.CloseSuggestionForm, _t("Close"), "check",
        todo=_t("See that the proposer knows the decision, then close."),
    ),
    "take_up": Act("complaints.take_up", suggestions.take_up, forms.RemarkForm, _t("Take it up again"), "refresh"),
    "grant_ending": Act(
        "complaints.grant_ending", ending.grant, forms.ActForm, _t("Agree to the end"), "check",
        todo=_t("Somebody asks to end this record. Agree or refuse."), is_dangerous=True,
        consequences=(_t("The record ends here; its number stays used, and it stays in the ledger."),),
    ),
    "refuse_ending": Act(
        "complaints.grant_ending", ending.refuse, forms.WhyForm, _t("Refuse the end"), "x", is_versioned=False
    ),
    "talk": Act("complaints.talk", conversations.log, forms.TalkForm, _t("Log a conversation"), "headset", is_versioned=False),
    "add_files": Act("complaints.add_file", personal.add_files, forms.FilesForm, _t("Add files"), "paperclip", is_versioned=False),
    "reassess": Act("complaints.reassess", assessment.reassess, forms.AssessForm, _t("Change the assessment"), "adjustments"),
    "give_back": Act(
        "complaints.give_back", handling.give_back, forms.WhyForm, _t("Give back"), "arrow-left",
        consequences=(_t("The clocks run on."),),
    ),
    "return_suggestion": Act(
        "complaints.decide", suggestions.give_back, forms.WhyForm, _t("Not for this unit"), "arrow-left"
    ),
    "reassign": Act("complaints.reassign", handling.reassign, forms.ReassignForm, _t("Give to somebody else"), "user-plus"),
    "name_concerned": Act(
        "complaints.name_concerned", people.name_concerned, forms.ConcernedForm, _t("Name whom it is about"), "eye-off",
        is_versioned=False, consequences=(_t("The person neither handles, reviews nor calls back, and no longer sees it."),),
    ),
    "step_aside": Act(
        "complaints.step_aside", people.step_aside, forms.WhyForm, _t("Step aside"), "logout", is_versioned=False,
        consequences=(_t("You take no part in it from now on, and no longer see it."),),
    ),
    "withdraw": Act(
        "complaints.withdraw", ending.withdraw, forms.WhyForm, _t("The customer withdraws it"), "arrow-left",
        is_dangerous=True, consequences=(_t("It ends without an answer. Say how we know that the customer wants this."),),
    ),
    "ask_ending": Act(
        "complaints.ask_ending", ending.ask, forms.EndingForm, _t("Ask to end it"), "ban", is_versioned=False,
        is_dangerous=True, consequences=(_t("Somebody else decides on it."),),
    ),
    "reopen": Act(
        "complaints.reopen", cycles.reopen, forms.WhyForm, _t("Open it again"), "refresh",
        consequences=(
            _t("A new cycle begins with its own clocks; the earlier one stays as it was."),
            _t("Possible within 60 days of the end."),
        ),
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Step:
    """A step the user may take now, for the page of the record."""

    name: str
    act: Act
    url: str


def steps_of(user, complaint):
    """What ``user`` may do with the record now, the most pressing first."""
    found = {rule: allows(user, rule, complaint) for rule in {act.rule for act in ACTS.values()}}
    return [
        Step(name, act, reverse("complaints:act", args=[complaint.pk, name]))
        for name, act in ACTS.items()
        if found[act.rule]
    ]


@sees
def act(request, pk, step):
    """Show or take the step of ``ACTS`` that the address names."""
    complaint = get_visible_or_404(Complaint, request.user, pk=pk)
    chosen = ACTS.get(step)
    if chosen is None:
        raise Http404
    require(request.user, chosen.rule, complaint)
    version = complaint.version if chosen.is_versioned else None
    form = chosen.form(posted(request), request.FILES or None, complaint=complaint, user=request.user, version=version)
    if form.is_valid():
        chosen.service(complaint, by=request.user, **form.values())
        messages.success(request, _("Done."))
        still_sees = Complaint.objects.visible_to(request.user).filter(pk=pk).exists()
        return redirect(complaint if still_sees else "complaints:list")
    context = {
        "form": form, "title": chosen.label, "submit_label": chosen.label, "number": complaint.number,
        "state": complaint.state_badge, "consequences": chosen.consequences, "danger": chosen.is_dangerous,
        "cancel_url": complaint.get_absolute_url(), "complaint": complaint,
    }  # fmt: skip
    return render_page(request, "complaints/act.html", context)
