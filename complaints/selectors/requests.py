"""Requests about the clocks that wait for a decision, and what runs; asked once per loaded record."""

from django.db.models import Exists, OuterRef, Q

from complaints.choices import ExtensionState, PauseState
from complaints.models import Extension, Pause


def _once(complaint, name, find):
    if name not in complaint.__dict__:
        setattr(complaint, name, find())
    return getattr(complaint, name)


def current_pause(complaint):
    """The pause of the current cycle that is asked for or running, or None."""
    states = [PauseState.ASKED, PauseState.RUNNING]
    rows = complaint.cycle.pauses.filter(state__in=states).select_related("reason", "requested_by")
    return _once(complaint, "_current_pause", rows.first)


def waiting_pause(complaint):
    pause = current_pause(complaint)
    return pause if pause and pause.state == PauseState.ASKED else None


def waiting_extension(complaint):
    """The extension of the current cycle that nobody has decided on, or None."""
    rows = complaint.cycle.extensions.filter(state=ExtensionState.REQUESTED).select_related("requested_by")
    return _once(complaint, "_waiting_extension", rows.first)


def forget(complaint):
    for name in ("_current_pause", "_waiting_extension"):
        complaint.__dict__.pop(name, None)


def to_decide(rows, user):
    """Those of ``rows`` on which ``user`` may decide about a pause or more time: somebody else asked."""
    waits = [
        Exists(model.objects.filter(cycle=OuterRef("cycle"), state=state).exclude(requested_by=user))
        for model, state in ((Pause, PauseState.ASKED), (Extension, ExtensionState.REQUESTED))
    ]
    return rows.filter(Q(waits[0]) | Q(waits[1]))
