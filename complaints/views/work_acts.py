"""The steps by which a record is worked on together, for the table of steps (complaints.views.acts)."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from complaints.forms import acts as plain
from complaints.forms import work as forms
from complaints.services import facts, implementing, measures, merging, people, recovery, remarks, together


def acts(step):
    """{name: RecordAct}; ``place`` is the card of the page at which the button stands instead of in the menu."""
    return {
        "implement": step(
            "implement", implementing.implement, forms.ImplementForm, _("Have it put into effect"), "tool",
            todo=_("Name who puts the suggestion into effect until when; improvement follows it."),
        ),
        "report_done": step(
            "report_implemented", implementing.report_done, forms.DoneForm, _("Report it done"), "check", is_versioned=False,
            todo=_("Put the suggestion into effect, then say what is different now."),
        ),
        "verify_implemented": step(
            "verify_implemented", implementing.verify, forms.SeenForm, _("Verify that it is in effect"), "eye-check",
            todo=_("Look whether it is in effect. You may, because you neither carried it out nor decided on it."),
            consequences=(_("The proposer is thanked and told, by mail where we have an address."),),
        ),
        "close_implemented": step(
            "close_implemented", implementing.close, forms.ThankForm, pgettext_lazy("suggestion", "Thank and close"), "check",
            todo=_("See that the proposer was thanked, then close."),
        ),
        "grant_unmerge": step(
            "grant_unmerge", merging.unmerge, plain.ActForm, _("Agree to take it apart"), "check", is_dangerous=True,
            todo=_("Somebody asks to handle this by itself again. Agree or refuse."),
            consequences=(_("It goes on where it stood, in a new cycle; its clocks run from the first receipt."),),
        ),
        "refuse_unmerge": step("grant_unmerge", merging.refuse_unmerge, plain.WhyForm, _("Refuse to take it apart"), "x", is_versioned=False),
        "verify_facts": step(
            "verify_facts", facts.verify, forms.VerifyForm, _("Verify the facts"), "clipboard-check", is_versioned=False, place="facts"
        ),
        "cite": step("cite", facts.cite, forms.CiteForm, _("Cite law or policy"), "file-text", is_versioned=False, place="facts"),
        "note_conduct": step(
            "note_conduct", facts.note_conduct, forms.ConductForm, _("Note a violation of conduct"), "flag", is_versioned=False, place="facts"
        ),
        "escalate": step(
            "escalate", together.escalate, forms.EscalateForm, _("Report upward, handle jointly"), "arrow-up",
            is_versioned=False,
            consequences=(
                _("Leads and the heads of the departments are told."),
                _("The departments see the record and share a thread that others do not see."),
            ),
        ),
        "involve": step("involve", together.involve, forms.InvolveForm, _("Add a department"), "plus", is_versioned=False, place="departments"),
        "release": step("involve", together.release, forms.ReleaseForm, _("A department is done"), "check", is_versioned=False, place="departments"),
        "post": step("post", together.post, forms.PostForm, _("Write to the departments"), "messages", is_versioned=False, place="thread"),
        "disagree": step(
            "post", together.disagree, forms.DisagreeForm, _("Raise a disagreement"), "flag", is_versioned=False, place="thread",
            consequences=(_("The reply is not handed in before a lead has settled it."),),
        ),
        "settle_conflict": step(
            "settle_conflict", together.settle, forms.SettleForm, _("Settle the disagreement"), "check", is_versioned=False, place="thread"
        ),
        "plan_measure": step(
            "plan_measure", measures.plan, forms.MeasureForm, _("Plan a measure"), "plus", is_versioned=False, place="measures"
        ),
        "settle_measure": step(
            "settle_measure", measures.settle, forms.SettleMeasureForm, _("Done or not done"), "check", is_versioned=False, place="measures",
            consequences=(_("What you record here stands."),),
        ),
        "propose_recovery": step(
            "propose_recovery", recovery.propose, forms.RecoveryForm, _("Make up for it"), "mood-smile", is_versioned=False, place="recovery"
        ),
        "grant_recovery": step(
            "decide_recovery", recovery.grant, forms.GrantRecoveryForm, _("Approve the compensation"), "check", is_versioned=False,
            place="recovery", consequences=(_("You may, because you did not propose it."), _("The customer is promised what it says.")),
        ),
        "refuse_recovery": step(
            "decide_recovery", recovery.refuse, forms.RefuseRecoveryForm, _("Refuse the compensation"), "x", is_versioned=False, place="recovery"
        ),
        "finish_recovery": step(
            "finish_recovery", recovery.finish, forms.FinishRecoveryForm, _("It was carried out"), "check", is_versioned=False, place="recovery"
        ),
        "remark": step("remark", remarks.say, forms.RemarkOnReplyForm, _("Record the customer's word"), "messages", is_versioned=False, place="remarks"),
        "sort_remark": step("sort_remark", remarks.sort, forms.SortForm, _("Sort it"), "list-check", is_versioned=False, place="remarks"),
        "name_proposer": step(
            "name_proposer", people.name_proposer, forms.ProposerForm, _("A colleague's idea"), "user", is_versioned=False,
            consequences=(_("The person neither judges it nor verifies it."),),
        ),
        "merge": step(
            "merge", merging.merge, forms.MergeForm, _("Handle it with another"), "git-merge", is_dangerous=True,
            consequences=(
                _("This record takes no more work; its customer is told the other number and keeps the view of this one."),
                _("The other record takes the earliest receipt and the tightest due moment of both."),
            ),
        ),
        "ask_unmerge": step(
            "ask_unmerge", merging.ask_unmerge, forms.UnmergeForm, _("Ask to take it apart"), "refresh", is_versioned=False,
            consequences=(_("Somebody else decides on it."),),
        ),
    }  # fmt: skip
