"""What a receipt says; made of what is stored, so that a form sent again gets the very same one."""

from django.utils.translation import gettext_lazy as _

from complaints.choices import Kind
from complaints.codes import code_for
from complaints.public.words import moment, written
from core.worktime.words import limit_text

HEADLINES = {
    Kind.COMPLAINT: _("We have your complaint and see to it"),
    Kind.SUGGESTION: _("We have your suggestion and look into it"),
    Kind.ENQUIRY: _("We have your question and answer it"),
    Kind.PRAISE: _("We have your praise and pass it on"),
}
RESULTS = {
    Kind.COMPLAINT: _("you learn what we found and did"),
    Kind.SUGGESTION: _("you learn what we decided, and why"),
    Kind.ENQUIRY: _("you have the whole answer"),
    Kind.PRAISE: _("those it is about have heard of it"),
}


def facts(complaint):
    """The few facts by which receipts differ."""
    person, cycle = complaint.complainant, complaint.cycle
    return {
        "kind": complaint.kind, "hours": cycle.response_hours, "response_kind": cycle.response_kind,
        "days": cycle.result_days, "result_kind": cycle.result_kind, "has_name": bool(person.name),
        "has_mail": bool(person.email), "has_phone": bool(person.phone),
    }  # fmt: skip


def words(complaint):
    terms = complaint.cycle.terms
    return {
        "headline": HEADLINES[Kind(complaint.kind)], "result_words": RESULTS[Kind(complaint.kind)],
        "response_span": terms.response and limit_text(terms.response), "result_span": limit_text(terms.result),
    }  # fmt: skip


def texts(complaint, key):
    """What only this receipt says; ``key`` is that of its form."""
    cycle, person = complaint.cycle, complaint.complainant
    return {
        "number": complaint.number, "code": written(code_for(key)), "name": person.name, "mail": person.masked_email,
        "registered": moment(complaint.registered_at), "result": moment(cycle.result_due),
        "response": moment(cycle.response_due) if cycle.response_due else "",
    }  # fmt: skip
