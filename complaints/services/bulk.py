"""One act on several records: each goes its own way through the process, in its own transaction, with its own result."""

from collections.abc import Callable
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from complaints.choices import State
from complaints.models import Complaint
from complaints.services import assessment, handling
from complaints.services.people import tell
from core.permissions import Refused, look_together, require
from core.workflow import InvalidTransition, LostRace, edit, record

MOST = 200  # records at a time
RELATED = ("cycle", "unit", "handler", "complainant", "customer", "past")


@dataclass(frozen=True)
class BulkAct:
    """``rule(record)`` names the rule that allows it; ``act(record, by=, expected_version=, …)`` takes the step."""

    name: str
    label: str
    icon: str
    capability: str
    rule: Callable
    act: Callable
    note: str = ""


@dataclass(frozen=True)
class Result:
    """What came of one record: the reason why not, or nothing."""

    complaint: Complaint
    reason: str = ""

    @property
    def is_done(self):
        return not self.reason


def read(texts):
    """{key: version} of "key:version" texts, at most ``MOST`` of them; anything else is left out."""
    pairs = (text.split(":") for text in texts)
    good = [
        (int(pair[0]), int(pair[1]))
        for pair in pairs
        if len(pair) == 2 and all(one.isdecimal() and len(one) < 19 for one in pair)
    ]
    return dict(good[:MOST])


def rows(user, versions):
    """The named records that ``user`` sees, in the order of the list."""
    found = list(Complaint.objects.visible_to(user).filter(pk__in=versions).select_related(*RELATED))
    look_together(user, found)
    place = {pk: n for n, pk in enumerate(versions)}
    return sorted(found, key=lambda row: place[row.pk])


def each(act, found, versions, *, by, **values):
    """Take ``act`` on each record under the version its page showed. Returns a Result per record; nothing is half written."""
    return [_one(act, row, versions[row.pk], by=by, **values) for row in found]


def _one(act, row, version, *, by, **values):
    try:
        with transaction.atomic():
            if row.version != version:
                raise LostRace(_("Somebody was faster: it changed since the list was shown."))
            require(by, act.rule(row), row)
            act.act(row, by=by, expected_version=version, **values)
    except LostRace:
        return Result(row, _("Somebody was faster: it changed since the list was shown."))
    except (InvalidTransition, Refused) as refusal:
        return Result(row, str(refusal))
    return Result(row)


# The acts --------------------------------------------------------------------------------------------


def assign(complaint, *, by, unit, handler, comment="", expected_version=None):
    """An accepted complaint is assigned; one that is being handled goes to somebody else, for which a reason is owed."""
    if complaint.state == State.HANDLING:
        if complaint.handler_id == handler.pk:
            raise InvalidTransition(_("%(name)s handles it already.") % {"name": handler})
        return handling.reassign(
            complaint, by=by, unit=unit, handler=handler, comment=comment, expected_version=expected_version
        )
    return handling.assign(
        complaint, by=by, unit=unit, handler=handler, note=comment, expected_version=expected_version
    )


@transaction.atomic
def hand_to_unit(complaint, *, by, unit, comment="", expected_version=None):
    """Another unit is responsible; who heads it is told. Nobody handles it yet."""
    if complaint.unit_id == unit.pk:
        raise InvalidTransition(_("%(name)s is responsible already.") % {"name": unit})
    edit(complaint, by=by, event="handed_to_unit", comment=comment, expected_version=expected_version, unit=unit)
    heads = User.objects.active().filter(memberships__in=unit.memberships.current().filter(is_head=True))
    tell("handed_to_unit", complaint, heads, by=by)
    return complaint


def set_category(complaint, *, by, category, comment="", expected_version=None):
    if complaint.category == category:
        raise InvalidTransition(_("It is of this category already."))
    return assessment.reassess(complaint, by=by, comment=comment, expected_version=expected_version, category=category)


@transaction.atomic
def remind(complaint, *, by, comment="", expected_version=None):
    """A line to the handler, once a day however often it is asked for."""
    if complaint.handler_id is None:
        raise InvalidTransition(_("Nobody handles it yet."))
    key = f"{timezone.localdate():%Y%m%d}"
    today = complaint.transitions.filter(kind="reminded", payload__day=key)
    if today.exists():
        raise InvalidTransition(_("%(name)s was reminded of it today.") % {"name": complaint.handler})
    record(complaint, "reminded", by=by, comment=comment, payload={"handler": complaint.handler_id, "day": key})
    tell("remind", complaint, [complaint.handler], by=by, key=key, words=comment, who=str(by))
    return complaint


ACTS = {
    act.name: act for act in (
        BulkAct("assign", gettext_lazy("Assign"), "user-plus", "complaints.assess",
                lambda row: "complaints.reassign" if row.state == State.HANDLING else "complaints.assign", assign,
                gettext_lazy("Accepted complaints are assigned; those being handled go to somebody else, for which a reason is owed.")),
        BulkAct("unit", gettext_lazy("Hand to a unit"), "send", "complaints.assess",
                lambda row: "complaints.hand_to_unit", hand_to_unit,
                gettext_lazy("For records that nobody handles yet. Who heads the unit is told.")),
        BulkAct("category", gettext_lazy("Set the category"), "adjustments", "complaints.assess",
                lambda row: "complaints.reassess", set_category),
        BulkAct("remind", gettext_lazy("Remind the handlers"), "bell", "complaints.assess",
                lambda row: "complaints.remind", remind,
                gettext_lazy("Each handler finds a line in the inbox, once a day for a record.")),
    )
}  # fmt: skip
