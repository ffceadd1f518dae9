"""The parts people take in a record; the same that triggers refuse is refused here with a sentence."""

from django.db import transaction
from django.utils.translation import gettext as _

from complaints.choices import Part, State
from complaints.selectors import people
from core.workflow import InvalidTransition, contribute, record
from notifications.services import outbox


def take_part(complaint, user, part):
    """Remember that ``user`` took ``part``. Raises InvalidTransition where an earlier part rules it out (S1)."""
    people.forget(complaint)
    clash = people.clashes(complaint, user, part)
    if clash is not None:
        text = _("%(name)s cannot do this: for this record the person %(other)s.")
        raise InvalidTransition(text % {"name": user, "other": clash.label})
    contribute(complaint, user, part)
    people.forget(complaint)


def name_concerned(complaint, *, person, by, comment=""):
    """The record is about ``person``, who from now on neither handles nor sees it."""
    return _set_aside(complaint, person, Part.CONCERNED, by=by, comment=comment)


@transaction.atomic
def name_proposer(complaint, *, person, by, comment=""):
    """The suggestion is ``person``'s own, who therefore neither judges nor verifies it."""
    if complaint.handler_id == person.pk:
        raise InvalidTransition(_("%(name)s handles it. Please give it to somebody else first.") % {"name": person})
    contribute(complaint, person, Part.PROPOSED)
    record(complaint, "person_proposed", by=by, comment=comment, payload={"person": person.pk})
    people.forget(complaint)
    return complaint


def step_aside(complaint, *, by, comment, person=None):
    """``person`` (the actor) takes no part in it from now on."""
    return _set_aside(complaint, person or by, Part.RECUSED, by=by, comment=comment)


@transaction.atomic
def _set_aside(complaint, person, part, *, by, comment):
    if complaint.handler_id == person.pk and complaint.state in State.open():
        raise InvalidTransition(_("%(name)s handles it. Please give it to somebody else first.") % {"name": person})
    contribute(complaint, person, part)
    record(complaint, f"person_{part}", by=by, comment=comment, payload={"person": person.pk})
    people.forget(complaint)
    return complaint


def tell(kind, complaint, users, *, by=None, key="", **context):
    """An inbox line about the record for each of ``users`` but the actor."""
    for user in users:
        if user is not None and user.pk != getattr(by, "pk", None):
            outbox.queue(
                f"complaints.{kind}", to_user=user, mail=False, url=complaint.get_absolute_url(),
                context={"number": complaint.number, "title": complaint.title, **context},
                dedupe_key=f"complaints.{kind}:{complaint.pk}:{key or complaint.version}:{user.pk}",
            )  # fmt: skip
