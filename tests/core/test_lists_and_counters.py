"""What every page shares: rows drawn without a template for each cell, counters that are a few seconds old."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.template import Context, Template
from django.test import RequestFactory
from django.utils import timezone

from accounts.choices import Role
from complaints.models import Complaint
from complaints.tables import ComplaintTable
from core import context
from core.context import portal
from core.templatetags import ui
from customers.choices import Tier
from tests.factories import customers as make
from tests.factories.complaints import make_complaint

pytestmark = pytest.mark.django_db


def drawn(text, **values):
    return Template(text).render(Context(values)).strip()


def test_cells_look_like_their_components():
    now = timezone.now()
    assert ui.badge_html(Tier.IMPORTANT) == drawn("{% badge tier %}", tier=Tier.IMPORTANT)
    for at in (now, now - timedelta(days=3), now + timedelta(days=3)):
        assert ui.due_html({}, at, 30) == drawn("{% due at=at left=30 %}", at=at)


def test_rows_are_escaped():
    make_complaint(title='<b>粗体</b> & "引号"')
    table = ComplaintTable(Complaint.objects.select_related("cycle", "complainant"))
    table.context = {}
    body = table.body()
    assert "<b>粗体" not in body
    assert "&lt;b&gt;粗体&lt;/b&gt; &amp; &quot;引号&quot;" in body


def test_counters_are_kept_a_while_and_counted_anew_after_an_act(client, settings):
    settings.COUNTERS_SECONDS = 60
    lead = make.make_person(Role.LEAD, unit=make.make_unit("HQ"))
    client.force_login(lead)
    old = timezone.now() - timedelta(days=30)
    found = []
    for step in ("first", "late", "after a post"):
        if step == "late":
            make_complaint(received_at=old)
        if step == "after a post":
            client.post("/preferences/theme", {"theme": "dark"})
        counted = client.get("/complaints/status/").context["nav"]
        found.append(max(child["count"] for section in counted for child in [section, *section["children"]]))
    assert found == [0, 0, 1]


def test_counters_are_counted_when_the_cache_is_away(settings, monkeypatch):
    settings.COUNTERS_SECONDS = 60
    monkeypatch.setattr(context.cache, "get", lambda key: (_ for _ in ()).throw(OSError("away")))
    assert context.kept(make.make_person(), lambda: {"a": 1}) == {"a": 1}


def test_a_stranger_has_no_counters():
    request = RequestFactory().get("/")
    request.user = AnonymousUser()
    assert "nav" not in portal(request)
