"""A third party's day in Chinese: its home page says what to do, it looks up a name, enters what was said, and is out (SEC-07, PRV-11)."""

import pytest
from django.utils import timezone

from accounts.choices import Role
from core.models import Event
from surveys.models import Entrustment, Response
from tests.e2e import chains
from tests.e2e.desk import Desk
from tests.factories import surveys as make
from tests.surveys.asking import one_section, open_wave

pytestmark = pytest.mark.story


def test_a_third_party_does_what_was_entrusted_to_it(live_portal, new_page):
    home = chains.house()
    agency = chains.somebody("agency1", "方正调研", Role.AGENCY, home.service)
    staff = chains.somebody("officer1", "许静文", Role.SURVEY_OFFICER, home.service)
    wave, other = open_wave(one_section(), invited=2), make.open_wave(1, name_zh="不给外人看的调查")
    officer, outside = (Desk.of(new_page(), person) for person in (staff, agency))
    outside.page.goto("/")
    assert wave.code not in outside.page.content()
    entrust(officer, wave, agency)
    enter(outside, wave)
    assert other.code not in outside.page.content()
    officer.go("surveys:entrustment", Entrustment.objects.get().pk).follow("Revoke")
    officer.fill(reason="合同终止")
    officer.press("Revoke")
    gone = outside.page.goto(f"/surveys/waves/{wave.pk}/entrusted/")
    assert gone.status == 404


def entrust(officer, wave, agency):
    officer.go("surveys:entrustment_list").follow("Entrust a survey")
    officer.fill(wave=wave.pk, user=agency.pk, organisation="方正市场调研", contract="WT-1")
    officer.fill(sees_contacts=True, consent_basis="服务协议第9条", ends_on=f"{timezone.localdate():%Y-%m-%d}")
    officer.press("Entrust")
    officer.sees("WT-1")


def enter(outside, wave):
    """From the home page to the respondents, one name, and the answers by telephone."""
    invitation = wave.invitations.order_by("pk").first()
    outside.page.goto("/")
    outside.sees("还有 2 位受访者未答")
    outside.go("surveys:entrusted_wave", wave.pk)
    outside.sees(invitation.code)
    outside.go("surveys:respondent", invitation.pk)
    outside.press("Show name and phone")
    outside.sees(invitation.contact.name)
    assert Event.objects.filter(kind="revealed").count() == 1
    outside.follow("Enter answers")
    for name in ("r0", "r1", "r2"):
        outside.page.locator(f"[name=q_{name}][value='4']").first.check(force=True)
    outside.press("Store the answers")
    outside.sees("已录入")
    assert Response.objects.get().entered_by.username == "agency1"
