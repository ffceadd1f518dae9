"""People: making, changing, disabling, roles. The administrator acts; every act leaves an event."""

from django.contrib.auth.models import Group
from django.db import transaction
from django.db.models.functions import Greatest
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.choices import Role
from accounts.models import SupervisionMembership, User
from core.workflow import InvalidTransition, record

OUTSIDE = {Role.AGENCY.value, Role.CUSTOMER.value}


@transaction.atomic
def create(*, by, username, email, name_zh, name_en="", roles=(), unit=None, is_head=False, post=None, language="zh-hans",
           password=None, since=None):  # fmt: skip
    """A new person with roles and, if given, a place in the organisation. Without ``password`` the login is unusable until reset."""
    user = User(username=username, email=email, name_zh=name_zh, name_en=name_en, post=post, language=language)
    user.set_password(password) if password else user.set_unusable_password()
    user.save()
    _set_roles(user, roles)
    record(user, "created", by=by, payload={"roles": sorted(str(role) for role in roles)})
    if unit is not None:
        join(user, unit, by=by, is_head=is_head, since=since)
    return user


@transaction.atomic
def edit(user, *, by, roles=None, **fields):
    """Change plain fields and, when given, the roles."""
    changes = {n: [str(getattr(user, n) or ""), str(v or "")] for n, v in fields.items() if getattr(user, n) != v}
    for name, value in fields.items():
        setattr(user, name, value)
    user.save()
    if roles is not None:
        before = sorted(user.groups.values_list("name", flat=True))
        _set_roles(user, roles)
        after = sorted(str(role) for role in roles)
        if before != after:
            changes["roles"] = [before, after]
    if changes:
        record(user, "edited", by=by, payload={"changes": changes})
    return user


def _set_roles(user, roles):
    names = {Role(role).value for role in roles}
    if not names or names - OUTSIDE:  # an agency or a customer is not one of the staff
        names.add(Role.EMPLOYEE.value)
    user.groups.set(Group.objects.filter(name__in=names))


@transaction.atomic
def disable(user, *, by, reason):
    """The person is out on the next request; open sessions end. Raises InvalidTransition for oneself."""
    from allauth.usersessions.models import UserSession

    if user.pk == by.pk:
        raise InvalidTransition(_("You cannot disable your own login."))
    user.is_active = False
    user.save(update_fields=["is_active"])
    for session in UserSession.objects.filter(user=user):
        session.end()
    record(user, "disabled", by=by, comment=reason)


@transaction.atomic
def enable(user, *, by, reason=""):
    user.is_active = True
    user.save(update_fields=["is_active"])
    record(user, "enabled", by=by, comment=reason)


@transaction.atomic
def join(user, unit, *, by, is_head=False, since=None):
    """The person belongs to ``unit`` from ``since`` (default today)."""
    membership = user.memberships.create(unit=unit, is_head=is_head, since=since or timezone.localdate())
    record(user, "joined", by=by, payload={"unit": unit.code, "is_head": is_head})
    return membership


@transaction.atomic
def leave(membership, *, by, until=None):
    membership.until = max(
        until or timezone.localdate(), membership.since
    )  # one that has not begun never counted more than a day
    membership.save(update_fields=["until"])
    record(membership.user, "left", by=by, payload={"unit": membership.unit.code})


@transaction.atomic
def name_supervisor(user, *, by, since=None):
    """Management names a member of the supervision group. Raises InvalidTransition for oneself or a current member."""
    if user.pk == by.pk:
        raise InvalidTransition(_("Nobody names themself."))
    if user.supervision.filter(until__isnull=True).exists():
        raise InvalidTransition(_("This person is already in the supervision group."))
    SupervisionMembership.objects.create(user=user, named_by=by, since=since or timezone.localdate())
    user.groups.add(Group.objects.get(name=Role.SUPERVISOR.value))
    record(user, "named_supervisor", by=by)


@transaction.atomic
def release_supervisor(user, *, by, reason):
    """The membership ends today; the rights of the other roles return tomorrow."""
    user.supervision.filter(until__isnull=True).update(until=Greatest(timezone.localdate(), "since"))
    user.groups.remove(Group.objects.get(name=Role.SUPERVISOR.value))
    record(user, "released_supervisor", by=by, comment=reason)
