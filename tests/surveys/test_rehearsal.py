"""Trying a questionnaire out: the real pages of a respondent, and nothing stored."""

import pytest
from django.urls import reverse

from accounts.choices import Role
from surveys.models import Draft, Response
from surveys.services import questionnaires
from tests.factories import surveys as make
from tests.surveys.asking import staff
from tests.surveys.routes import branched
from tests.surveys.test_public_pages import hidden


@pytest.fixture
def page(client, db):
    designer, _publisher, unit = staff()
    made = questionnaires.create(code="T", name_zh="T", name_en="T", unit=unit, by=designer, definition=branched())
    client.force_login(make.person(Role.SURVEY_OFFICER))
    return reverse("surveys:version_try", args=[made.draft.pk])


def test_a_draft_is_walked_to_its_end(client, page):
    first = client.get(f"{page}?lang=en")
    assert "Are you satisfied?" in first.content.decode()
    refused = client.post(f"{page}?lang=en", hidden(first) | {"q_all": "5"})
    assert refused.status_code == 422 and "Select an answer to “Which form?”." in refused.content.decode()
    second = client.post(f"{page}?lang=en", hidden(first) | {"q_all": "5", "q_came": "1"})
    assert "Patient" in second.content.decode() and "2 / 3" in second.content.decode()
    answers = {"q_clear": "5", "q_kind": "5", "q_effort": "7"}
    chinese = client.post(f"{page}?lang=en", hidden(second) | answers | {"language": "zh-hans"})
    assert "有耐心" in chinese.content.decode() and f'action="{page}?lang=zh-hans"' in chinese.content.decode()
    third = client.post(f"{page}?lang=en", hidden(second) | answers)
    back = client.post(f"{page}?lang=en", hidden(third) | {"go": "back"})
    assert "Patient" in back.content.decode()
    end = client.post(f"{page}?lang=en", hidden(third)).content.decode()
    assert "nothing is stored" in end
    assert not Response.objects.exists() and not Draft.objects.exists()
    assert "sessionid" not in end and client.cookies.get("django_language") is None


def test_only_this_portal_may_frame_it(client, page):
    answer = client.get(page)
    assert answer["X-Frame-Options"] == "SAMEORIGIN"
    assert "frame-ancestors 'self'" in answer["Content-Security-Policy"]
    version = page.removesuffix("try")
    assert "frame-src 'self'" in client.get(version)["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in client.get(version)["Content-Security-Policy"]


def test_without_questions_there_is_nothing_to_try(client, db):
    designer, _publisher, unit = staff()
    made = questionnaires.create(code="E", name_zh="E", name_en="E", unit=unit, by=designer)
    client.force_login(make.person(Role.SURVEY_OFFICER))
    assert client.get(reverse("surveys:version_try", args=[made.draft.pk])).status_code == 404
    assert client.get(reverse("surveys:version_edit", args=[made.draft.pk])).status_code == 200


def test_a_draft_that_leads_nowhere_is_still_shown(client, db):
    designer, _publisher, unit = staff()
    definition = branched()
    for part in definition["sections"]:
        part["show_if"] = {"nobody": [1]}
    made = questionnaires.create(code="N", name_zh="N", name_en="N", unit=unit, by=designer, definition=definition)
    client.force_login(make.person(Role.SURVEY_OFFICER))
    assert client.get(reverse("surveys:version_try", args=[made.draft.pk])).status_code == 200
