"""Events of a row as lines people read: what happened, who did it, what changed, why."""

from dataclasses import dataclass, field
from datetime import datetime

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.workflow import REGISTRY, SYSTEM

WORDS = {"created": gettext_lazy("Created"), "edited": gettext_lazy("Changed")}


@dataclass(frozen=True)
class Line:
    """``tone`` is key (a state was reached), bad (late or sent back) or empty; ``changes`` are sentences."""

    at: datetime
    what: str
    who: str = ""
    comment: str = ""
    tone: str = ""
    changes: list = field(default_factory=list)


def add_words(words, app=""):
    """Register ``{kind of event: what the timeline says}``; kinds that reach a state may go without. Words of an ``app`` hold
    for its events alone, before those of all.
    """
    WORDS.update({f"{app}:{kind}" if app else kind: said for kind, said in words.items()})


def lines(events):
    """Timeline of ``events`` (core.models.Event or ready Lines), newest first."""
    made = [event if isinstance(event, Line) else line(event) for event in events]
    return sorted(made, key=lambda one: one.at, reverse=True)


def line(event):
    state = _state(event)
    kinds = (f"{event.subject.partition('.')[0]}:{event.kind}", event.kind)
    what = next((WORDS[kind] for kind in kinds if kind in WORDS), getattr(state, "label", ""))
    return Line(
        at=event.at,
        what=what or event.kind.replace("_", " ").capitalize(),
        who=_who(event),
        comment=event.comment,
        tone={"danger": "bad"}.get(getattr(state, "colour", ""), "key" if state and event.from_state else ""),
        changes=[_change(event, name, *pair) for name, pair in event.payload.get("changes", {}).items()],
    )


def _state(event):
    workflow = REGISTRY.get(event.subject)
    if not workflow or not event.to_state or event.to_state == event.from_state:
        return None
    return workflow.states(event.to_state)


def _who(event):
    who = str(event.by or SYSTEM)
    if event.on_behalf_of_id:
        return _("%(who)s on behalf of %(other)s") % {"who": who, "other": event.on_behalf_of}
    return who


def _change(event, name, old, new):
    try:
        label = apps.get_model(event.subject)._meta.get_field(name).verbose_name
    except (LookupError, FieldDoesNotExist):
        label = name
    return _("%(label)s: %(old)s → %(new)s") % {"label": label, "old": _shown(old), "new": _shown(new)}


def _shown(value):
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    return "—" if value in (None, "", [], {}) else str(value)
