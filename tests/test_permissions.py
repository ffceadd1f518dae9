"""Every URL × role, generated from the resolver: none unlisted, none deviating.

``tests/permissions.csv`` is the list a reviewer reads; ``python -m tests.test_permissions`` writes it anew.
"""

import csv
import re
from pathlib import Path

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from accounts.choices import Role
from accounts.roles import GRANTS, is_write
from accounts.selectors import roles_of
from core import context
from core.imports.schema import SCHEMAS
from tests.factories.accounts import person, supervisor

LIST = Path(__file__).with_name("permissions.csv")
SAMPLES = {"int": "987654", "slug": "sample", "str": "svg", "uuid": "00000000-0000-4000-8000-000000000000", "path": "x"}
LIBRARY = ("account_", "mfa_", "usersessions_")  # allauth's own pages: login is asked where it says so
LOGIN_BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def walk(patterns, route="/", space=""):
    """(name, route with samples filled in, view) for every URL of the portal."""
    for pattern in patterns:
        piece = route + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            inner = f"{space}{pattern.namespace}:" if pattern.namespace else space
            yield from walk(pattern.url_patterns, piece, inner)
        elif isinstance(pattern, URLPattern):
            yield f"{space}{pattern.name}", fill(piece), pattern.callback


def fill(route):
    route = re.sub(r"<(?:(\w+):)?\w+>", lambda found: SAMPLES.get(found.group(1) or "str", "sample"), route)
    route = re.sub(r"\(\?P<\w+>[^)]*\)", "sample", route)
    return "/" + route.replace("^", "").replace("$", "").replace("\\", "").lstrip("/")


URLS = sorted(walk(get_resolver().url_patterns))
OURS = [(name, route, view) for name, route, view in URLS if not name.startswith(LIBRARY)]


def listed():
    with LIST.open(encoding="utf-8", newline="") as handle:
        return {row["url"]: row["access"] for row in csv.DictReader(handle)}


def declared():
    return {name: " ".join(getattr(view, "access", ())) for name, _route, view in OURS}


def test_every_url_states_its_access_and_the_list_says_the_same():
    assert {name for name, access in declared().items() if not access} == set()
    assert listed() == declared()


def allowed(name, access, granted):
    if name == "imports:index":  # shows the imports a person may run, and refuses where there is none
        access = tuple(schema.capability for schema in SCHEMAS.values())
    return access == ("everyone",) or any(capability in granted for capability in access)


ACTORS = [*((role.value, (role,)) for role in Role if role != Role.SUPERVISOR), ("supervisor", ()),
          ("supervisor and officer", (Role.SURVEY_OFFICER,)), ("supervisor and administrator", (Role.ADMINISTRATOR,))]  # fmt: skip


def granted_to(actor, user):
    """What the page of roles grants a person: by the chosen roles, and as one of the staff."""
    granted = {name for role in roles_of(user) for name in GRANTS[role]}
    if actor.startswith("supervisor"):
        granted |= set(GRANTS[Role.SUPERVISOR])
        granted = {name for name in granted if not is_write(name)}
    return granted


@pytest.fixture
def _plain_navigation(monkeypatch):
    """Thousands of pages are asked for: their navigation stays without counters, and a refusal without its page; other tests
    look at both.
    """
    monkeypatch.setattr(context, "_counted", lambda user: {})
    monkeypatch.setattr(
        URLResolver, "resolve_error_handler", lambda self, code: lambda request, **_why: HttpResponse(status=code)
    )


@pytest.mark.django_db
@pytest.mark.usefixtures("_plain_navigation")
@pytest.mark.parametrize(("actor", "roles"), ACTORS)
@pytest.mark.parametrize("method", ["get", "post"])
def test_each_role_reaches_exactly_its_pages(actor, roles, method):
    user = supervisor(*roles) if actor.startswith("supervisor") else person(*roles)
    client = Client(raise_request_exception=False)
    client.force_login(user, LOGIN_BACKEND)
    granted, wrong = granted_to(actor, user), []
    for name, route, view in OURS:
        if view.access == ("public",):
            continue
        status = getattr(client, method)(route).status_code
        may = allowed(name, view.access, granted)
        if (may and status not in (200, 302, 400, 404, 405, 422)) or (not may and status not in (403, 405)):
            wrong.append((name, status, "may" if may else "may not"))
    assert wrong == []


@pytest.mark.django_db
@pytest.mark.parametrize("method", ["get", "post"])
def test_strangers_are_sent_to_the_login(method):
    wrong = []
    client = Client(raise_request_exception=False)
    for name, route, view in OURS:
        answer = getattr(client, method)(route)
        to_login = answer.status_code == 302 and answer.url.startswith("/account/login/")
        if (view.access == ("public",)) == to_login:
            wrong.append((name, answer.status_code))
    assert wrong == []


@pytest.mark.django_db
@pytest.mark.parametrize("method", ["put", "patch", "delete", "trace"])
def test_other_methods_change_nothing(method):
    """No page knows them: they answer like an empty form or refuse, and write nothing."""
    from core.models import Event

    client = Client(raise_request_exception=False)
    client.force_login(person(*[role for role in Role if role != Role.SUPERVISOR]), LOGIN_BACKEND)
    before = Event.objects.count()
    statuses = {getattr(client, method)(route).status_code for _name, route, _view in OURS}
    assert statuses <= {200, 302, 400, 403, 404, 405, 422}
    assert Event.objects.count() == before


@pytest.mark.django_db
def test_every_post_needs_its_token():
    client = Client(enforce_csrf_checks=True, raise_request_exception=False)
    client.force_login(person(*[role for role in Role if role != Role.SUPERVISOR]), LOGIN_BACKEND)
    open_doors = {name for name, route, view in OURS if client.post(route).status_code not in (403, 405)}
    assert open_doors == EXEMPT


# A questionnaire link is its own authority and works without cookies; one-click unsubscribe (RFC 8058) sends none.
# Progress by number and code changes nothing.
EXEMPT = {"respond:open", "respond:personal", "respond:save", "respond:stop", "voice:track"}


def write():
    with LIST.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle, lineterminator="\n")
        writer.writerow(["url", "access"])
        writer.writerows(sorted(declared().items()))


if __name__ == "__main__":
    write()
