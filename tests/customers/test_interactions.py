from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from core.workflow import InvalidTransition
from customers import selectors
from customers.choices import MatchStrength
from customers.models import ContactPerson, Customer, FollowUp, Interaction, InteractionAddendum
from customers.services import interactions
from tests.factories import customers as make

CALL = {
    "act": "save",
    "channel": "phone",
    "direction": "in",
    "summary": "询问四月班期",
    "who": "unknown",
    "mine": "on",
}


def backdate(interaction, **ago):
    Interaction.objects.filter(pk=interaction.pk).update(created_at=timezone.now() - timedelta(**ago))
    interaction.refresh_from_db()


def test_correct_within_a_day_then_only_additions(agent):
    interaction = make.make_interaction(agent)
    interactions.correct(interaction, by=agent, summary="询问五月班期")
    backdate(interaction, hours=25)
    with pytest.raises(InvalidTransition):
        interactions.correct(interaction, by=agent, summary="别的")
    interactions.add(interaction, by=agent, text="客户后来确认")
    assert interaction.summary == "询问五月班期"
    assert [event.kind for event in interaction.transitions] == ["created", "edited", "addendum"]


def test_database_refuses_changes_after_a_day(agent):
    interaction = make.make_interaction(agent)
    addendum = interactions.add(interaction, by=agent, text="补充")
    backdate(interaction, hours=25)
    for statement, key in [
        ("UPDATE customers_interaction SET summary = 'x' WHERE id = %s", interaction.pk),
        ("DELETE FROM customers_interaction WHERE id = %s", interaction.pk),
        ("UPDATE customers_interactionaddendum SET text = 'x' WHERE id = %s", addendum.pk),
        ("DELETE FROM customers_interactionaddendum WHERE id = %s", addendum.pk),
    ]:
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement, [key])
    assert InteractionAddendum.objects.get().text == "补充"


def test_one_person_with_the_number_is_certain(agent, beijing):
    person = make.make_contact(make.make_customer(unit=beijing), phone="+8613800000005")
    lookup = selectors.callers_of("138-0000-0005", user=agent)
    assert [(caller.contact, caller.strength) for caller in lookup.callers] == [(person, MatchStrength.EXACT)]


def test_shared_number_and_earlier_calls_are_only_possible(agent, beijing):
    customer = make.make_customer(unit=beijing)
    for _n in range(2):
        make.make_contact(customer, phone="+862161234567 ext. 801")
    shared = selectors.callers_of("021-61234567", user=agent)
    assert [caller.strength for caller in shared.callers] == [MatchStrength.POSSIBLE] * 2
    make.make_interaction(agent, customer=customer, number="13700000009")
    earlier = selectors.callers_of("13700000009", user=agent)
    assert [(c.customer, c.contact, c.strength) for c in earlier.callers] == [(customer, None, MatchStrength.POSSIBLE)]


def test_number_of_another_branch_names_the_branch_only(agent, shanghai):
    make.make_contact(make.make_customer(unit=shanghai, name_zh="明德医药"), phone="+8613800000005")
    lookup = selectors.callers_of("13800000005", user=agent)
    assert (lookup.callers, lookup.elsewhere) == ([], [str(shanghai)])


def test_lookup_shows_history_and_keeps_what_was_typed(as_agent, agent, beijing):
    customer = make.make_customer(unit=beijing)
    person = make.make_contact(customer, phone="+8613800000005")
    make.make_interaction(agent, customer=customer, summary="上次问过发票")
    make.make_follow_up(customer, title="等待回电")
    sent = {
        "act": "lookup",
        "number": "138 0000 0005",
        "summary": "已经打的字",
        "who": "unknown",
        "with_follow_up": "on",
    }
    page = as_agent.post(reverse("customers:call"), sent).content.decode()
    for text in ("已经打的字", "上次问过发票", "等待回电", f'value="contact:{person.pk}" checked'):
        assert text in page
    fragment = as_agent.post(reverse("customers:call"), sent, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in fragment
    assert 'id="callers"' in fragment and 'id="history" hx-swap-oob="true"' in fragment and "上次问过发票" in fragment
    assert not Interaction.objects.filter(summary="已经打的字").exists()


def test_number_never_travels_in_an_address(as_agent):
    page = as_agent.get(reverse("customers:call"), {"number": "13800000005"}).content.decode()
    assert 'value="13800000005"' not in page


def test_save_logs_the_contact_with_its_match_and_a_follow_up(as_agent, agent, beijing):
    person = make.make_contact(make.make_customer(unit=beijing), phone="+8613800000005")
    sent = CALL | {
        "number": "138 0000 0005",
        "who": f"contact:{person.pk}",
        "with_follow_up": "on",
        "title": "寄教材",
    }
    assert as_agent.post(reverse("customers:call"), sent).status_code == 302
    logged, follow_up = Interaction.objects.get(), FollowUp.objects.get()
    assert (logged.contact, logged.customer, logged.agent, logged.unit) == (
        person,
        person.customer,
        agent,
        beijing,
    )
    assert (logged.number, logged.match_strength, logged.follow_up) == ("+8613800000005", "exact", follow_up)
    assert (follow_up.title, follow_up.owner, follow_up.contact, follow_up.detail) == (
        "寄教材",
        agent,
        person,
        "询问四月班期",
    )


def test_save_without_summary_keeps_everything(as_agent):
    sent = CALL | {
        "summary": "",
        "number": "13800000005",
        "caller": "邓女士",
        "with_follow_up": "on",
        "title": "寄教材",
    }
    page = as_agent.post(reverse("customers:call"), sent)
    assert page.status_code == 200
    assert "邓女士" in page.content.decode() and "寄教材" in page.content.decode()
    assert not Interaction.objects.exists() and not FollowUp.objects.exists()


def test_unknown_caller_is_logged_with_name_only(as_agent, agent):
    as_agent.post(
        reverse("customers:call"),
        CALL | {"number": "13800000005", "caller": "邓女士", "with_follow_up": "on"},
    )
    logged = Interaction.objects.get()
    assert (logged.customer, logged.caller, logged.masked_caller, logged.match_strength) == (
        None,
        "邓女士",
        "邓**",
        "none",
    )
    assert FollowUp.objects.get().unit == agent.memberships.get().unit


@pytest.mark.parametrize(
    ("customer_name", "customers", "name"),
    [("", 2, "邓**"), ("南湖银行", 2, "南湖银行"), ("K-OLD", 1, "江海重工"), ("江海重工", 1, "江海重工")],
)
def test_somebody_new_opens_a_file_or_joins_one(as_agent, beijing, customer_name, customers, name):
    make.make_customer(unit=beijing, code="K-OLD", name_zh="江海重工", name_en="")
    sent = CALL | {"who": "new", "number": "13800000005", "caller": "邓女士", "customer_name": customer_name}
    assert as_agent.post(reverse("customers:call"), sent).status_code == 302
    person = ContactPerson.objects.get()
    assert (person.name, person.phone, person.customer.name) == ("邓女士", "+8613800000005", name)
    assert Customer.objects.count() == customers
    assert Interaction.objects.get().contact == person


def test_choice_of_a_foreign_customer_is_refused(as_agent, shanghai):
    foreign = make.make_contact(make.make_customer(unit=shanghai))
    for who in (f"contact:{foreign.pk}", f"customer:{foreign.customer_id}", "contact:x", "contact:999999"):
        page = as_agent.post(reverse("customers:call"), CALL | {"who": who})
        assert page.status_code == 200, who
    assert not Interaction.objects.exists()


def test_call_for_a_follow_up_leads_back_to_it(as_agent, agent, beijing):
    person = make.make_contact(make.make_customer(unit=beijing))
    follow_up = make.make_follow_up(person.customer, contact=person, owner=agent)
    page = as_agent.get(reverse("customers:call"), {"follow_up": follow_up.pk}).content.decode()
    assert f'value="contact:{person.pk}" checked' in page
    sent = CALL | {"direction": "out", "who": f"contact:{person.pk}", "follow_up": follow_up.pk}
    response = as_agent.post(reverse("customers:call"), sent)
    assert response["Location"] == follow_up.get_absolute_url()
    assert follow_up.interactions.get().contact == person


def test_pages_of_an_interaction(as_agent, agent, beijing):
    interaction = make.make_interaction(agent, make.make_customer(unit=beijing), number="13800000005")
    url = interaction.get_absolute_url()
    page = as_agent.get(url).content.decode()
    assert "138****0005" in page and "13800000005" not in page
    as_agent.post(url, {"text": "客户补充"})
    assert "客户补充" in as_agent.get(url).content.decode()
    sent = {"channel": "phone", "direction": "out", "summary": "改正", "version": interaction.version}
    assert as_agent.post(reverse("customers:interaction_correct", args=[interaction.pk]), sent).status_code == 302
    backdate(interaction, hours=25)
    assert as_agent.get(reverse("customers:interaction_correct", args=[interaction.pk])).status_code == 403
