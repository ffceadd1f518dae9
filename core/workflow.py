"""State machines as tables, and the only writer of a ``state`` column."""

from dataclasses import dataclass, field

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.models import Contribution, Event

REGISTRY = {}


class InvalidTransition(Exception):
    """The step is not in the table, or somebody was faster. ``str()`` is a sentence for the user."""


class LostRace(InvalidTransition):
    """The row changed since it was read. ``events`` are what happened meanwhile, oldest first."""

    def __init__(self, message, events=()):
        super().__init__(message)
        self.events = list(events)


@dataclass(frozen=True)
class Step:
    """One edge: the service that walks it, the rule that allows it (None: only the clock), whether a reason is owed,
    what else must hold (``note``) and what follows (``effect``), in words.
    """

    service: str
    rule: str | None = None
    needs_reason: bool = False
    note: str = ""
    effect: str = ""

    @property
    def act(self):
        return self.service.rpartition(".")[2]


@dataclass
class Workflow:
    """A process as a table ``{state: {next state: Step}}``; final states map to ``{}``.

    ``model`` is the label of the model whose ``state`` it drives, ``states`` its TextChoices class. Rows begin in the first state
    of the table, or in one of ``begins``.
    """

    model: str
    states: type
    title: str
    table: dict = field(repr=False)
    begins: tuple = ()

    def __post_init__(self):
        missing = set(self.states) - set(self.table)
        if missing:
            raise ValueError(f"{self.model}: states without a row in the table: {sorted(missing)}")
        REGISTRY[self.model.lower()] = self

    def targets(self, state):
        return tuple(self.table[self.states(state)])

    def step(self, state, to):
        return self.table[self.states(state)].get(self.states(to))

    def acts(self, state):
        """Names of the services that lead on from ``state``, in the order of the table."""
        return [step.act for step in self.table[self.states(state)].values()]

    def move(self, obj, to, *, by, comment="", on_behalf_of=None, payload=None, expected_version=None, **fields):
        """Take ``obj`` to ``to``: check the table, compare-and-set, write the event; one transaction. Returns the Event.

        ``expected_version`` is the one the page showed; without it ``obj`` itself is what was seen.

        Raises InvalidTransition (no such edge, or the reason is missing) and LostRace (the row changed meanwhile).
        """
        old, to = self.states(obj.state), self.states(to)
        step = self.step(old, to)
        if step is None:
            raise InvalidTransition(
                _("This cannot go from “%(old)s” to “%(new)s”.") % {"old": old.label, "new": to.label}
            )
        if step.needs_reason and not comment.strip():
            raise InvalidTransition(_("Please give a reason."))
        with transaction.atomic():
            compare_and_set(obj, expected_version=expected_version, state=to.value, **fields)
            return record(
                obj, step.act, by=by, comment=comment, on_behalf_of=on_behalf_of,
                payload=payload, from_state=old.value, to_state=to.value,
            )  # fmt: skip

    def move_all(self, rows, to, *, by, comment=""):
        """Take ``rows``, all of one state, to ``to`` together: one statement for the rows, one for their events; all or nothing.

        Raises InvalidTransition and LostRace as ``move`` does.
        """
        rows = list(rows)
        if not rows:
            return
        (old,), to = {self.states(row.state) for row in rows}, self.states(to)
        step = self.step(old, to)
        if step is None or (step.needs_reason and not comment.strip()):
            self.move(rows[0], to, by=by, comment=comment)  # it says why not
        now, model = timezone.now(), type(rows[0])
        with transaction.atomic():
            seen = model._base_manager.filter(pk__in=[row.pk for row in rows], state=old.value)
            if seen.update(version=F("version") + 1, updated_at=now, state=to.value) != len(rows):
                raise LostRace(
                    _("Somebody was faster: this record changed while you had it open. Nothing of yours was stored.")
                )
            Event.objects.bulk_create(
                (
                    event_of(row, step.act, by=by, comment=comment, from_state=old.value, to_state=to.value)
                    for row in rows
                ),
                batch_size=2000,
            )


def compare_and_set(obj, *, expected_version=None, **fields):
    """Write ``fields`` if the row is still as it was read, raise LostRace otherwise. Keeps ``obj`` in step."""
    version = obj.version if expected_version is None else expected_version
    seen = {"version": version} | ({"state": obj.state} if hasattr(obj, "state") else {})
    now = timezone.now()
    changed = (
        type(obj)._base_manager.filter(pk=obj.pk, **seen).update(version=F("version") + 1, updated_at=now, **fields)
    )
    if changed != 1:
        raise LostRace(
            _("Somebody was faster: this record changed while you had it open. Nothing of yours was stored."),
            Event.objects.of(obj).select_related("by").order_by("-pk")[:5][::-1],
        )
    obj.version, obj.updated_at = version + 1, now
    for name, value in fields.items():
        setattr(obj, name, value)


def start(obj, *, by, comment="", payload=None, on_behalf_of=None):
    """Save a new row and write its first event."""
    with transaction.atomic():
        obj.save(force_insert=True)
        record(obj, "created", by=by, comment=comment, payload=payload, on_behalf_of=on_behalf_of,
               to_state=getattr(obj, "state", ""))  # fmt: skip
    return obj


def edit(obj, *, by, expected_version=None, event="edited", comment="", **fields):
    """Change plain fields under the version check and record old and new values as an Event of kind ``event``.

    No event when nothing differs.
    """
    before = {name: getattr(obj, name) for name in fields}
    changes = {name: value for name, value in fields.items() if before[name] != value}
    if not changes:
        return obj
    with transaction.atomic():
        compare_and_set(obj, expected_version=expected_version, **changes)
        record(obj, event, by=by, comment=comment,
               payload={"changes": {name: [_plain(before[name]), _plain(value)] for name, value in changes.items()
                                    if name not in getattr(obj, "UNLOGGED", ())}})  # fmt: skip
    return obj


def record(obj, kind, *, by, comment="", payload=None, on_behalf_of=None, from_state="", to_state=""):
    """Write one Event about ``obj``; call it in the transaction of the fact it reports."""
    event = event_of(
        obj,
        kind,
        by=by,
        comment=comment,
        payload=payload,
        on_behalf_of=on_behalf_of,
        from_state=from_state,
        to_state=to_state,
    )
    event.save(force_insert=True)
    return event


def event_of(obj, kind, *, by, comment="", payload=None, on_behalf_of=None, from_state="", to_state=""):
    """The Event that ``record`` writes, for who stores it together with its row in one statement (complaints.services.storing)."""
    return Event(
        subject=obj._meta.label_lower, subject_id=obj.pk, kind=kind, from_state=from_state, to_state=to_state,
        by=by, on_behalf_of=on_behalf_of, comment=comment, payload=payload or {}, at=timezone.now(),
    )  # fmt: skip


def contribute(obj, user, part):
    """Remember that ``user`` worked on ``obj``; safe to repeat."""
    Contribution.objects.bulk_create(
        [Contribution(subject=obj._meta.label_lower, subject_id=obj.pk, user=user, part=part, at=timezone.now())],
        ignore_conflicts=True,
    )


def has_contributed(obj, user, *parts):
    rows = Contribution.objects.of(obj).filter(user=user)
    return (rows.filter(part__in=parts) if parts else rows).exists()


def _plain(value):
    if value is None or isinstance(value, bool | int | float | str | list | dict):
        return value
    return str(getattr(value, "pk", value)) if hasattr(value, "_meta") else str(value)


SYSTEM = gettext_lazy("the portal")
