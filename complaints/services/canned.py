"""Canned answers: written, reviewed by a second person, used and counted, retired (LIB-08)."""

from string import Formatter

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from complaints.choices import CannedState
from complaints.models import CannedAnswer, CannedUse
from complaints.workflows import CANNED
from core.workflow import InvalidTransition, edit, start
from customers.services import calls

BLANK = "____"  # what stands for a placeholder of which nothing is known
PLACEHOLDERS = ("customer", "number", "title", "agent", "due", "hotline")
TEXTS = ("title_zh", "title_en", "text_zh", "text_en", "topic", "kind")


def placeholders_of(text):
    """Names between braces. Raises ValidationError for a brace without its other half, or with anything but a name in it."""
    try:
        parts = list(Formatter().parse(text))
    except ValueError:
        raise ValidationError(_("A brace has no other half. Placeholders are written like {number}."))
    if any(name is not None and (spec or conversion) for _text, name, spec, conversion in parts):
        raise ValidationError(_("Placeholders are a name between braces and nothing else, like {number}."))
    return [name for _text, name, _spec, _conversion in parts if name is not None]


def check_text(text):
    """Raises ValidationError for placeholders that nobody could fill."""
    unknown = sorted(set(placeholders_of(text)) - set(PLACEHOLDERS))
    if unknown:
        known = ", ".join(f"{{{name}}}" for name in PLACEHOLDERS)
        wrong = ", ".join(f"{{{name}}}" for name in unknown)
        raise ValidationError(_("Unknown: %(wrong)s. There are: %(known)s.") % {"wrong": wrong, "known": known})


def fill(text, values):
    """``text`` with its placeholders filled; a blank to be filled by hand stands where nothing is known."""
    return text.format_map({name: values.get(name) or BLANK for name in PLACEHOLDERS})


@transaction.atomic
def write(*, by, replaces=None, **fields):
    """A new draft; ``replaces`` is the answer whose place it takes when it is approved, ``cluster`` the complaints that led to
    it. Raises ValidationError.
    """
    for name in ("text_zh", "text_en"):
        check_text(fields[name])
    return start(CannedAnswer(owner=by, replaces=replaces, **fields), by=by)


def revise(answer, *, by):
    """The draft that is to take the place of ``answer``; the one there is already, if there is one."""
    if answer.state != CannedState.APPROVED:
        raise InvalidTransition(_("Only an answer in use is revised."))
    found = answer.revisions.filter(state=CannedState.DRAFT).first()
    return found or write(
        by=by, replaces=answer, cluster=answer.cluster, **{name: getattr(answer, name) for name in TEXTS}
    )


@transaction.atomic
def change(answer, *, by, expected_version=None, **fields):
    """Change a draft. Raises InvalidTransition once it was reviewed."""
    if answer.state != CannedState.DRAFT:
        raise InvalidTransition(_("What was reviewed does not change any more. Revise it instead."))
    for name in ("text_zh", "text_en"):
        check_text(fields.get(name, getattr(answer, name)))
    return edit(answer, by=by, expected_version=expected_version, **fields)


@transaction.atomic
def approve(answer, *, by, comment="", expected_version=None):
    """A second person has read it: in use from now on, and what it replaces is retired."""
    if by.pk == answer.owner_id:
        raise InvalidTransition(_("Somebody else reviews it than who wrote it."))
    CANNED.move(
        answer, CannedState.APPROVED, by=by, comment=comment, expected_version=expected_version, reviewer=by,
        reviewed_at=timezone.now(),
    )  # fmt: skip
    old = answer.replaces
    if old is not None and old.state == CannedState.APPROVED:
        retire(old, by=by, comment=_("Replaced by a revision."))
    return answer


@transaction.atomic
def retire(answer, *, by, comment, expected_version=None):
    CANNED.move(answer, CannedState.RETIRED, by=by, comment=comment, expected_version=expected_version)
    return answer


def note_use(answer, *, by, complaint=None, interaction=None):
    """It was given to a customer. Raises InvalidTransition for an answer that is not in use."""
    if answer.state != CannedState.APPROVED:
        raise InvalidTransition(_("This answer is not in use."))
    return CannedUse.objects.create(answer=answer, by=by, complaint=complaint, interaction=interaction)


@transaction.atomic
def log_answered(answer, *, by, summary, **call):
    """Log a call in which ``answer`` was read out; what was asked and which answer was given stand in it. Returns the Interaction.

    ``call`` is what ``customers.services.calls.save`` takes. Raises InvalidTransition for an answer that is not in use.
    """
    given = _("Answered with: %(answer)s") % {"answer": answer}
    interaction = calls.save(by=by, summary=f"{summary}\n\n{given}", **call)
    note_use(answer, by=by, interaction=interaction)
    return interaction
