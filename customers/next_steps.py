"""What may follow a contact that was just logged: upper apps add their choice to the call screen."""

from dataclasses import dataclass

STEPS = {}


@dataclass(frozen=True)
class NextStep:
    """A button beside “Save”: its text, the URL name that takes ``?interaction=<id>``, the capability it needs, its key."""

    code: str
    label: str
    url_name: str
    needs: str
    icon: str = "plus"
    key: str = ""


def add(step):
    STEPS[step.code] = step


def steps_for(user):
    return [step for step in STEPS.values() if user.has_perm(step.needs)]


def chosen(act, user):
    """The step that the pressed button ``save:<code>`` names, or None."""
    verb, _colon, code = act.partition(":")
    step = STEPS.get(code) if verb == "save" else None
    return step if step and user.has_perm(step.needs) else None
