"""The policy of call lists and appointments: who calls, visits, plans and checks, and the sentence a refused person reads."""

import rules
from django.utils.translation import gettext_lazy as _

from accounts.selectors import units_of
from core.permissions import add_rule, capability, in_state, is_person, is_visible
from fieldwork.choices import MeetingState, ReportState, Satisfaction, TaskState, VisitPlanState

CALLS = capability("fieldwork.make_calls")
MANAGES = capability("fieldwork.manage_rules")


@rules.predicate
def did_not_deliver(user, task):
    """Independence of the call-back seat: who delivered the service does not ask how it was (TEL-02)."""
    return task is not None and not (task.service_record_id and task.service_record.staff_id == user.pk)


@rules.predicate
def did_not_call(user, task):
    return task is not None and not task.attempts.filter(by=user).exists()


@rules.predicate
def is_dissatisfied(user, task):
    return task is not None and task.satisfaction == Satisfaction.DISSATISFIED


@rules.predicate
def is_followed_up(user, task):
    """The follow-up is closed, or there is none."""
    return task is not None and not (task.follow_up_id and task.follow_up.is_pending)


add_rule("fieldwork.take_call", is_visible & CALLS & in_state(TaskState.WAITING) & did_not_deliver,
         _("A waiting call is made from the call-back seat, by somebody who did not deliver the service."))  # fmt: skip
add_rule("fieldwork.log_call", is_visible & CALLS & in_state(TaskState.CALLING) & is_person("owner") & did_not_deliver,
         _("A call is logged by the person who has it in hand."))  # fmt: skip
add_rule("fieldwork.put_back_call", is_visible & in_state(TaskState.CALLING) & ((CALLS & is_person("owner")) | MANAGES),
         _("A call is put back by the person who has it in hand, or by a lead."))  # fmt: skip
add_rule("fieldwork.drop_call", is_visible & MANAGES & in_state(*TaskState.pending()),
         _("Only who sets up the lists takes a call off that was not made."))  # fmt: skip
add_rule("fieldwork.check_call", is_visible & capability("fieldwork.check_calls") & is_dissatisfied & did_not_call
         & is_followed_up, _("A dissatisfied customer is checked by a lead who did not make the call, once the follow-up is closed."))  # fmt: skip
add_rule("fieldwork.manage_rule", is_visible & MANAGES, _("Your role does not set up call lists."))

# Visits, focus groups and their plan

VISITS = capability("fieldwork.make_visits")
PLANS = capability("fieldwork.plan_visits")


@rules.predicate
def is_of_branch(user, line):
    """The line's customer belongs to a unit the person works in (VIS-04)."""
    return line is not None and line.unit_id in units_of(user)


@rules.predicate
def takes_part(user, meeting):
    """Who leads it, or was named for the company, or works in its unit."""
    return meeting is not None and (
        meeting.lead_id == user.pk
        or meeting.unit_id in units_of(user)
        or meeting.people.filter(user=user, is_host=True, withdrawn_at=None).exists()
    )


@rules.predicate
def has_meeting_of_ones_own(user, report):
    return report is not None and takes_part(user, report.meeting)


@rules.predicate
def is_report_visible(user, report):
    return report is not None and is_visible(user, report.meeting)


@rules.predicate
def wrote_or_led(user, report):
    """Who was there knows it anyway: who led the visit, and the author of its first version.

    Whoever corrects a report becomes the author of its next version, and has not learned anything by that.
    """
    return report is not None and (report.meeting.lead_id == user.pk or (report.n == 1 and report.author_id == user.pk))


add_rule("fieldwork.edit_visit_plan", is_visible & PLANS & in_state(VisitPlanState.DRAFT),
         _("A visit plan is changed while it is drawn up, by who plans visits."))  # fmt: skip
add_rule("fieldwork.confirm_visit_plan", is_visible & PLANS & in_state(VisitPlanState.DRAFT),
         _("A visit plan is confirmed while it is drawn up, by who plans visits."))  # fmt: skip
add_rule("fieldwork.revise_visit_plan", is_visible & PLANS & in_state(VisitPlanState.CONFIRMED),
         _("Only a confirmed visit plan is revised, by who plans visits."))  # fmt: skip
add_rule("fieldwork.agree_visit_line", is_visible & VISITS & is_of_branch,
         _("A branch's customer is agreed by somebody of that branch."))  # fmt: skip
add_rule("fieldwork.change_meeting", is_visible & in_state(MeetingState.BOOKED) & (PLANS | (VISITS & takes_part)),
         _("A booked appointment is changed by who takes part, their unit, or who plans visits."))  # fmt: skip
add_rule("fieldwork.hold_meeting", is_visible & in_state(MeetingState.BOOKED) & (PLANS | (VISITS & takes_part)),
         _("How an appointment went is said by who takes part, their unit, or who plans visits."))  # fmt: skip
add_rule("fieldwork.report_meeting", is_visible & in_state(MeetingState.HELD) & (PLANS | (VISITS & takes_part)),
         _("A report is written after the appointment, by who took part, their unit, or who plans visits."))  # fmt: skip
add_rule("fieldwork.submit_meeting_report", is_report_visible & in_state(ReportState.DRAFT) & (PLANS | (VISITS & has_meeting_of_ones_own)),
         _("A draft is submitted by who took part, their unit, or who plans visits."))  # fmt: skip
add_rule("fieldwork.correct_meeting_report", is_report_visible & in_state(ReportState.SUBMITTED) & (PLANS | (VISITS & has_meeting_of_ones_own)),
         _("A submitted report is corrected by who took part, their unit, or who plans visits."))  # fmt: skip
add_rule("fieldwork.reveal_secrets_of_report",
         is_report_visible & (capability("fieldwork.reveal_secrets") | (VISITS & wrote_or_led)),
         _("Trade secrets are read by who learned them and by a lead."))  # fmt: skip
