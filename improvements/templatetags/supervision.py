"""Words of a rectification notice on its page."""

from django import template
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import moments
from improvements.choices_supervision import NoticeState

register = template.Library()

AGAINST = {
    "unit": gettext_lazy("may not: is of the responsible unit"),
    "acknowledged": gettext_lazy("may not: confirmed the receipt"),
    "executed": gettext_lazy("may not: carries it out"),
    "replied": gettext_lazy("may not: answered it"),
}


@register.filter
def verifier_words(row):
    """Why somebody may verify, or what stands against it."""
    return AGAINST.get(row.part, _("may not: worked on it")) if row.part else _("may verify: took no part in it")


@register.filter
def issued_words(notice):
    if notice.is_draft:
        return _("Drafted by %(who)s. Nobody outside the supervision group sees it.") % {"who": notice.drafted_by}
    if notice.state == NoticeState.DISCARDED:
        return _("Drafted by %(who)s and discarded. Nobody outside the supervision group ever saw it.") % {
            "who": notice.drafted_by
        }
    facts = {"who": notice.issued_by, "unit": notice.unit, "at": moments.text(notice.issued_at)}
    return _("Issued to %(unit)s by %(who)s, %(at)s. Its text cannot be changed any more.") % facts


@register.filter
def round_words(notice):
    """The tag beside the number; none in the first round."""
    return [_("Round %(n)s") % {"n": notice.round}] if notice.round > 1 else []
