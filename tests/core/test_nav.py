"""The navigation marks one entry, the nearest, and shows what the role can use."""

from datetime import timedelta

import pytest
from django.test import RequestFactory
from django.utils import timezone

from accounts.choices import Role
from core import context, nav
from tests.factories.accounts import person
from tests.factories.customers import make_customer, make_follow_up

pytestmark = pytest.mark.django_db


def marked(path, *roles):
    request = RequestFactory().get(path)
    request.user = person(*roles)
    sections = nav.build(request)
    return [child["url"] for section in sections for child in (section["children"] or [section]) if child["active"]]


@pytest.mark.parametrize(("path", "url"), [
    ("/customers/follow-ups/", "/customers/follow-ups/"), ("/customers/", "/customers/"), ("/customers/17/", "/customers/"),
    ("/people/roles/", "/people/roles/"), ("/surveys/waves/3/answers/", "/surveys/waves/"), ("/", "/"),
])  # fmt: skip
def test_the_nearest_entry_alone_is_marked(path, url):
    assert marked(path, Role.LEAD) == [url]


def counters(user):
    request = RequestFactory().get("/")
    request.user = user
    sections = context.portal(request)["nav"]
    return {child["url"]: child["count"] for section in sections for child in section["children"] or [section]}


def test_all_counters_are_one_query(django_assert_num_queries):
    lead = person(Role.LEAD, Role.SUPERVISOR, Role.SURVEY_OFFICER)
    late = timezone.now() - timedelta(days=1)
    for owner, due in ((lead, late), (lead, timezone.now() + timedelta(days=9)), (person(Role.LEAD), late)):
        make_follow_up(make_customer(), owner=owner, due_at=due)
    assert counters(lead)["/customers/follow-ups/"] == 1
    lead = type(lead).objects.get(pk=lead.pk)
    lead.get_all_permissions()
    with django_assert_num_queries(1):
        counters(lead)


def test_nobody_sees_what_the_role_does_not_use():
    """Everybody may tell of an early risk (CMP-47), is rated, and reads what became of their own jobs."""
    request = RequestFactory().get("/")
    request.user = person()
    assert [section["url"] for section in nav.build(request)] == [
        "/",
        "/complaints/risks/",
        "/appraisal/own/",
        "/jobs/",
    ]
