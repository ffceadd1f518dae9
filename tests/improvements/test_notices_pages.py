"""Pages, lists, reminders and the report section of supervision: by forms, with a constant number of queries (P1)."""

import json
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from core import periods, search
from core.choices import PeriodKind
from core.models import Event
from improvements import home_supervision as home
from improvements import report_supervision as section
from improvements.choices_supervision import NoticeState
from improvements.models import Inspection, NoticeReply, Observation, RectificationNotice
from improvements.signals import notice_overdue
from improvements.tasks import remind_notices
from notifications.models import Message
from tests.factories import improvements_supervision as make


@pytest.fixture
def who(db):
    return make.cast()


def post(client, url, **facts):
    response = client.post(url, facts)
    assert response.status_code == 302, response.context["form"].errors
    return response


def test_a_draft_is_discarded_by_its_page_and_says_so(client, who):
    row = make.notice_at(NoticeState.DRAFT, who)
    client.force_login(who.lead)
    step = reverse("improvements:notice_step", args=[row.pk, "discard"])
    assert step in client.get(row.get_absolute_url()).content.decode()
    assert client.post(step, {"version": row.version, "reason": ""}).status_code == 200
    post(client, step, version=row.version, reason="与另一份重复")
    page = client.get(row.get_absolute_url()).content.decode()
    assert "与另一份重复" in page and step not in page and "None" not in page
    assert f"由{who.lead}起草，已作废" in page
    client.force_login(who.head)
    assert client.get(row.get_absolute_url()).status_code == 404


def test_the_whole_way_by_its_pages(client, who):
    client.force_login(who.lead)
    today = timezone.localdate()
    new = reverse("improvements:inspection_create")
    assert client.get(new).status_code == 200
    assert list(
        client.post(new, {"title": "检查", "starts_on": today, "ends_on": today - make.DAY}).context["form"].errors
    ) == ["ends_on"]
    post(client, new, title="检查", unit=who.unit.pk, starts_on=today - 30 * make.DAY, ends_on=today)
    row = Inspection.objects.get()
    edit = reverse("improvements:inspection_edit", args=[row.pk])
    assert client.get(edit).status_code == 200
    post(client, edit, version=0, title="三季度检查", unit=who.unit.pk, starts_on=today - 60 * make.DAY, ends_on=today)
    for item in row.items.all():
        row.refresh_from_db()
        url = reverse("improvements:item_judge", args=[row.pk, item.pk])
        assert client.get(url).status_code == 200
        post(client, url, version=row.version, verdict="partly", note="抽查40件")
    row.refresh_from_db()
    facts = {
        "focus": "voices",
        "unit": who.unit.pk,
        "title": "超时",
        "text": "6件超时",
        "severity": "major",
        "clause": "第三章",
    }
    for _n in range(2):
        row.refresh_from_db()
        post(client, reverse("improvements:observation_create", args=[row.pk]), version=row.version, **facts)
    first, second = Observation.objects.order_by("pk")
    post(client, reverse("improvements:observation_edit", args=[first.pk]), version=0, **facts | {"title": "答疑超时"})
    drop = reverse("improvements:observation_drop", args=[second.pk])
    assert client.get(drop).status_code == 200
    post(client, drop, version=second.version, reason="重复")
    row.refresh_from_db()
    post(
        client,
        reverse("improvements:inspection_step", args=[row.pk, "conclude"]),
        version=row.version,
        summary="两项不足",
    )
    assert client.get(row.get_absolute_url()).status_code == client.get(first.get_absolute_url()).status_code == 200

    draft = reverse("improvements:notice_create", args=[who.unit.pk])
    assert draft in client.get(row.get_absolute_url()).content.decode()
    assert draft in client.get(reverse("improvements:notice_list")).content.decode()
    assert client.get(draft).status_code == 200
    given = {"title": "答疑", "due_on": today + 14 * make.DAY, f"use_{first.pk}": "on"}
    assert len(client.post(draft, given).context["form"].errors) == 2  # requirement and how it is verified
    given |= {f"requirement_{first.pk}": "值班", f"criterion_{first.pk}": "重抽"}
    post(client, draft, **given)
    assert client.get(draft).status_code == 404  # nothing is left to draft from
    notice = RectificationNotice.objects.get()
    post(client, reverse("improvements:notice_edit", args=[notice.pk]), version=0, **given | {"title": "课后答疑"})

    def step(person, name, **more):
        client.force_login(person)
        notice.refresh_from_db()
        url = reverse("improvements:notice_step", args=[notice.pk, name])
        assert client.get(url).status_code == 200
        post(client, url, version=notice.version, **more)
        assert client.get(notice.get_absolute_url()).status_code == 200

    step(who.second, "issue")
    step(who.head, "acknowledge", executor=who.executor.pk)
    step(who.executor, "reply", cause="缺人", text="已排班", files=[make.evidence()])
    step(who.second, "send-back", sampled="抽10件", reason="缺记录", due_on=today + 20 * make.DAY)
    step(who.head, "reply", cause="缺人", text="补齐", files=[make.evidence()])
    step(who.second, "verify", sampled="抽40件")
    step(who.lead, "close")
    notice.refresh_from_db()
    assert (notice.state, notice.round, notice.title) == ("closed", 2, "课后答疑")
    paper = client.get(reverse("improvements:notice_paper", args=[notice.pk, "en"]))
    assert (paper.status_code, paper["Content-Type"]) == (200, "application/pdf")
    assert b"".join(paper.streaming_content)[:5] == b"%PDF-"


def test_who_may_not_is_refused_at_the_door(client, who):
    row = make.notice_at(NoticeState.REPLIED, who)
    url = reverse("improvements:notice_step", args=[row.pk, "verify"])
    client.force_login(who.head)
    assert client.post(url, {"version": row.version, "sampled": "x"}).status_code == 403
    client.force_login(who.other)
    assert client.get(row.get_absolute_url()).status_code == 404
    assert client.get(reverse("improvements:notice_paper", args=[row.pk, "en"])).status_code == 404
    client.force_login(who.executive)
    assert client.get(row.get_absolute_url()).status_code == 200
    assert client.get(reverse("improvements:inspection_create")).status_code == 403
    row.refresh_from_db()
    assert row.state == NoticeState.REPLIED


def test_a_draft_is_seen_by_the_supervision_group_alone(client, who):
    row = make.draft(who)
    for user, status in ((who.lead, 200), (who.second, 200), (who.head, 404), (who.executive, 404)):
        client.force_login(user)
        assert client.get(row.get_absolute_url()).status_code == status


@pytest.mark.parametrize("name", ["inspection_list", "observation_list", "notice_list"])
def test_list_asks_as_often_for_three_rows_as_for_one(client, who, name):
    client.force_login(who.lead)
    make.notice_at(NoticeState.ISSUED, who)
    one = queries(client, reverse(f"improvements:{name}"))
    for _n in range(2):
        make.notice_at(NoticeState.ISSUED, who)
    assert queries(client, reverse(f"improvements:{name}")) == one <= 12


def queries(client, url):
    client.get(url)
    with CaptureQueriesContext(
        connection,
    ) as found:
        assert client.get(url).status_code == 200
    return len(found)


@pytest.mark.parametrize("fmt", ["xlsx", "csv", "pdf"])
def test_lists_are_files_as_well(client, who, fmt):
    make.notice_at(NoticeState.REPLIED, who)
    client.force_login(who.lead)
    for name in ("inspection_list", "observation_list", "notice_list"):
        assert client.get(reverse(f"improvements:{name}"), {"format": fmt}).status_code == 200


def test_list_count_search_file_and_page_hold_the_same_rows(client, who):
    mine, theirs = make.notice_at(NoticeState.REPLIED, who), make.notice_at(NoticeState.ISSUED, make.cast())
    for user, seen in (
        (who.lead, {mine, theirs}),
        (who.head, {mine}),
        (who.other, set()),
        (who.executive, {mine, theirs}),
    ):
        client.force_login(user)
        url = reverse("improvements:notice_list")
        page = client.get(url)
        assert {row.record for row in page.context["table"].rows} == seen
        assert page.context["number"] == len(seen)
        text = client.get(url, {"format": "csv"})
        body = (b"".join(text.streaming_content) if text.streaming else text.content).decode("utf-8-sig")
        assert {row for row in (mine, theirs) if row.number in body} == seen
        assert {hit.url for hit in search.find(user, "ZG-")} == {row.get_absolute_url() for row in seen}
        assert {row for row in (mine, theirs) if client.get(row.get_absolute_url()).status_code == 200} == seen
        assert set(NoticeReply.objects.visible_to(user)) == ({mine.replies.get()} if mine in seen else set())


def test_filters_find_the_overdue_ones(client, who):
    late = make.notice_at(NoticeState.ISSUED, who, due_at=timezone.now() + timedelta(seconds=2))
    make.notice_at(NoticeState.ISSUED, who)
    later = timezone.now() + timedelta(minutes=5)
    assert list(RectificationNotice.objects.overdue(later)) == [late]
    client.force_login(who.lead)
    for state, n in (("pending", 2), ("any", 2), ("issued", 2), ("closed", 0)):
        assert client.get(reverse("improvements:notice_list"), {"state": state}).context["number"] == n


# Due and reminders -----------------------------------------------------------------------------------


@pytest.mark.parametrize("state, owing", [
    ("draft", {"lead", "second"}), ("issued", {"head"}), ("acknowledged", {"head", "executor"}),
    ("returned", {"head", "executor"}), ("replied", {"lead", "second"}), ("verified", {"lead", "second"}), ("closed", set()),
])  # fmt: skip
def test_each_state_is_due_from_those_who_may_take_the_next_step(who, state, owing):
    row = make.notice_at(NoticeState(state) if state != "draft" else "draft", who)
    people = {name: getattr(who, name) for name in ("head", "executor", "other", "lead", "second", "executive")}
    found = {
        name for name, user in people.items() if row.get_absolute_url() in {item.url for item in home.due_items(user)}
    }
    assert found == owing
    assert {name for name, user in people.items() if home.notices_owed(user).exists()} == owing


def test_tiles_count_open_and_late_notices(who):
    row = make.notice_at(NoticeState.ISSUED, who)
    assert [tile.value for tile in home.tiles(who.head)] == ["1"]
    assert list(home.tiles(who.other)) == []
    assert not row.is_overdue


def overdue_notice(who):
    """Issued with a due moment that has passed since."""
    moment = timezone.now() + timedelta(seconds=1)
    row = make.notice_at(NoticeState.ACKNOWLEDGED, who, due_at=moment)
    while timezone.now() <= moment:
        pass
    return row


def test_an_overdue_notice_is_called_once_to_everybody_concerned(who):
    heard = []
    notice_overdue.connect(lambda sender, notice, **kwargs: heard.append(notice.pk), weak=False, dispatch_uid="test")
    try:
        row = overdue_notice(who)
        quiet = make.notice_at(NoticeState.ISSUED, make.cast(), due_at=timezone.now() + 20 * make.DAY)
        for _run in range(2):
            remind_notices()
    finally:
        notice_overdue.disconnect(dispatch_uid="test")
    row.refresh_from_db()
    told = Message.objects.filter(kind="improvements.notice_due").values_list(
        "to_user", "context__notice", "context__phase"
    )
    assert set(told) == {(user.pk, row.pk, "overdue") for user in (who.head, who.executor, who.lead)}
    assert len(told) == 3
    assert heard == [row.pk]
    assert row.is_overdue and row.overdue_at
    assert Event.objects.of(row).filter(kind="overdue").count() == 1
    assert quiet.overdue_at is None


def test_what_is_due_soon_is_said_once(who):
    row = make.notice_at(NoticeState.ISSUED, who, due_at=timezone.now() + 2 * make.DAY)
    for _run in range(2):
        remind_notices()
    assert [(one.to_user, one.context["phase"]) for one in Message.objects.filter(kind="improvements.notice_due")] == [
        (who.head, "soon")
    ]
    assert row.overdue_at is None


# The report ------------------------------------------------------------------------------------------


def test_the_section_says_what_was_issued_answered_and_sent_back(who, monkeypatch):
    make.notice_at(NoticeState.RETURNED, who)
    overdue_notice(who)
    now = timezone.now()
    monkeypatch.setattr(section, "bounds", lambda period: (now - 100 * make.DAY, now + 100 * make.DAY))
    data = json.loads(json.dumps(section.collect(None)))
    assert (len(data["issued"]), data["due"], data["in_time"], data["returned"], len(data["open"])) == (2, 2, 1, 1, 2)
    for language in ("zh-hans", "en"):
        with override(language):
            assert [one.value for one in section.headlines(data)] == ["2", "50.0", "1", "2"]
            assert all(one.url and one.base for one in section.headlines(data))
            ((_title, headers, rows),) = section.tables(data)
            assert [len(row) for row in rows] == [len(headers)] * 2
            assert [len(section.sentences(data, part)) for part in ("overview", "conclusions", "advice")] == [1, 1, 1]
    assert section.collect(None, who.other.memberships.get().unit) == {}


def test_nothing_to_say_is_said(db):
    assert section.collect(periods.containing(PeriodKind.QUARTER, timezone.localdate())) == {}
    assert (list(section.headlines({})), section.tables({}), len(section.sentences({}, "overview"))) == ([], [], 1)
