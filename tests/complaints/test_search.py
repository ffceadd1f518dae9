"""Chinese search over what records say (decision 20): one to four characters, every text, nothing that is encrypted."""

import pytest
from django.db import connection

from complaints.models import Complaint, RecordWords
from complaints.selectors.search import grams, numbered, search
from complaints.services import conversations, handling
from core import search as everywhere
from customers.names import plain
from customers.services import customers as customer_services
from tests.factories import customers as make
from tests.factories.complaints import FOUND, complaint_at, make_complaint, suggestion_at

pytestmark = pytest.mark.django_db


def found(text, rows=None):
    rows = Complaint.objects.all() if rows is None else rows
    return sorted(search(rows, text)[0].values_list("number", flat=True))


TEXTS = [
    "讲师 迟到30分钟，没有通知！",
    "Ａｐｐ登录失败 ΣΊΣΥΦΟΣ Straße",
    "「证书」丢失—补办¥200",
    "  a\tb\n c  ",
    "ﬁne 𠮷野家\\'x'",
    "",
]


@pytest.mark.parametrize("text", TEXTS)
def test_the_database_compares_as_the_portal_does(text):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT complaints_plain(%s), tsvector_to_array(complaints_grams(complaints_plain(%s)))", [text, text]
        )
        form, stored = cursor.fetchone()
    assert form == plain(text)
    assert set(grams(text)) <= set(stored)


def test_one_to_four_characters_and_longer_find_what_was_said():
    row = make_complaint(title="讲师迟到", text="上课三十分钟后才到教室，课时费照收")
    make_complaint(title="教室太冷", text="课后才有人来修")
    assert {text: found(text) == [row.number] for text in
            ("讲", "迟到", "三十分", "分钟后才", "上课三十分钟后才到教室", "课时费 讲师", "ＳＡＮ")} == {
        "讲": True, "迟到": True, "三十分": True, "分钟后才": True, "上课三十分钟后才到教室": True, "课时费 讲师": True, "ＳＡＮ": False,
    }  # fmt: skip
    assert len(found("课")) == 2
    assert found("分教") == found("课后到") == found("三十到教室") == found("，。") == found("%") == []


def test_letters_are_found_whatever_their_case_or_width():
    row = make_complaint(title="ＡＰＰ闪退", text="Version 2.10 on Straße")
    assert [found(text) for text in ("app", "App闪", "version", "2.10", "STRASSE", "appx")] == [[row.number]] * 5 + [[]]


def test_pairs_that_stand_apart_are_no_phrase():
    make_complaint(title="甲乙", text="乙丙")
    row = make_complaint(title="甲乙丙", text="")
    assert found("甲乙丙") == [row.number]


def test_every_text_of_a_record_is_searched(crew):
    row = complaint_at("closed", crew, title="更换讲师")
    conversations_row = complaint_at("handling", crew)
    talk = conversations.log(conversations_row, by=crew.handler, summary="客户要求书面道歉")
    decided = suggestion_at("adopted", crew)
    assert [found(text) for text in ("讲师请假", "补课并退费", "少学一节课", "书面道歉", "需求明确")] == [
        sorted([row.number]), [row.number], [row.number], [conversations_row.number], [decided.number],
    ]  # fmt: skip
    type(talk.interaction).objects.filter(pk=talk.interaction_id).update(summary="客户只要求口头说明")
    assert (found("书面道歉"), found("口头说明")) == ([], [conversations_row.number])


def test_the_latest_words_count(crew):
    row = complaint_at("handling", crew)
    handling.determine(row, by=crew.handler, **FOUND | {"facts": "投影仪损坏"})
    assert found("投影仪") == [row.number]
    Complaint.objects.filter(pk=row.pk).update(title="空调损坏")
    assert found("空调") == [row.number]


def test_what_is_encrypted_is_not_in_the_index_and_found_exactly_only():
    row = make_complaint(
        title="退费", complainant={"name": "欧阳修文", "phone": "13812345678", "email": "ou@example.com"}
    )
    kept = RecordWords.objects.get(complaint=row)
    assert [part in kept.text or part in kept.vector for part in ("欧阳", "修文", "13812345678", "ou@example")] == [
        False
    ] * 4
    assert [found(text) for text in ("欧阳修文", "+86 138-1234-5678", "OU@example.com", "欧阳", "1381234")] == [
        [row.number], [row.number], [row.number], [], [],
    ]  # fmt: skip


def test_a_customers_name_finds_its_records_and_follows_a_change(crew):
    customer = make.make_customer(unit=crew.desk, name_zh="江海重工集团")
    row = make_complaint(customer=customer)
    make_complaint()
    assert found("海重") == [row.number]
    customer_services.edit(customer, by=crew.lead, name_zh="东方船舶")
    assert (found("海重"), found("东方船舶")) == ([], [row.number])


@pytest.mark.parametrize(
    ("text", "is_number"), [("TS-2026-000001", True), ("ts-2026", True), ("TS-", True), ("2026-000001", True), ("ts", False), ("投诉-1", False)]
)  # fmt: skip
def test_numbers_are_told_from_words(text, is_number):
    assert (numbered(text) is not None) == is_number


def test_numbers_are_found_whole_without_their_kind_and_by_their_beginning():
    row = make_complaint()
    assert [found(text) for text in (row.number, row.number.lower(), row.number[3:], row.number[:-2])] == [
        [row.number]
    ] * 4


def test_a_search_shows_nothing_that_the_person_does_not_see(crew):
    own = complaint_at("handling", crew, title="证书迟发甲")
    make_complaint(crew.agent, title="证书迟发乙")
    assert found("证书迟发", Complaint.objects.visible_to(crew.handler)) == [own.number]
    hits = [hit.url for hit in everywhere.find(crew.handler, "证书迟") if hit.url.startswith("/complaints/")]
    assert hits == [own.get_absolute_url()]


def test_a_common_word_is_met_on_the_way_and_counted_no_further(as_lead, crew, monkeypatch):
    rows = [make_complaint(crew.agent, title="课程太长", text="第" + "一二三"[n]) for n in range(3)]
    make_complaint(crew.agent, title="教室", text="无关")
    monkeypatch.setattr("complaints.selectors.search.FEW", 1)
    monkeypatch.setattr("complaints.filters.COMMON_CAP", 2)
    everything, is_common = search(Complaint.objects.order_by("-received_at", "-pk"), "课程 太长")
    assert ([row.pk for row in everything], is_common) == ([row.pk for row in rows[::-1]], True)
    response = as_lead.get("/complaints/", {"q": "课程"})
    assert (len(response.context["table"].rows), response.context["count"]) == (3, "3")  # all on one page
    assert response.context["filter"].count_cap == 2
    assert search(Complaint.objects.all(), "无关")[1] is False
