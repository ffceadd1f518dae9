"""Who may do what to a record of the ledger, in one page; people are told apart by what they did to it (S1)."""

import rules
from django.utils.translation import gettext_lazy as _

from complaints.choices import Kind, MailState, Part, State
from complaints.rules_clocks import (
    asked_for_extension,
    asked_for_pause,
    extension_waits,
    is_answered,
    is_own_absence,
    pause_waits,
)
from complaints.selectors.people import clashes, waiting_end
from core.permissions import add_rule, capability, in_state, is_person, is_visible

REGISTERS = is_visible & capability("complaints.register")
HANDLES = is_visible & capability("complaints.handle")
ASSESSES = is_visible & capability("complaints.assess")
REVIEWS = is_visible & capability("complaints.review_reply")
CALLS = is_visible & capability("complaints.call_back")
MANAGES = is_visible & capability("complaints.manage")
DECIDES = is_visible & capability("complaints.decide_suggestion")
IS_HANDLER = is_person("handler")
OPEN = in_state(*State.open())
AT_WORK = in_state(
    State.REGISTERED, State.ACCEPTED, State.ASSIGNED, State.HANDLING, State.SUSPENDED, State.REVIEW, State.EVALUATING
)  # fmt: skip


def of_kind(*kinds):
    """Predicate: the record is of one of ``kinds``."""

    @rules.predicate(name="of_kind:" + ",".join(kinds))
    def matches(user, obj):
        return obj is not None and obj.kind in kinds

    return matches


def apart(part):
    """Predicate: nothing the user did to the record, and nothing it says of the user, rules the part out (S1)."""

    @rules.predicate(name=f"apart:{part}")
    def stands_apart(user, obj):
        return obj is not None and clashes(obj, user, part) is None

    return stands_apart


@rules.predicate
def awaits_telling(user, obj):
    """The approved reply has not reached the customer yet."""
    reply = getattr(obj.cycle, "reply", None) if obj else None
    return reply is not None and reply.is_approved and reply.sent_at is None


@rules.predicate
def is_told(user, obj):
    reply = getattr(obj.cycle, "reply", None) if obj else None
    return reply is not None and reply.sent_at is not None


@rules.predicate
def end_waits(user, obj):
    """Somebody asked to end it and nobody decided yet."""
    return obj is not None and waiting_end(obj) is not None


@rules.predicate
def asked_for_end(user, obj):
    request = obj and waiting_end(obj)
    return request is not None and request.by_id == user.pk


@rules.predicate
def was_returned(user, obj):
    """It was given back in this cycle before; a second time a lead decides."""
    if obj is None or obj.state != State.ASSIGNED:
        return False
    if "_was_returned" not in obj.__dict__:
        obj._was_returned = obj.transitions.filter(kind="give_back", at__gte=obj.cycle.started_at).exists()
    return obj._was_returned


COMPLAINT = of_kind(Kind.COMPLAINT)
SUGGESTION = of_kind(Kind.SUGGESTION)
SHORT = of_kind(Kind.ENQUIRY, Kind.PRAISE)
MAY_HANDLE = apart(Part.HANDLED)

add_rule("complaints.accept", ASSESSES & COMPLAINT & in_state(State.REGISTERED) & ~end_waits,
         _("Only a registered complaint can be accepted, by a service lead."))  # fmt: skip
add_rule("complaints.reassess", ASSESSES & OPEN,
         _("The assessment of an open record is changed by a service lead."))  # fmt: skip
add_rule("complaints.handle_directly", HANDLES & ~SUGGESTION & in_state(State.REGISTERED) & MAY_HANDLE & ~end_waits,
         _("A registered record is taken on directly by somebody who handles complaints and whom it does not concern."))  # fmt: skip
add_rule("complaints.assign", ASSESSES & COMPLAINT & in_state(State.ACCEPTED),
         _("Only an accepted complaint can be assigned, by a service lead."))  # fmt: skip
add_rule("complaints.reassign", ASSESSES & COMPLAINT & in_state(State.HANDLING),
         _("A complaint that is being handled is given to somebody else by a service lead."))  # fmt: skip
add_rule("complaints.take", HANDLES & in_state(State.ASSIGNED) & IS_HANDLER & MAY_HANDLE,
         _("An assigned complaint is taken on by the person it was assigned to."))  # fmt: skip
add_rule("complaints.give_back", (HANDLES & IS_HANDLER & ~was_returned | ASSESSES) & in_state(State.ASSIGNED),
         _("An assigned complaint is given back before it is taken on, by the person it was assigned to or a lead; a second time by a lead."))  # fmt: skip
add_rule("complaints.work", HANDLES & COMPLAINT & in_state(State.HANDLING) & IS_HANDLER & MAY_HANDLE,
         _("Facts and the reply are written by the handler while the complaint is being handled."))  # fmt: skip
add_rule("complaints.submit_reply", HANDLES & COMPLAINT & in_state(State.HANDLING) & IS_HANDLER & MAY_HANDLE,
         _("The handler hands in the reply while the complaint is being handled."))  # fmt: skip
add_rule("complaints.decide_reply", REVIEWS & in_state(State.REVIEW) & apart(Part.REVIEWED),
         _("A reply is reviewed by somebody who has neither handled the complaint nor called back, and whom it does not concern."))  # fmt: skip
add_rule("complaints.tell_reply", (HANDLES | CALLS) & in_state(State.REPLIED) & awaits_telling,
         _("Only an approved reply that the customer does not have yet is told."))  # fmt: skip
add_rule("complaints.log_call_back", CALLS & in_state(State.REPLIED) & is_told & apart(Part.CALLED_BACK),
         _("After the reply, somebody calls back who neither handled the complaint nor reviewed the reply."))  # fmt: skip
add_rule("complaints.reopen", MANAGES & COMPLAINT & in_state(State.CLOSED),
         _("Only a closed complaint can be opened again, by a lead, within 60 days."))  # fmt: skip
add_rule("complaints.withdraw", (REGISTERS | ASSESSES) & AT_WORK,
         _("A record is withdrawn before it is answered, by somebody who registers or assesses."))  # fmt: skip
add_rule("complaints.ask_ending", (REGISTERS | ASSESSES) & in_state(State.REGISTERED) & ~end_waits,
         _("Only a registered record can be declined or made void."))  # fmt: skip
add_rule("complaints.grant_ending", MANAGES & in_state(State.REGISTERED) & end_waits & ~asked_for_end,
         _("An end is decided on by another person than the one who asked for it."))  # fmt: skip
add_rule("complaints.talk", (REGISTERS | HANDLES | CALLS) & OPEN,
         _("Conversations are logged while the record is open."))  # fmt: skip
add_rule("complaints.add_file", (REGISTERS | HANDLES) & OPEN,
         _("Files are added while the record is open."))  # fmt: skip
add_rule("complaints.name_concerned", (ASSESSES | MANAGES) & OPEN,
         _("Whom an open record is about is written down by a lead."))  # fmt: skip
add_rule("complaints.step_aside", HANDLES & OPEN & ~IS_HANDLER,
         _("Who handles a complaint gives it back before stepping aside."))  # fmt: skip
add_rule("complaints.pass_on", (REGISTERS | ASSESSES) & SUGGESTION & in_state(State.REGISTERED) & ~end_waits,
         _("Only a registered suggestion is passed on, by somebody who registers or assesses."))  # fmt: skip
add_rule("complaints.decide", DECIDES & in_state(State.EVALUATING) & (IS_HANDLER | capability("complaints.assess")) & MAY_HANDLE,
         _("A suggestion is decided on by the person who evaluates it or a service lead, never by who proposed it."))  # fmt: skip
add_rule("complaints.take_up", DECIDES & in_state(State.DEFERRED),
         _("Only a deferred suggestion is taken up again."))  # fmt: skip
add_rule("complaints.close_suggestion",
         (REGISTERS | HANDLES) & in_state(State.NOT_ADOPTED) | ASSESSES & in_state(State.ADOPTED, State.PARTLY),
         _("A suggestion is closed when the proposer was told; an adopted one that needs nothing put into effect by a service lead."))  # fmt: skip
add_rule("complaints.answer",
         HANDLES & SHORT & ~end_waits & (in_state(State.REGISTERED) & MAY_HANDLE
                                         | in_state(State.HANDLING) & (IS_HANDLER | capability("complaints.assess"))),
         _("An open enquiry or praise is answered by the person who took it on."))  # fmt: skip
add_rule("complaints.export", capability("complaints.export_ledger"),
         _("Your role does not include taking the ledger away as a file."))  # fmt: skip
add_rule("complaints.reveal",
         is_visible & (capability("complaints.reveal_complainant") | HANDLES & IS_HANDLER & OPEN
                       | CALLS & in_state(State.REPLIED)),
         _("The data of a complainant are seen in full by who handles the matter, calls back, or has that right."))  # fmt: skip

# Mails to the service desk
add_rule("complaints.take_mail", REGISTERS & in_state(MailState.NEW, MailState.HELD),
         _("A mail that nobody has taken yet is taken by somebody who registers."))  # fmt: skip
add_rule("complaints.release_mail", REGISTERS & in_state(MailState.HELD),
         _("Only a mail whose sender is to be checked is released, by somebody who registers."))  # fmt: skip
add_rule("complaints.take_mail_back", REGISTERS & in_state(MailState.DISMISSED),
         _("Only a mail that was set aside is taken back, by somebody who registers."))  # fmt: skip
add_rule("complaints.answer_mail", HANDLES & in_state(MailState.OPEN, MailState.INTERIM),
         _("A mail of a record is answered by somebody who handles complaints, until it is answered."))  # fmt: skip

# Acts on several records
add_rule("complaints.hand_to_unit", ASSESSES & in_state(State.REGISTERED, State.ACCEPTED) & ~end_waits,
         _("A record that nobody handles yet is handed to another unit by a service lead."))  # fmt: skip
add_rule("complaints.remind", ASSESSES & OPEN,
         _("The handler of an open record is reminded by a service lead."))  # fmt: skip
# Clocks
add_rule("complaints.ask_pause", HANDLES & ~SUGGESTION & in_state(State.HANDLING) & IS_HANDLER & ~pause_waits,
         _("A pause is asked for by the handler while the record is being handled, once at a time."))  # fmt: skip
add_rule("complaints.decide_pause", ASSESSES & in_state(State.HANDLING) & pause_waits & ~asked_for_pause,
         _("A pause is decided on by another person than the one who asked for it, a service lead."))  # fmt: skip
add_rule("complaints.resume", (HANDLES & IS_HANDLER | ASSESSES) & in_state(State.SUSPENDED),
         _("A paused record goes on by its handler or a service lead."))  # fmt: skip
add_rule("complaints.ask_extension",
         HANDLES & IS_HANDLER & in_state(State.ACCEPTED, State.ASSIGNED, State.HANDLING, State.REVIEW, State.EVALUATING)
         & ~is_answered & ~extension_waits,
         _("More time is asked for by the handler before the result is due, once at a time."))  # fmt: skip
add_rule("complaints.decide_extension", ASSESSES & OPEN & extension_waits & ~asked_for_extension,
         _("More time is decided on by another person than the one who asked for it, a service lead."))  # fmt: skip
add_rule("complaints.report_progress", (HANDLES & IS_HANDLER | ASSESSES) & AT_WORK & ~is_answered,
         _("The handler or a service lead tells the customer where an open record stands."))  # fmt: skip
add_rule("complaints.set_clocks", capability("complaints.assess"),
         _("How long an answer may take is set by a service lead."))  # fmt: skip
add_rule("complaints.end_absence", capability("complaints.assess") | is_own_absence,
         _("An absence is ended by the person or a service lead."))  # fmt: skip
add_rule("complaints.hand_over", capability("complaints.assess"),
         _("Records of a person are handed over by a service lead."))  # fmt: skip
import complaints.rules_learning  # noqa: E402, F401  (its rules stand on a page of their own)
from complaints import rules_desk, rules_past, rules_work  # noqa: E402, F401  (the rest of the page; it builds on what stands above)
