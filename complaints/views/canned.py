"""Canned answers in the forms of replies: found, put in, counted."""

from complaints.models import CannedAnswer
from complaints.selectors import desk
from complaints.services import canned

LISTED = 8


def options(user, words, complaint=None):
    """(answer, text with what is known filled in) of answers in use; without words those used most."""
    rows = CannedAnswer.objects.visible_to(user).in_use().with_uses()
    rows = rows.matching(words) if words else rows
    values, language = desk.values_for(by=user, complaint=complaint), complaint.language if complaint else ""
    return [
        (row, canned.fill(desk.text_of(row, language=language), values))
        for row in rows.order_by("-uses_n", "pk")[:LISTED]
    ]


def at_hand(user, said, callers=()):
    """(answer, text filled in) of what fits the words of a call; in the caller's language where it is certain who calls."""
    known = next((caller.contact for caller in callers if caller.is_certain and caller.contact), None)
    values = desk.values_for(by=user) | ({"customer": known.name} if known else {})
    return [(row, canned.fill(desk.text_of(row, known), values)) for row in desk.fitting(user, said)]


def picked(request):
    """The answer in use that the address of a form of a reply names, or None."""
    key = request.GET.get("canned", "")
    return CannedAnswer.objects.visible_to(request.user).in_use().filter(pk=key).first() if key.isdecimal() else None


def pick_context(request, complaint):
    """(context, options of the form) of a reply that may begin with a canned answer."""
    answer, words = picked(request), request.GET.get("canned_q", "").strip()[:100]
    context = {"canned": options(request.user, words, complaint), "canned_q": words, "picked": answer}
    if answer is None:
        return context, {}
    text = canned.fill(
        desk.text_of(answer, language=complaint.language), desk.values_for(by=request.user, complaint=complaint)
    )
    return context, {"initial": {"text": text, "result": text}}


def note_pick(request, response, complaint):
    """A reply that began with a canned answer and was taken counts as a use of it."""
    answer = picked(request) if response.status_code == 302 else None
    if answer is not None:
        canned.note_use(answer, by=request.user, complaint=complaint)
    return response
