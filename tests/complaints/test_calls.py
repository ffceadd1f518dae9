"""Taking in: the call screen, likely duplicates, chasers, and channels with facts of their own."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from complaints.ledger_tables import TOLD
from complaints.models import CannedUse, Complaint, Conversation, Source
from complaints.selectors import desk, incoming
from complaints.services import canned, chasers, personal
from core.workflow import InvalidTransition
from customers.models import Interaction
from customers.names import e164
from notifications.models import Notice
from tests.customers.test_call_screen import signed_in
from tests.factories import customers as make
from tests.factories.complaints import fresh, make_complaint

CALL = reverse("customers:call")
NEW = reverse("complaints:create")
SAID = "上周报名的班换了讲师，没有人通知我"
NUMBERS = {
    "138 1234 5678": "+8613812345678", "138-1234-5678": "+8613812345678", "(86)13812345678": "+8613812345678",
    "＋８６ １３８１２３４５６７８": "+8613812345678", "0086 138.1234.5678": "+8613812345678", "（021）6123 4567": "+862161234567",
    "021-61234567转801": "+862161234567", "+852 2345 6789": "+85223456789", "abc": "", "": "",
}  # fmt: skip


@pytest.fixture
def person(crew):
    return make.make_contact(make.make_customer(unit=crew.desk), name="刘芳", phone="+8613812345678")


@pytest.fixture
def as_agent(client, crew):
    client.force_login(crew.agent)
    return client


def typed(**fields):
    return {
        "act": "save",
        "channel": "phone",
        "direction": "in",
        "who": "unknown",
        "summary": SAID,
        "mine": "on",
    } | fields


def letter(**fields):
    at = timezone.localtime() - timedelta(minutes=1)
    return {
        "kind": "complaint", "title": "换讲师", "text": SAID, "channel": "letter", "dated_on": "2026-01-05", "form_key": "k1",
        "received_at": at.strftime("%Y-%m-%dT%H:%M"),
    } | fields  # fmt: skip


def test_numbers_are_one_in_any_writing():
    assert {text: e164(text) for text in NUMBERS} == NUMBERS


def test_similar_tells_the_same_matter_from_another(crew, person):
    same = make_complaint(crew.agent, contact=person, title="换讲师未通知", text="报名的班换了讲师，没有人通知")
    make_complaint(crew.agent, title="发票", text="发票抬头开错，请重开", complainant={"name": "别人"})
    found = incoming.similar(crew.agent, SAID, customers=[person.customer_id])
    assert [(one.complaint, one.is_own) for one in found] == [(same, True)]
    assert [one.is_own for one in incoming.similar(crew.agent, SAID)] == [False]
    assert [incoming.similar(crew.handler, SAID), incoming.similar(crew.agent, "换'\\& |")] == [[], []]


def test_chaser_is_a_contact_on_the_record_and_counted(crew, person):
    complaint = make_complaint(crew.agent, contact=person)
    dues = (complaint.cycle.response_due, complaint.cycle.result_due)
    for _n in range(2):
        chasers.chase(fresh(complaint), by=crew.caller, summary="怎么还没有答复")
    row = Complaint.objects.annotate(n=TOLD["chasers"]()).get()
    assert (row.n, row.state, fresh(complaint).cycle.first_response_at) == (2, "registered", None)
    assert (fresh(complaint).cycle.response_due, fresh(complaint).cycle.result_due) == dues
    told = Notice.objects.filter(kind="complaints.chased")
    assert [notice.user for notice in told] == [crew.agent] * 2
    Complaint.objects.filter(pk=complaint.pk).update(state="closed")
    with pytest.raises(InvalidTransition):
        chasers.chase(fresh(complaint), by=crew.caller, summary="还没有")


def test_call_screen_shows_open_records_and_takes_a_chaser(as_agent, crew, person):
    complaint = make_complaint(crew.agent, contact=person)
    page = as_agent.post(CALL, typed(act="lookup", number="138-1234-5678"))
    text = page.content.decode()
    assert [complaint.number in text, 'class="card norms"' in text, 'data-key="1"' in text] == [True] * 3
    chase = reverse("complaints:chase", args=[complaint.pk])
    assert as_agent.post(chase, typed(summary="")).status_code == 200
    assert Conversation.objects.count() == 0
    sent = typed(number="138 1234 5678", who=f"contact:{person.pk}")
    assert as_agent.post(chase, sent).status_code == 302
    talk = Conversation.objects.select_related("interaction").get()
    assert (talk.is_chaser, talk.interaction.summary, talk.interaction.match_strength) == (True, SAID, "exact")
    assert Complaint.objects.count() == 1
    shown = as_agent.get(complaint.get_absolute_url())
    assert [len(shown.context["tags"]), [row.is_chaser for row in shown.context["cycles"][0].conversations]] == [
        3,
        [True],
    ]


def test_record_out_of_sight_takes_no_chaser(as_agent, client, crew):
    complaint = make_complaint(crew.agent, concerned=[crew.caller])
    client.force_login(crew.caller)
    assert client.post(reverse("complaints:chase", args=[complaint.pk]), typed()).status_code == 404


def test_call_screen_asks_as_often_for_one_record_as_for_five(as_agent, crew, person):
    counts = []
    as_agent.post(CALL, typed(act="lookup", number="13812345678"))  # what is asked once is known from here on
    for n in (1, 4):
        for _n in range(n):
            make_complaint(crew.agent, contact=person, text=SAID)
        with CaptureQueriesContext(
            connection,
        ) as asked:
            page = as_agent.post(CALL, typed(act="lookup", number="13812345678"))
        counts.append(len(asked))
        assert page.content.decode().count('value="chase"') == sum((1, 4)[: len(counts)])
    assert counts[0] == counts[1] <= 24


def test_similar_while_typing_is_a_fragment(as_agent, crew, person):
    complaint = make_complaint(crew.agent, contact=person, text=SAID)
    page = as_agent.post(
        reverse("complaints:similar"), {"summary": SAID, "who": f"contact:{person.pk}"}
    ).content.decode()
    assert ["<html" in page, complaint.number in page] == [False, True]
    assert as_agent.get(reverse("complaints:similar")).status_code == 405


def test_call_becomes_a_record_with_what_was_typed(as_agent, crew, person):
    sent = typed(act="save:complaints.register", number="13812345678", who=f"contact:{person.pk}")
    page = as_agent.get(as_agent.post(CALL, sent)["Location"]).context["form"]
    assert (page["text"].value(), page["title"].value(), page["contact"].value()) == (SAID, SAID, person.pk)
    assert page["interaction"].value() == Interaction.objects.get().pk


def test_letter_is_registered_with_its_facts(as_agent, crew, person):
    assert as_agent.post(NEW, letter(reference="来字5号", platform="微博")).status_code == 302
    source = Source.objects.get()
    assert (str(source.dated_on), source.reference, source.place, source.account) == ("2026-01-05", "来字5号", "", "")
    shown = as_agent.get(source.complaint.get_absolute_url()).content.decode()
    assert "来字5号" in shown
    with pytest.raises(DatabaseError), transaction.atomic():
        Source.objects.update(reference="别的")


@pytest.mark.parametrize(
    ("channel", "wanted"), [("letter", "dated_on"), ("social", "platform"), ("transfer", "body"), ("walk_in", None)]
)
def test_channels_want_their_own_fact(as_agent, channel, wanted):
    page = as_agent.post(NEW, letter(channel=channel, dated_on=""))
    assert list(page.context["form"].errors if page.context else []) == ([wanted] if wanted else [])


def test_account_is_forgotten_with_the_person(as_agent):
    as_agent.post(NEW, letter(channel="social", platform="微博", account="liufang88"))
    complaint = Complaint.objects.get()
    assert (Source.objects.get().account, Source.objects.get().place) == ("liufang88", "微博")
    personal.erase(fresh(complaint))
    assert (Source.objects.get().account, Source.objects.get().place) == ("", "微博")


def test_known_customer_is_found_and_chosen_never_taken_by_itself(as_agent, crew, person):
    make.make_contact(person.customer, name="同号", phone="+8613812345678")
    asked = as_agent.post(NEW, letter(phone="138 1234 5678", find="1")).context["form"]
    keys = [key for key, _label in asked.fields["who"].choices]
    assert (sorted(keys)[0], len(keys), asked["who"].value(), asked["text"].value()) == ("", 3, "", SAID)
    assert Complaint.objects.count() == 0
    as_agent.post(NEW, letter(phone="138 1234 5678"))
    assert Complaint.objects.get().customer is None
    as_agent.post(NEW, letter(phone="138 1234 5678", who=f"contact:{person.pk}", form_key="k2"))
    assert Complaint.objects.latest("pk").contact == person
    named = as_agent.post(NEW, letter(company=person.customer.code, find="1")).context["form"]
    assert f"customer:{person.customer_id}" in [key for key, _label in named.fields["who"].choices]


def test_customer_out_of_sight_cannot_be_chosen(as_agent, crew):
    foreign = make.make_contact(make.make_customer(unit=crew.department), phone="+8613800000009")
    page = as_agent.post(NEW, letter(phone="13800000009", who=f"contact:{foreign.pk}"))
    assert Complaint.objects.filter(contact=foreign).count() == 0
    assert page.status_code in (200, 302)


@pytest.mark.django_db(transaction=True)
def test_first_call_is_registered_by_keyboard_and_the_second_is_a_chaser(page, live_portal, crew, person):
    other = make_complaint(crew.agent, text="报名的班换了讲师，没有人通知", complainant={"name": "别人"})
    signed_in(page, crew.agent).goto(CALL)
    look_up(page, "138 1234-5678")
    page.keyboard.type(SAID)
    page.wait_for_selector(f"#similar >> text={other.number}")
    page.keyboard.press("Escape")
    page.keyboard.press("r")
    page.wait_for_selector("#id_title")
    assert (page.input_value("#id_text"), page.input_value("#id_title")) == (SAID, SAID)
    page.focus("#id_title")
    page.keyboard.press("Enter")
    page.wait_for_url("**/complaints/*/")
    made = Complaint.objects.latest("pk")
    assert (made.contact, made.text) == (person, SAID)
    page.goto(CALL)
    look_up(page, "+86 (138) 12345678")
    page.wait_for_selector(f"#own-records >> text={made.number}")
    page.keyboard.type("怎么还没有人回电")
    page.keyboard.press("Escape")
    page.keyboard.press("1")
    page.wait_for_selector(f".is-success >> text={made.number}")
    assert (Complaint.objects.count(), chasers.count(made), chasers.count(other)) == (2, 1, 0)


def look_up(page, number):
    page.keyboard.type(number)
    page.keyboard.press("Enter")
    page.wait_for_selector("[name=summary]:focus")


# Answers at hand ----------------------------------------------------------------------------------------


def canned_answer(crew, name, text):
    words = {"title_zh": name, "title_en": f"{name} (en)", "text_zh": text, "text_en": f"{{customer}}: {text} (en)"}
    return canned.approve(canned.write(by=crew.agent, **words), by=crew.lead)


def test_answers_that_fit_what_is_said_stand_first(as_agent, crew, person):
    invoice = canned_answer(crew, "重开发票", "发票三天内重开。")
    parking = canned_answer(crew, "停车", "停车场凭短信免费。")
    canned.write(by=crew.agent, title_zh="发票草稿", title_en="x", text_zh="发票抬头", text_en="x")
    assert desk.fitting(crew.agent, "我的发票抬头错了，要重开") == [invoice]
    assert desk.fitting(crew.agent, "") == desk.fitting(crew.agent, "鼋鼍") == [invoice, parking]
    type(person).objects.filter(pk=person.pk).update(language="en")
    shown = as_agent.post(reverse("complaints:fitting"), {"summary": "发票", "number": "13812345678"}).content.decode()
    assert ["<html" in shown, "刘芳: 发票三天内重开。 (en)" in shown, "停车" in shown] == [False, True, False]
    assert as_agent.get(reverse("complaints:fitting")).status_code == 405


def test_call_answered_with_a_canned_answer_is_logged_and_counted(as_agent, crew, person):
    answer = canned_answer(crew, "重开发票", "发票三天内重开。")
    url = reverse("complaints:answered", args=[answer.pk])
    assert as_agent.post(url, typed(summary="")).status_code == 200
    assert (Interaction.objects.count(), CannedUse.objects.count()) == (0, 0)
    assert as_agent.post(url, typed(number="13812345678", who=f"contact:{person.pk}"))["Location"] == CALL
    call, use = Interaction.objects.get(), CannedUse.objects.get()
    assert (call.contact, call.summary.splitlines()[0], answer.title in call.summary) == (person, SAID, True)
    assert (use.answer, use.interaction, use.by, use.complaint) == (answer, call, crew.agent, None)
    canned.retire(answer, by=crew.lead, comment="旧")
    assert as_agent.post(url, typed()).status_code == 404
    assert Interaction.objects.count() == 1
