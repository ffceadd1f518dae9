"""Who may do what: capabilities from roles, rules on objects, and the sentence that a refusal shows."""

import rules
from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext_lazy as _

OTHERWISE = {}


def add_rule(name, predicate, otherwise):
    """Register the object rule ``app.verb_noun``; ``otherwise`` is what a refused person reads, or ``(user, obj)`` → it."""
    rules.add_perm(name, predicate)
    OTHERWISE[name] = otherwise


class Refused(PermissionDenied):
    """A rule said no; ``reason`` is its sentence."""

    def __init__(self, reason):
        super().__init__(str(reason))
        self.reason = reason


def allows(user, name, obj=None):
    return user.is_active and rules.has_perm(name, user, obj)


def require(user, name, obj=None):
    """Raise Refused with the rule's sentence unless ``user`` may."""
    if not allows(user, name, obj):
        raise Refused(why_not(user, name, obj))


def why_not(user, name, obj=None):
    """The sentence that a person reads who may not."""
    otherwise = OTHERWISE.get(name, _("You may not do this."))
    return otherwise(user, obj) if callable(otherwise) else otherwise


def capability(name):
    """Predicate: a role of the user grants ``name``."""

    @rules.predicate(name=f"capability:{name}")
    def granted(user):
        return user.has_perm(name)

    return granted


@rules.predicate
def is_visible(user, obj):
    """The model's own ``visible_to`` holds the row, so list and detail cannot disagree. Asked once per row and user."""
    if obj is None:
        return False
    seen = obj.__dict__.setdefault("_seen_by", {})
    if user.pk not in seen:
        seen[user.pk] = type(obj).objects.visible_to(user).filter(pk=obj.pk).exists()
    return seen[user.pk]


def look_together(user, rows):
    """Ask in one query which of ``rows``, all of one model, ``user`` sees; afterwards ``is_visible`` need not ask for each."""
    rows = [row for row in rows if row is not None]
    if not rows:
        return
    model = type(rows[0])
    seen = set(model.objects.visible_to(user).filter(pk__in=[row.pk for row in rows]).values_list("pk", flat=True))
    for row in rows:
        row.__dict__.setdefault("_seen_by", {})[user.pk] = row.pk in seen


def in_state(*states):
    """Predicate: the object is in one of ``states``."""
    values = {str(getattr(state, "value", state)) for state in states}

    @rules.predicate(name="in_state:" + ",".join(sorted(values)))
    def matches(user, obj):
        return obj is not None and str(obj.state) in values

    return matches


def differs_from(*fields):
    """Predicate: the user is none of the people named in the object's ``fields``."""

    @rules.predicate(name="differs_from:" + ",".join(fields))
    def other(user, obj):
        return obj is not None and all(getattr(obj, f"{name}_id") != user.pk for name in fields)

    return other


def is_person(field):
    """Predicate: the user is the person in the object's ``field``."""

    @rules.predicate(name=f"is_person:{field}")
    def same(user, obj):
        return obj is not None and getattr(obj, f"{field}_id") == user.pk

    return same
