"""The call screen in a real browser, by keyboard alone, and without JavaScript."""

import os

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from customers.models import FollowUp, Interaction
from tests.factories import customers as make

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def caller(beijing):
    person = make.make_contact(
        make.make_customer(unit=beijing, tier="important"), name="韩小姐", phone="+8613800000005"
    )
    make.make_follow_up(person.customer, contact=person, title="发票抬头开错")
    return person


def signed_in(page, user):
    client = Client()
    client.force_login(user)
    value = client.cookies[settings.SESSION_COOKIE_NAME].value
    page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": value, "url": os.environ["BASE_URL"]}])
    return page


def test_call_is_logged_by_keyboard_alone(page, live_portal, agent, caller):
    make.make_interaction(agent, customer=caller.customer, summary="上次问过结业证书")
    signed_in(page, agent).goto(reverse("customers:call"))
    assert page.evaluate("document.activeElement.name") == "number"
    page.keyboard.type("138 0000 0005")
    page.keyboard.press("Enter")
    page.wait_for_selector("#history >> text=上次问过结业证书")
    page.wait_for_selector("[name=summary]:focus")
    page.keyboard.type("发票仍未重开，请今天答复")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector("text=已登记")
    logged = Interaction.objects.get(summary="发票仍未重开，请今天答复")
    assert (logged.contact, logged.match_strength, logged.follow_up.owner) == (caller, "exact", agent)


def test_call_is_logged_without_javascript(new_page, live_portal, agent, caller):
    page = signed_in(new_page(java_script_enabled=False), agent)
    page.goto(reverse("customers:call"))
    page.fill("[name=summary]", "先写了内容")
    page.fill("[name=number]", "13800000005")
    page.press("[name=number]", "Enter")
    page.wait_for_selector("text=发票抬头开错")
    assert page.input_value("[name=summary]") == "先写了内容"
    page.click("[data-call-save]")
    page.wait_for_selector("text=已登记")
    assert Interaction.objects.get().contact == caller
    assert FollowUp.objects.count() == 1
