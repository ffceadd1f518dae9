"""Rectification notices: the way from draft to closed, what is refused, what the database keeps whoever asks."""

import hashlib
import re
from datetime import timedelta

import pypdfium2
import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from accounts.choices import Role
from accounts.models import User
from accounts.services import people
from core.models import Event
from core.permissions import allows
from core.workflow import InvalidTransition, LostRace
from improvements.choices_supervision import NoticeState
from improvements.models import NoticeCheck, NoticeItem, RectificationNotice
from improvements.services import notices
from notifications.models import Message
from tests.factories import improvements_supervision as make


@pytest.fixture
def who(db):
    return make.cast()


def refused(sql, *values):
    """The application's role is told no by the database itself."""
    with pytest.raises(DatabaseError) as error, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, values)
    return str(error.value)


def told(kind):
    return set(Message.objects.filter(kind=f"improvements.{kind}").values_list("to_user_id", flat=True))


def test_a_discarded_draft_frees_its_observations_and_stays_in_the_history(who):
    row = make.notice_at(NoticeState.DRAFT, who)
    (observation,) = [item.observation for item in row.items.select_related("observation")][:1]
    with pytest.raises(InvalidTransition):
        notices.discard(row, by=who.lead, reason=" ")
    assert row.items.exists()
    notices.discard(row, by=who.lead, reason="与另一份重复")
    assert (row.state, row.number, row.items.count()) == ("discarded", "", 0)
    event = Event.objects.of(row).get(kind="discard")
    assert event.comment == "与另一份重复" and observation.number in event.payload["observations"]
    assert observation in type(observation).objects.free()
    again = notices.draft(
        by=who.lead, unit=who.unit, title="再来", due_at=row.due_at, items=[(observation, "整改", "抽查")]
    )
    assert again.items.get().observation == observation
    assert not allows(who.lead, "improvements.edit_notice", row)
    head = RectificationNotice.objects.visible_to(who.head)
    assert row not in head and again not in head


# The way ---------------------------------------------------------------------------------------------


def test_the_whole_way_with_one_round_more(who):
    row = make.notice_at(NoticeState.RETURNED, who)
    assert (row.round, row.number) == (2, f"ZG-{timezone.localdate().year}-000001")
    first = row.first_replied_at
    make.reply(row, who)
    notices.verify(row, by=who.second, sampled="重抽40件", comment="符合")
    notices.close(row, by=who.lead)
    row.refresh_from_db()
    assert (row.state, row.first_replied_at, row.verified_by, row.closed_by) == ("closed", first, who.second, who.lead)
    assert [one.round for one in row.replies.all()] == [2, 1]
    assert [(one.round, one.result) for one in row.checks.all()] == [(2, "accepted"), (1, "returned")]
    steps = Event.objects.of(row).exclude(to_state="").values_list("kind", "from_state", "to_state")
    assert list(steps) == [
        ("created", "", "draft"), ("issue", "draft", "issued"), ("acknowledge", "issued", "acknowledged"),
        ("reply", "acknowledged", "replied"), ("send_back", "replied", "returned"), ("reply", "returned", "replied"),
        ("verify", "replied", "verified"), ("close", "verified", "closed"),
    ]  # fmt: skip


def test_each_step_tells_those_concerned(who):
    make.notice_at(NoticeState.CLOSED, who)
    assert told("notice_issued") == {who.head.pk}
    assert told("notice_acknowledged") == {who.lead.pk}
    assert told("notice_yours") == {who.executor.pk}
    assert told("notice_replied") == {who.lead.pk, who.second.pk}
    assert told("notice_verified") == told("notice_closed") == {who.head.pk, who.executor.pk}
    row = make.notice_at(NoticeState.RETURNED, who)
    assert told("notice_returned") == {who.head.pk, who.executor.pk}
    assert Message.objects.filter(context__notice=row.pk).count() == 7


def test_a_draft_takes_only_settled_free_observations_of_its_unit(who):
    used = make.draft(who).items.get().observation
    with pytest.raises(InvalidTransition):
        notices.draft(by=who.lead, unit=who.unit, title="x", due_at=timezone.now(), items=make.items_of([used]))
    running = make.observation(make.inspection(who), who)
    with pytest.raises(InvalidTransition):
        notices.draft(by=who.lead, unit=who.unit, title="x", due_at=timezone.now(), items=make.items_of([running]))
    (free,) = make.settled(who)
    elsewhere = who.other.memberships.get().unit
    with pytest.raises(InvalidTransition):
        notices.draft(by=who.lead, unit=elsewhere, title="x", due_at=timezone.now(), items=make.items_of([free]))
    with pytest.raises(InvalidTransition):
        notices.draft(by=who.lead, unit=who.unit, title="x", due_at=timezone.now(), items=[])
    assert RectificationNotice.objects.count() == 1


def test_a_draft_is_rewritten_and_an_issued_notice_is_not(who):
    row, (more,) = make.draft(who), make.settled(who)
    own = row.items.get().observation
    notices.edit(row, by=who.second, title="答疑与证书", items=make.items_of([more, own]))
    assert [one.observation for one in row.items.all()] == [more, own]
    notices.issue(row, by=who.lead)
    with pytest.raises(InvalidTransition):
        notices.edit(row, by=who.lead, title="改", items=make.items_of([own]))


def test_steps_owe_what_they_owe(who):
    late = make.draft(who, due_at=timezone.now() - timedelta(hours=1))
    with pytest.raises(InvalidTransition):
        notices.issue(late, by=who.lead)
    row = make.notice_at(NoticeState.ACKNOWLEDGED, who)
    with pytest.raises(InvalidTransition):
        notices.reply(row, by=who.executor, cause="x", text="y", files=[])
    make.reply(row, who)
    facts = {"by": who.second, "sampled": "x", "due_at": timezone.now() + make.DAY}
    with pytest.raises(InvalidTransition):
        notices.send_back(row, reason=" ", **facts)
    with pytest.raises(InvalidTransition):
        notices.send_back(row, reason="x", **facts | {"due_at": timezone.now()})
    assert (row.state, NoticeCheck.objects.count()) == (NoticeState.REPLIED, 0)


@pytest.mark.parametrize("step", ["acknowledge", "verify", "close"])
def test_no_step_is_left_out(who, step):
    row = make.notice_at(NoticeState.ACKNOWLEDGED if step != "acknowledge" else "draft", who)
    more = {"acknowledge": {"executor": who.executor}, "verify": {"sampled": "x"}, "close": {}}[step]
    with pytest.raises(InvalidTransition):
        getattr(notices, step)(row, by=who.second, **more)


def test_two_on_one_notice_see_each_other(who):
    row = make.notice_at(NoticeState.REPLIED, who)
    seen = row.version
    notices.verify(row, by=who.second, sampled="重抽")
    same = RectificationNotice.objects.get(pk=row.pk)
    with pytest.raises(LostRace):
        notices.close(same, by=who.lead, expected_version=seen)


def test_numbers_have_no_gap_when_an_issue_rolls_back(who, monkeypatch):
    make.notice_at(NoticeState.ISSUED, who)
    broken = make.draft(who)
    monkeypatch.setattr(notices.papers, "make", lambda *args: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        notices.issue(broken, by=who.lead)
    monkeypatch.undo()
    broken.refresh_from_db()
    assert (broken.state, broken.number) == ("draft", "")
    numbers = [make.notice_at(NoticeState.ISSUED, who).number for _n in range(2)]
    assert [number[-6:] for number in numbers] == ["000002", "000003"]


# The paper -------------------------------------------------------------------------------------------


def flat(text):
    return re.sub(r"\s+", "", text)


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_paper_says_what_the_frozen_words_say(who, language):
    row = make.notice_at(NoticeState.ISSUED, who, n=2, note="请同步报人力资源部。")
    paper = row.files.get(language=language)
    with paper.file.open("rb") as file:
        content = file.read()

    assert hashlib.sha256(content).hexdigest() == paper.sha256
    text = flat("".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(content)))
    words = row.words[{"zh-hans": "zh", "en": "en"}[language]]
    said = [
        words[name] for name in ("sender", "number", "issuer", "subject", "unit", "intro", "due", "note", "day")
    ] + [*words["problems"], *words["rules"], *(cell for line in words["requirements"] for cell in line)]
    assert [one for one in said if flat(one) not in text] == []
    assert len(words["problems"]) == 2
    assert row.number in text


# Who may -------------------------------------------------------------------------------------------


def test_rules_keep_duties_apart(who):
    row = make.notice_at(NoticeState.REPLIED, who)
    people_of = {
        "head": who.head,
        "executor": who.executor,
        "other": who.other,
        "lead": who.lead,
        "executive": who.executive,
    }
    assert {name for name, user in people_of.items() if allows(user, "improvements.check_notice", row)} == {"lead"}
    notices.verify(row, by=who.second, sampled="重抽")
    assert {name for name, user in people_of.items() if allows(user, "improvements.close_notice", row)} == {"lead"}


def test_only_the_head_confirms_and_only_the_unit_answers(who):
    row = make.notice_at(NoticeState.ISSUED, who)
    able = [
        user
        for user in (who.head, who.executor, who.other, who.lead)
        if allows(user, "improvements.acknowledge_notice", row)
    ]
    assert able == [who.head]
    notices.acknowledge(row, by=who.head, executor=who.executor)
    able = [
        user
        for user in (who.head, who.executor, who.other, who.lead)
        if allows(user, "improvements.answer_notice", row)
    ]
    assert able == [who.head, who.executor]


def of_the_unit(who):
    """A supervisor who belongs to the responsible unit, one who took part, and a superuser of the portal who did both."""
    own = make.supervisor(unit=who.unit)
    boss = make.supervisor(is_head=False)
    User.objects.filter(pk=boss.pk).update(is_superuser=True, is_staff=True)
    boss = User.objects.get(pk=boss.pk)
    return own, boss


def test_nobody_verifies_or_closes_their_own_not_even_a_superuser(who):
    own, boss = of_the_unit(who)
    row = make.notice_at(NoticeState.ISSUED, who)
    notices.acknowledge(row, by=who.head, executor=boss)
    make.reply(row, who)
    for user in (own, boss, who.head, who.executor):
        assert not allows(user, "improvements.check_notice", row)
        for act in (
            notices.verify,
            lambda *args, **more: notices.send_back(*args, reason="x", due_at=row.due_at, **more),
        ):
            with pytest.raises(InvalidTransition):
                act(row, by=user, sampled="自己看过了")
        raw = "INSERT INTO improvements_noticecheck (notice_id, round, result, sampled, comment, by_id, at) VALUES (%s, 1, 'accepted', 'x', '', %s, now())"
        assert "verification refused" in refused(raw, row.pk, user.pk)
    notices.verify(row, by=who.second, sampled="重抽")
    for user in (own, boss, who.head):
        with pytest.raises(InvalidTransition):
            notices.close(row, by=user)
        raw = "UPDATE improvements_rectificationnotice SET state = 'closed', closed_at = now(), closed_by_id = %s WHERE id = %s"
        assert "cannot close it" in refused(raw, user.pk, row.pk)


def test_the_database_takes_no_short_cut(who):
    row = make.notice_at(NoticeState.REPLIED, who)
    table = "improvements_rectificationnotice"
    verified = f"UPDATE {table} SET state = 'verified', verified_at = now(), verified_by_id = %s WHERE id = %s"
    assert "nobody verified it" in refused(verified, who.second.pk, row.pk)
    closed = f"UPDATE {table} SET state = 'closed', closed_at = now(), closed_by_id = %s WHERE id = %s"
    refused(closed, who.second.pk, row.pk)
    issued = make.notice_at(NoticeState.ISSUED, who)
    refused(
        f"UPDATE {table} SET state = 'draft', number = '', issued_at = NULL, issued_by_id = NULL WHERE id = %s",
        issued.pk,
    )
    refused(
        f"UPDATE {table} SET state = 'replied', replied_at = now(), acknowledged_at = now() WHERE id = %s", issued.pk
    )


@pytest.mark.parametrize("column, value", [
    ("title", "'改'"), ("due_at", "now() + interval '90 days'"), ("words", "'{}'"), ("note", "'改'"), ("number", "'ZG-1'"),
    ("unit_id", "unit_id + 1"), ("issued_at", "now()"), ("issued_by_id", "drafted_by_id + 1"),
])  # fmt: skip
def test_an_issued_notice_is_frozen(who, column, value):
    row = make.notice_at(NoticeState.ISSUED, who)
    assert "frozen" in refused(f"UPDATE improvements_rectificationnotice SET {column} = {value} WHERE id = %s", row.pk)


def test_what_hangs_on_an_issued_notice_is_frozen_too(who):
    row = make.notice_at(NoticeState.RETURNED, who)
    refused("DELETE FROM improvements_rectificationnotice WHERE id = %s", row.pk)
    for table in ("noticeitem", "noticereply", "noticecheck", "noticefile"):
        refused(f"DELETE FROM improvements_{table} WHERE notice_id = %s", row.pk)
    refused("UPDATE improvements_noticeitem SET requirement = '' WHERE notice_id = %s", row.pk)
    refused("UPDATE improvements_noticereply SET text = '' WHERE notice_id = %s", row.pk)
    refused("UPDATE improvements_noticecheck SET result = 'accepted' WHERE notice_id = %s", row.pk)
    refused("UPDATE improvements_noticefile SET sha256 = '' WHERE notice_id = %s", row.pk)
    (free,) = make.settled(who)
    refused(
        "INSERT INTO improvements_noticeitem (notice_id, no, observation_id, requirement, criterion) VALUES (%s, 9, %s, 'x', 'x')",
        row.pk, free.pk,
    )  # fmt: skip
    refused("UPDATE improvements_rectificationnotice SET first_replied_at = now() WHERE id = %s", row.pk)
    assert NoticeItem.objects.filter(notice=row).count() == 1


def test_supervisors_write_nothing_of_the_unit(who):
    both = make.supervisor(unit=who.unit)
    people.edit(both, by=who.executive, roles=[Role.SUPERVISOR, Role.DEPARTMENT_USER])
    both = User.objects.get(pk=both.pk)
    row = make.notice_at(NoticeState.ACKNOWLEDGED, who)
    assert not both.has_perm("improvements.reply_notice")
    assert not allows(both, "improvements.answer_notice", row)
