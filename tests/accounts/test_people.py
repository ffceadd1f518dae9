"""People, roles and the supervision group (ORG-01, ORG-02, ORG-06)."""

import re
from datetime import timedelta

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.http import HttpRequest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.choices import Role
from accounts.models import OrgUnit, SupervisionMembership, User
from accounts.roles import GRANTS, differences, is_write, sync_roles
from accounts.selectors import headed_units, main_unit, units_of
from accounts.services import people, units
from core.workflow import InvalidTransition
from notifications.services import outbox
from tests.factories.accounts import person, setup_person, supervisor, unit

pytestmark = pytest.mark.django_db


def test_roles_in_the_database_equal_the_page():
    assert sync_roles() == []
    assert differences() == []


def test_the_first_administrator_logs_in_and_is_the_only_one_made_so(client, monkeypatch):
    monkeypatch.setenv("PORTAL_PASSWORD", "seven-cups-of-tea")
    call_command("first_administrator", "wang", email="wang@company.example", name="王芳")
    user = User.objects.get(username="wang")
    assert (user.name_zh, set(user.groups.values_list("name", flat=True))) == (
        "王芳",
        {Role.ADMINISTRATOR, Role.EMPLOYEE},
    )
    assert client.login(request=HttpRequest(), username="wang", password="seven-cups-of-tea")
    assert client.get(reverse("accounts:user_list")).status_code == 200
    with pytest.raises(CommandError, match="has an administrator"):
        call_command("first_administrator", "li", email="li@company.example")


def test_a_first_administrator_with_a_weak_password_is_not_made(monkeypatch):
    monkeypatch.setenv("PORTAL_PASSWORD", "12345")
    with pytest.raises(CommandError):
        call_command("first_administrator", "wang", email="wang@company.example")
    assert not User.objects.exists()


def test_rights_of_several_roles_add_up():
    user = person(Role.AGENT, Role.APPRAISAL_OFFICER)
    assert user.get_all_permissions() == set(GRANTS[Role.AGENT]) | set(GRANTS[Role.APPRAISAL_OFFICER])


def test_supervision_group_writes_nothing_it_audits_whatever_else_it_is():
    user = supervisor(Role.SURVEY_OFFICER)
    granted = set(GRANTS[Role.SURVEY_OFFICER]) | set(GRANTS[Role.SUPERVISOR])
    assert user.get_all_permissions() == {name for name in granted if not is_write(name)}
    assert not user.has_perm("surveys.run_wave")
    assert user.has_perm("surveys.see_answers")


def test_rights_return_when_the_supervision_has_ended():
    user = supervisor(Role.SURVEY_OFFICER)
    row = user.supervision.get()
    SupervisionMembership.objects.filter(pk=row.pk).update(
        since=timezone.localdate() - timedelta(days=9), until=timezone.localdate() - timedelta(days=1)
    )
    assert User.objects.get(pk=user.pk).has_perm("surveys.run_wave")


def test_nobody_names_themself_not_even_by_sql():
    boss = person(Role.EXECUTIVE)
    with pytest.raises(InvalidTransition):
        people.name_supervisor(boss, by=boss)
    with pytest.raises(IntegrityError), transaction.atomic():
        SupervisionMembership.objects.create(user=boss, named_by=boss, since=timezone.localdate())


def test_a_disabled_person_is_out_on_the_next_request():
    user, admin = person(Role.AGENT), person(Role.ADMINISTRATOR)
    client = Client()
    client.force_login(user, "allauth.account.auth_backends.AuthenticationBackend")
    assert client.get(reverse("accounts:profile")).status_code == 200
    people.disable(user, by=admin, reason="left the company")
    answer = client.get(reverse("accounts:profile"))
    assert (answer.status_code, answer.url.split("?")[0]) == (302, reverse("account_login"))


def test_an_administrator_cannot_lock_themself_out():
    admin = person(Role.ADMINISTRATOR)
    with pytest.raises(InvalidTransition):
        people.disable(admin, by=admin, reason="oops")


def test_a_member_of_a_branch_sees_its_departments_but_not_the_neighbours():
    head = unit("HQ", kind="head_office")
    branch, other = unit("B1", parent=head, kind="branch"), unit("B2", parent=head, kind="branch")
    inside, outside = unit("D1", parent=branch), unit("D2", parent=other)
    user = person(Role.DEPARTMENT_USER, unit=branch)
    assert units_of(user) == {branch.pk, inside.pk}
    assert outside.pk not in units_of(user)
    assert main_unit(user) == branch
    assert headed_units(user) == set()


def test_moving_a_unit_moves_what_is_below_and_never_below_itself():
    head = unit("HQ", kind="head_office")
    branch = unit("B1", parent=head, kind="branch")
    inside = unit("D1", parent=branch)
    other = unit("B2", parent=head, kind="branch")
    units.edit(branch, by=setup_person(), parent=other)
    assert OrgUnit.objects.get(pk=inside.pk).path.startswith(OrgUnit.objects.get(pk=other.pk).path)
    with pytest.raises(InvalidTransition):
        units.edit(OrgUnit.objects.get(pk=other.pk), by=setup_person(), parent=inside)


def test_one_head_at_a_time_by_the_database():
    place = unit()
    people.join(person(), place, by=setup_person(), is_head=True)
    with pytest.raises(IntegrityError), transaction.atomic():
        people.join(person(), place, by=setup_person(), is_head=True)


@pytest.mark.parametrize("name", ["user_list", "unit_list"])
def test_lists_take_the_same_queries_for_one_and_three_rows(name, client):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    place = unit()
    client.force_login(person(Role.ADMINISTRATOR, unit=place))
    client.get(reverse(f"accounts:{name}"))
    with CaptureQueriesContext(connection) as one:
        client.get(reverse(f"accounts:{name}"))
    for _number in range(2):
        person(Role.AGENT, unit=unit(parent=place))
    with CaptureQueriesContext(connection) as three:
        client.get(reverse(f"accounts:{name}"))
    assert len(three) == len(one) <= 12


def test_login_by_password_and_language_of_the_profile(client):
    user = person(Role.AGENT, password="a long enough passphrase", language="en")
    answer = client.post(
        reverse("account_login"), {"login": user.username, "password": "a long enough passphrase"}, follow=True
    )
    assert answer.redirect_chain[-1][0] == reverse("dashboard:home")
    assert client.cookies["language"].value == "en"


def test_a_forgotten_password_is_set_anew_by_the_mailed_link_in_the_readers_language(client, smtp):
    user = person(Role.AGENT, language="en")
    client.post(reverse("account_reset_password"), {"email": user.email})
    client.post(reverse("account_reset_password"), {"email": "nobody@company.example"})
    outbox.deliver_due()
    (mail,) = smtp.messages
    text = mail.get_body(("plain",)).get_content()
    assert (mail["To"], mail["Subject"]) == (user.email, "Password Reset Email")
    assert settings.PORTAL["name_en"] in text
    link = re.search(r"https?://[^/\s]+(/\S+)", text).group(1)
    form = client.get(link, follow=True).redirect_chain[-1][0]
    client.post(form, {"password1": "another long passphrase", "password2": "another long passphrase"})
    user.refresh_from_db()
    assert user.check_password("another long passphrase")


def test_what_begins_tomorrow_can_be_ended_today():
    tomorrow = timezone.localdate() + timedelta(days=1)
    boss, user = person(Role.EXECUTIVE), person(Role.AGENT)
    people.leave(people.join(user, unit(), by=boss, since=tomorrow), by=boss)
    people.name_supervisor(user, by=boss, since=tomorrow)
    people.release_supervisor(user, by=boss, reason="named by mistake")
    assert (user.memberships.get().until, user.supervision.get().until) == (tomorrow, tomorrow)


def test_nobody_changes_their_own_address_past_the_history(client):
    user = person(Role.AGENT)
    client.force_login(user, "allauth.account.auth_backends.AuthenticationBackend")
    for act in ("action_add", "action_primary"):
        client.post("/account/email/", {act: "", "email": "elsewhere@private.example"})
    user.refresh_from_db()
    assert not user.emailaddress_set.exists()
    assert user.email.endswith("@company.example")


def test_nobody_signs_up_by_themself(client):
    answer = client.post(
        "/account/signup/",
        {"username": "x", "email": "x@y.example", "password1": "a long enough one", "password2": "a long enough one"},
    )
    assert (answer.status_code, User.objects.filter(username="x").exists()) == (200, False)
