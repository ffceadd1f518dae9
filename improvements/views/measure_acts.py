"""The steps of a measure and of its extension, as their pages show them."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.acts import Act
from core.forms import ConfirmForm, ReasonForm
from improvements.forms.measures import (
    ExtensionForm,
    LaterDayForm,
    OwnerForm,
    ProgressForm,
    RemarkForm,
    SendBackForm,
    SubmitForm,
    TasksForm,
    VerifyForm,
)
from improvements.services import effects, extensions, measures, verification


def act(rule, service, form, title, label, *consequences, **more):
    return Act(f"improvements.{rule}", service, form, title, label, consequences, **more)


ACTS = {
    "issue": act(
        "issue_measure", measures.issue, ConfirmForm, _("Issue the measure"), _("Issue"),
        _("The responsible person is told in the portal and by mail."),
        _("The due date is fixed: from now on it moves only by an extension that somebody else approves."),
    ),
    "begin": act("work_on_measure", measures.begin, ConfirmForm, _("Begin the measure"), _("Begin")),
    "progress": act("work_on_measure", measures.add_progress, ProgressForm, _("Report progress"), _("Keep"), is_versioned=False),
    "tasks": act("work_on_measure", measures.add_tasks, TasksForm, _("Add tasks"), _("Add"), is_versioned=False),
    "submit": act(
        "submit_measure", measures.submit, SubmitForm, _("Hand in for verification"), pgettext_lazy("measure", "Hand in"),
        _("Somebody who never worked on it looks whether it was carried out."),
        _("The moment of handing in counts for the completion rate."),
    ),
    "assign": act("assign_measure", measures.assign, OwnerForm, _("Give to somebody else"), _("Give")),
    "extension": act(
        "ask_extension", extensions.request, ExtensionForm, _("Ask for an extension"), _("Ask"),
        _("For objective reasons only. Management decides."),
        _("The original date stays for the completion rate, whatever is decided."), is_versioned=False,
    ),
    "cancel": act(
        "cancel_measure", measures.cancel, ReasonForm, _("Cancel the measure"), _("Cancel the measure"),
        _("Nobody needs to do anything for it any more."), _("The reason stays readable for supervision."), is_dangerous=True,
    ),
    "accept": act(
        "check_measure", verification.accept, VerifyForm, _("Found carried out"), _("Confirm"),
        _("With a survey figure as goal, the next wave decides about the effect; without one the measure is closed."),
        _("Your name stands for it."),
    ),
    "send-back": act("check_measure", verification.send_back, SendBackForm, _("Send back"), _("Send back")),
    "close": act("judge_effect", effects.close, RemarkForm, _("Close the measure"), _("Close the measure"),
                 _("The improvement is proven; the figures stay as they are.")),
    "extend": act("judge_effect", effects.extend, ReasonForm, _("Observe for one more wave"), _("Observe on"),
                  _("Once only: the wave after the next decides.")),
    "redo": act(
        "judge_effect", effects.redo, LaterDayForm, _("Begin a new cycle"), _("Begin again"),
        _("The responsible person looks for the cause again and carries the measure out anew."),
        _("Dates and figures of the first cycle stay as they are."),
    ),
}  # fmt: skip
DECISIONS = {
    "approve": act("decide_extension", extensions.approve, RemarkForm, _("Approve the extension"), _("Approve"),
                   _("The due date moves; the original one stays for the completion rate.")),
    "refuse": act("decide_extension", extensions.refuse, ReasonForm, _("Refuse the extension"), _("Refuse"),
                  _("The due date stays as it is.")),
}  # fmt: skip
