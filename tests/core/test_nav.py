"""The navigation marks one entry, the nearest, and shows what the role can use."""

import pytest
from django.test import RequestFactory

from accounts.choices import Role
from core import nav
from tests.factories.accounts import person

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


def test_nobody_sees_what_the_role_does_not_use():
    request = RequestFactory().get("/")
    request.user = person()
    assert [section["url"] for section in nav.build(request)] == ["/", "/appraisal/own/", "/jobs/"]
