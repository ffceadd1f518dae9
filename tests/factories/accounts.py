"""People and units, made the way the portal makes them."""

from itertools import count

from django.utils import timezone

from accounts.choices import Role
from accounts.models import User
from accounts.services import people, units

numbers = count(1)
PASSWORD = "a long enough passphrase"


def setup_person():
    """Who acts when nobody is there yet."""
    user = User.objects.filter(username="setup").first()
    if user is None:
        user = User(username="setup", email="setup@company.example", name_zh="初始设置")
        user.set_unusable_password()
        user.save()
    return user


def unit(
    code=None,
    *,
    parent=None,
    kind="department",
    department_type="service",
    name_zh="客户服务部",
    name_en="Customer Service",
):
    code = code or f"U{next(numbers)}"
    return units.create(by=setup_person(), code=code, name_zh=name_zh, name_en=name_en, kind=kind,
                        department_type=department_type if kind == "department" else "", parent=parent)  # fmt: skip


def person(*roles, username=None, unit=None, password=None, **fields):
    """Somebody with ``roles``; a password only where the test logs in through the page."""
    username = username or f"person{next(numbers)}"
    fields = {"name_zh": "王小明", "name_en": "Wang Xiaoming", "email": f"{username}@company.example"} | fields
    return people.create(by=setup_person(), username=username, roles=roles, unit=unit, password=password, **fields)


def supervisor(*roles, **fields):
    """Somebody named to the supervision group by management."""
    user = person(*roles, **fields)
    people.name_supervisor(user, by=person(Role.EXECUTIVE), since=timezone.localdate())
    return User.objects.get(pk=user.pk)
