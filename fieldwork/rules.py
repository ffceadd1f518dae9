"""The policy of call lists: who calls, who checks, and the sentence a refused person reads."""

import rules
from django.utils.translation import gettext_lazy as _

from core.permissions import add_rule, capability, in_state, is_person, is_visible
from fieldwork.choices import Satisfaction, TaskState

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
