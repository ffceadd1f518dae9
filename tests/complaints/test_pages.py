"""Pages of the ledger: one set of rows through every door (P1), constant queries, the steps as people take them."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import pgettext

from accounts.choices import Role
from complaints import home
from complaints.choices import State
from complaints.models import Complaint, Reply
from complaints.services import conversations, personal
from complaints.views.acts import ACTS
from core import history, search
from core.due import items_for, tiles_for
from core.models import Attachment, Event
from customers.models import Interaction
from customers.services import follow_ups
from tests.customers.test_lists import text_of
from tests.factories import customers as make
from tests.factories.complaints import ASSESSED, FOUND, REPLY, complaint_at, fresh, make_complaint, suggestion_at

pytestmark = pytest.mark.django_db
LIST = "/complaints/"


@pytest.fixture
def signed_in(client):
    def sign_in(user):
        client.force_login(user)
        return client

    return sign_in


def post(client, complaint, step, **data):
    return client.post(reverse("complaints:act", args=[complaint.pk, step]), data)


# One set of rows --------------------------------------------------------------------------------------


@pytest.fixture
def ledger(crew):
    """Records of several units; and who sees which."""
    branch = make.make_unit("SH", crew.office)
    stranger = make.make_person(Role.AGENT, unit=branch)
    rows = {
        "desk": make_complaint(crew.agent, title="证书迟到甲"),
        "department": complaint_at(State.HANDLING, crew, title="证书迟到乙"),
        "branch": make_complaint(stranger, title="证书迟到丙"),
        "nobody": make_complaint(title="证书迟到丁", channel="web"),
        "about": make_complaint(crew.agent, title="证书迟到戊", concerned=[crew.agent, crew.lead]),
    }
    for row in rows.values():
        personal.add_files(row, by=None, files=[SimpleUploadedFile("证书.txt", b"x")])
    people = {
        "agent": crew.agent, "handler": crew.handler, "stranger": stranger, "lead": crew.lead,
        "supervisor": make.make_person(Role.SUPERVISOR, unit=crew.office),
        "administrator": make.make_person(Role.ADMINISTRATOR, unit=crew.office),
    }  # fmt: skip
    return rows, people


SEEN = {
    "agent": {"desk", "department", "nobody"},
    "handler": {"department"},
    "stranger": {"branch", "nobody"},
    "lead": {"desk", "department", "branch", "nobody"},
    "supervisor": {"desk", "department", "branch", "nobody", "about"},
    "administrator": set(),
}


@pytest.mark.parametrize("who", SEEN)
def test_list_count_search_page_and_files_show_the_same_set(signed_in, ledger, who):
    rows, people = ledger
    client = signed_in(people[who])
    names = {row.pk: name for name, row in rows.items()}
    doors = {
        "queryset": {names[pk] for pk in Complaint.objects.visible_to(people[who]).values_list("pk", flat=True)},
        "page": {name for name, row in rows.items() if client.get(row.get_absolute_url()).status_code == 200},
        "search": {names[int(hit.url.split("/")[2])] for hit in search.find(people[who], "证书迟到") if hit.url.startswith(LIST)},
        "files": {names[file.subject_id] for file in Attachment.objects.all()
                  if client.get(reverse("core:attachment", args=[file.pk])).status_code == 200},
    }  # fmt: skip
    response = client.get(LIST, {"view": "all"})
    if who != "administrator":
        doors["list"] = {names[row.record.pk] for row in response.context["table"].rows}
        doors["count"] = SEEN[who] if response.context["number"] == len(SEEN[who]) else {"another number"}
    assert doors == dict.fromkeys(doors, SEEN[who])
    assert response.status_code == (403 if who == "administrator" else 200)


@pytest.mark.parametrize("fmt", ["xlsx", "csv", "pdf"])
def test_an_export_holds_the_rows_of_the_list_and_is_written_down(signed_in, ledger, crew, fmt):
    rows, _people = ledger
    client = signed_in(crew.lead)
    text = text_of(client.get(LIST, {"view": "all", "format": fmt}), fmt).replace("\r\n", "").replace("\n", "")
    found = {name for name, row in rows.items() if row.number in text}
    assert found == SEEN["lead"]
    assert "刘芳" not in text
    assert Event.objects.get(kind="exported").payload["rows"] == 4


def test_an_export_is_for_who_may(signed_in, crew):
    make_complaint(crew.agent)
    assert signed_in(crew.agent).get(LIST, {"format": "csv"}).status_code == 403


# Lists ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("view", ["open", "mine", "unit", "overdue", "all"])
def test_the_ledger_asks_as_often_for_three_rows_as_for_one(signed_in, crew, view):
    crew.handler = crew.other = make.make_person(Role.AGENT, unit=crew.department)
    client = signed_in(crew.handler)
    old = timezone.now() - timedelta(days=20)
    numbers = []
    for rows in (1, 2):
        for _n in range(rows):
            customer = make.make_customer(unit=crew.department)
            complaint_at(State.HANDLING, crew, customer=customer, contact=make.make_contact(customer), received_at=old)
        with CaptureQueriesContext(connection) as seen:
            response = client.get(LIST, {"view": view})
        numbers.append(len(seen))
        assert len(response.context["table"].rows) == (1 if rows == 1 else 3)
    assert numbers[0] == numbers[1] <= 12


def test_the_views_divide_what_is_open(signed_in, crew):
    complaint_at(State.REVIEW, crew)
    complaint_at(State.REPLIED, crew)
    complaint_at(State.CLOSED, crew)
    late = make_complaint(crew.agent, received_at=timezone.now() - timedelta(days=20))
    client = signed_in(crew.lead)
    counts = {
        view: client.get(LIST, {"view": view}).context["number"]
        for view in ("open", "review", "call_back", "overdue", "all")
    }
    assert counts == {"open": 3, "review": 1, "call_back": 1, "overdue": 1, "all": 4}
    (row,) = client.get(LIST, {"view": "overdue"}).context["table"].rows
    assert row.record == late


def test_the_ledger_is_narrowed_and_searched(signed_in, crew):
    make_complaint(crew.agent, kind="praise")
    complaint = complaint_at(State.ACCEPTED, crew, title="教材缺页")
    client = signed_in(crew.lead)
    for query, number in (
        ({"kind": "praise"}, 1), ({"state": "accepted"}, 1), ({"category": "service", "severity": "major"}, 1),
        ({"q": complaint.number}, 1), ({"q": "缺页"}, 1), ({"q": "138 1234 5678"}, 2), ({"q": "刘芳"}, 2), ({"q": "无此人"}, 0),
        ({"breached": "true"}, 0), ({"breached": "false"}, 2),
    ):  # fmt: skip
        assert (query, client.get(LIST, query).context["number"]) == (query, number)


@pytest.mark.parametrize("query", [{"kind": "x"}, {"unknown": "1"}, {"received_at_after": "gestern"}, {"unit": "x"}])
def test_a_bad_filter_shows_nothing_and_says_so(signed_in, crew, query):
    make_complaint(crew.agent)
    response = signed_in(crew.lead).get(LIST, query)
    assert (response.status_code, response.context["number"]) == (200, 0)


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_breach_shows_on_list_and_page(signed_in, crew, language):
    from complaints.tasks import watch_clocks

    complaint = make_complaint(crew.agent, received_at=timezone.now() - timedelta(days=20))
    watch_clocks()
    client = signed_in(crew.lead)
    with translation.override(language):
        pages = [
            client.get(url, headers={"accept-language": language}).content.decode()
            for url in (LIST, complaint.get_absolute_url())
        ]
    assert ["is-late" in page for page in pages] == [True, True]
    assert pages[1].count("badge is-danger") == 2


# The page of a record ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "state", [state for state in State if state not in ("evaluating", "adopted", "partly", "not_adopted", "deferred")]
)
def test_the_page_of_every_state_opens(signed_in, crew, state):
    customer = make.make_customer(unit=crew.desk)
    complaint = complaint_at(state, crew, customer=customer)
    response = signed_in(crew.lead).get(complaint.get_absolute_url())
    assert response.status_code == 200
    assert complaint.number in response.content.decode()


def test_the_page_asks_as_often_for_three_conversations_as_for_one(signed_in, crew):
    complaint, client, numbers = complaint_at(State.HANDLING, crew), signed_in(crew.lead), []
    for rows in (1, 2):
        for _n in range(rows):
            conversations.log(complaint, by=make.make_person(unit=crew.desk), summary="已联系")
        with CaptureQueriesContext(connection) as seen:
            client.get(complaint.get_absolute_url())
        numbers.append(len(seen))
    assert numbers[0] == numbers[1]


@pytest.mark.parametrize("state", ["evaluating", "adopted", "partly", "not_adopted", "deferred", "closed"])
def test_the_page_of_a_suggestion_opens(signed_in, crew, state):
    complaint = suggestion_at("evaluating" if state == "deferred" else state, crew)
    if state == "deferred":
        from tests.factories.complaints import decide

        decide(complaint, crew, "deferred", review_on=timezone.localdate() + timedelta(days=9))
    assert signed_in(crew.lead).get(complaint.get_absolute_url()).status_code == 200


def test_cycles_follow_each_other_on_the_page(signed_in, crew):
    from complaints.services import call_backs

    complaint = complaint_at(State.REPLIED, crew)
    call_backs.log(complaint, by=crew.caller, reached=True, resolved=False, comment="没有收到退款")
    cycles = signed_in(crew.lead).get(complaint.get_absolute_url()).context["cycles"]
    assert [(view.cycle.n, len(view.call_backs), view.reply is not None) for view in cycles] == [
        (2, 0, False),
        (1, 1, True),
    ]


MAIN = {
    "registered": ("accept", "handle_directly", "handle_directly"),
    "accepted": ("assign", None, None),
    "assigned": (None, "take", None),
    "handling": (None, "determine", None),
    "review": ("approve", None, None),
    "replied": (None, None, "call_back"),
    "closed": (None, None, None),
}


@pytest.mark.parametrize("state", MAIN)
def test_the_page_names_what_is_yours_to_do(signed_in, crew, state):
    complaint = complaint_at(state, crew)
    found = []
    for user in (crew.lead, crew.handler, crew.caller):
        response = signed_in(user).get(complaint.get_absolute_url())
        step = response.context["main"] if response.status_code == 200 else None
        found.append(step and step.name)
    wanted = list(MAIN[state])
    if state in ("registered", "accepted"):
        wanted[1] = None  # another unit does not see it yet
    assert found == wanted


def test_the_handlers_work_goes_from_determination_to_draft_to_review(signed_in, crew):
    complaint, client, found = complaint_at(State.HANDLING, crew), signed_in(crew.handler), []
    for step, data in (("determine", FOUND), ("draft", REPLY | {"form": "phone"}), ("submit", {})):
        context = client.get(complaint.get_absolute_url()).context
        found.append((context["main"].name, [one.name for one in context["beside"]]))
        post(client, complaint, step, **data)
    assert found == [("determine", []), ("draft", ["determine"]), ("submit", ["draft"])]
    assert fresh(complaint).state == "review"


# Steps ------------------------------------------------------------------------------------------------


def test_a_complaint_walks_through_its_pages(signed_in, crew):
    complaint = make_complaint(crew.agent)
    post(signed_in(crew.lead), complaint, "accept", **ASSESSED, version=0)
    post(signed_in(crew.lead), complaint, "assign", unit=crew.department.pk, handler=crew.handler.pk, version=1)
    client = signed_in(crew.handler)
    post(client, complaint, "take")
    post(client, complaint, "determine", **FOUND)
    post(client, complaint, "draft", **REPLY, form="phone")
    post(client, complaint, "submit", version=fresh(complaint).version)
    post(signed_in(crew.second), complaint, "approve", version=fresh(complaint).version)
    post(signed_in(crew.handler), complaint, "tell_reply", channel="phone", summary="已告知", reached="on")
    post(
        signed_in(crew.caller),
        complaint,
        "call_back",
        answer="unresolved",
        comment="退款未到",
        score=2,
        version=fresh(complaint).version,
    )
    row = fresh(complaint)
    assert (row.state, row.cycle.n, Reply.objects.get().reviewer) == ("handling", 2, crew.second)
    assert Interaction.objects.count() == 2


@pytest.mark.parametrize(
    ("state", "step", "data", "field"),
    [
        ("registered", "accept", ASSESSED | {"category": "x"}, "category"),
        ("registered", "accept", ASSESSED | {"repeat_of": "TS-1999-000001"}, "repeat_of"),
        ("accepted", "assign", {"unit": "9999", "handler": "x"}, "handler"),
        ("handling", "determine", FOUND | {"facts": " "}, "facts"),
        ("handling", "draft", REPLY | {"form": "mail"}, "form"),
        ("handling", "draft", REPLY | {"form": "phone", "result": ""}, "result"),
        ("review", "send_back", {"comment": ""}, "comment"),
        ("replied", "call_back", {"answer": "unresolved"}, "comment"),
        ("replied", "call_back", {"answer": "resolved", "score": "6"}, "score"),
        ("registered", "ask_ending", {"ending": "void"}, "reason"),
        ("registered", "add_files", {}, "files"),
    ],
)
def test_bad_input_names_the_field_and_keeps_what_was_typed(signed_in, crew, state, step, data, field):
    complaint = complaint_at(state, crew, complainant={"name": "刘芳"})
    user = {"handling": crew.handler, "replied": crew.caller}.get(state, crew.lead)
    before = Event.objects.count()
    response = post(signed_in(user), complaint, step, **data)
    form = response.context["form"]
    assert (response.status_code, list(form.errors)) == (200, [field] if step != "assign" else ["unit", "handler"])
    assert all(form[name].value() == value for name, value in data.items() if name != field)
    assert (fresh(complaint).state, Event.objects.count()) == (state, before)


def test_a_later_writer_hears_of_the_earlier_one(signed_in, crew):
    complaint = make_complaint(crew.agent)
    post(signed_in(crew.lead), complaint, "reassess", **ASSESSED, version=0)
    response = post(signed_in(crew.second), complaint, "accept", **ASSESSED | {"severity": "critical"}, version=0)
    assert (fresh(complaint).state, fresh(complaint).severity) == ("registered", "major")
    assert response.status_code in (302, 409)


def test_unknown_steps_and_invisible_records_are_not_there(signed_in, crew):
    complaint = make_complaint(crew.agent)
    assert post(signed_in(crew.lead), complaint, "destroy").status_code == 404
    assert signed_in(crew.other).get(reverse("complaints:act", args=[complaint.pk, "accept"])).status_code == 404


@pytest.mark.parametrize("step", ACTS)
def test_no_step_is_open_to_who_only_reads(signed_in, crew, step):
    reader = make.make_person(Role.SUPERVISOR, unit=crew.office)
    complaint = make_complaint(crew.agent)
    assert post(signed_in(reader), complaint, step).status_code == 403
    assert fresh(complaint).state == "registered"


def test_stepping_aside_leads_back_to_the_ledger(signed_in, crew):
    complaint = make_complaint(crew.agent)
    response = post(signed_in(crew.lead), complaint, "step_aside", comment="亲属")
    assert response.url == LIST
    assert not Complaint.objects.visible_to(crew.lead).exists()


def test_data_are_revealed_against_a_reason(signed_in, crew):
    complaint = make_complaint(crew.agent)
    url = reverse("complaints:reveal", args=[complaint.pk])
    assert "13812345678" not in signed_in(crew.lead).get(complaint.get_absolute_url()).content.decode()
    assert "13812345678" in signed_in(crew.lead).post(url, {"reason": "回电"}).content.decode()
    assert signed_in(crew.lead).post(url, {"reason": ""}).context["form"].errors["reason"]
    assert signed_in(crew.agent).get(url).status_code == 403
    assert complaint.transitions.filter(kind="revealed").count() == 1


# Registering ------------------------------------------------------------------------------------------

NEW = "/complaints/new/"


def filled(**fields):
    now = timezone.localtime() - timedelta(minutes=1)
    given = {"kind": "complaint", "title": "换讲师", "text": "没有通知", "channel": "phone", "form_key": "k1",
             "received_at": now.strftime("%Y-%m-%dT%H:%M")}  # fmt: skip
    return given | fields


def test_a_colleague_registers_once_however_often_the_form_is_posted(signed_in, crew):
    client = signed_in(crew.agent)
    answers = [
        client.post(NEW, filled(name="刘芳", phone="138 1234 5678", concerned=[crew.other.pk])) for _n in range(2)
    ]
    complaint = Complaint.objects.get()
    assert [answer.url for answer in answers] == [complaint.get_absolute_url()] * 2
    assert (complaint.receiver, complaint.complainant.phone) == (crew.agent, "+8613812345678")


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [({"title": ""}, "title"), ({"text": " "}, "text"), ({"kind": "x"}, "kind"), ({"email": "x"}, "email"), ({"phone": "abc"}, "phone"),
     ({"received_at": "2099-01-01T00:00"}, "received_at"), ({"received_at": "x"}, "received_at"), ({"channel": "fax"}, "channel"),
     ({"concerned": ["99999"]}, "concerned")],
)  # fmt: skip
def test_a_wrong_field_is_named_and_nothing_is_registered(signed_in, crew, fields, wrong):
    response = signed_in(crew.agent).post(NEW, filled(**fields))
    assert (response.status_code, list(response.context["form"].errors)) == (200, [wrong])
    assert Complaint.objects.count() == 0


def test_late_registration_is_asked_about_once(signed_in, crew):
    late = (timezone.localtime() - timedelta(days=14)).strftime("%Y-%m-%dT%H:%M")
    client = signed_in(crew.agent)
    assert len(client.post(NEW, filled(received_at=late)).context["form"].soft_warnings) == 1
    assert client.post(NEW, filled(received_at=late, acknowledge="1")).status_code == 302


def test_from_the_call_screen_to_the_record(signed_in, crew):
    client = signed_in(crew.agent)
    response = client.post("/customers/call/", {"act": "save:complaints.register", "who": "unknown", "number": "13812345678",
                                                "caller": "刘芳", "channel": "phone", "direction": "in", "summary": "换讲师没有通知"})  # fmt: skip
    interaction = Interaction.objects.get()
    assert response.url == f"{NEW}?interaction={interaction.pk}"
    form = client.get(response.url).context["form"]
    assert (form["text"].value(), form["interaction"].value()) == ("换讲师没有通知", interaction.pk)
    client.post(NEW, filled(interaction=interaction.pk))
    complaint = Complaint.objects.get()
    assert (complaint.interaction, complaint.complainant.name) == (interaction, "刘芳")
    assert complaint.number in client.get(interaction.get_absolute_url()).content.decode()


def test_a_button_of_the_call_screen_that_one_may_not_press_only_saves(signed_in, crew):
    client = signed_in(crew.handler)
    assert "save:complaints.register" not in client.get("/customers/call/").content.decode()
    response = client.post("/customers/call/", {"act": "save:complaints.register", "who": "unknown", "channel": "phone",
                                                "direction": "in", "summary": "x"})  # fmt: skip
    assert response.url == "/customers/call/"


def test_panels_lead_from_customer_and_follow_up_to_the_record(signed_in, crew):
    customer = make.make_customer(unit=crew.desk)
    follow_up = make.make_follow_up(customer, crew.agent, unit=crew.desk)
    follow_ups.escalate(follow_up, by=crew.agent, comment="要求投诉")
    complaint = Complaint.objects.get(follow_up=follow_up)
    client = signed_in(crew.agent)
    pages = [client.get(url).content.decode() for url in (customer.get_absolute_url(), follow_up.get_absolute_url())]
    assert [complaint.number in page for page in pages] == [True, True]
    assert f"{NEW}?customer={customer.pk}" in pages[0]
    assert f"{NEW}?follow_up={follow_up.pk}" not in pages[1]


def test_what_the_user_may_not_see_does_not_fill_the_form(signed_in, crew):
    foreign = make.make_interaction(make.make_person(unit=make.make_unit("SH", crew.office)))
    form = signed_in(crew.agent).get(NEW, {"interaction": foreign.pk, "customer": "x"}).context["form"]
    assert (form["interaction"].value(), form["text"].value()) == (None, None)


# Home -------------------------------------------------------------------------------------------------


def due_of(user):
    return [(item.number, str(item.act)) for item in items_for(user) if item.url.startswith(LIST)]


def test_everybody_finds_what_waits_for_them(crew):
    with translation.override("en"):
        rows = {
            state: complaint_at(state, crew) for state in ("registered", "accepted", "handling", "review", "replied")
        }
        suggestion = suggestion_at("evaluating", crew)
        found = {who: due_of(getattr(crew, who)) for who in ("handler", "lead", "caller")}
    assert sorted(found["handler"]) == sorted(
        [(rows["handling"].number, "Handle and reply"), (suggestion.number, "Decide on the suggestion")]
    )
    assert sorted(found["lead"]) == sorted(
        [
            (rows["registered"].number, "Assess and accept"),
            (rows["accepted"].number, "Assign"),
            (rows["review"].number, "Review the reply"),
        ]
    )
    assert found["caller"] == [(rows["replied"].number, "Call back")]


def test_tiles_and_counter_lead_to_their_rows(signed_in, crew):
    make_complaint(crew.agent, received_at=timezone.now() - timedelta(days=20))
    make_complaint(crew.agent)
    client = signed_in(crew.lead)
    board = reverse("complaints:board")  # its number depends on the weekday
    found = {tile.url: tile.value for tile in tiles_for(crew.lead) if tile.url.startswith(LIST) and tile.url != board}
    assert found == {f"{LIST}?view=overdue": "1", LIST: "2"}
    assert {url: str(client.get(url).context["number"]) for url in found} == found
    assert home.owed(crew.lead).count() == 1 and home.owed(make.make_person(Role.SUPERVISOR)) is None


def test_the_history_says_in_words_of_the_ledger_what_was_done(crew):
    complaint = complaint_at(State.HANDLING, crew)
    said = {event.kind: str(history.line(event).what) for event in Event.objects.of(complaint)}
    assert (said["assign"], said["take"]) == (str(State.ASSIGNED.label), pgettext("complaint", "Signed for"))
