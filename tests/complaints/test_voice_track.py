"""Progress by number and code: what customers read at every stage, and what nobody ever reads there."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone
from django.utils.translation import override

from complaints.choices import Decision, State
from complaints.codes import code_for
from complaints.models import Complaint, Cycle
from complaints.public.words import moment, written
from complaints.services import (
    assessment,
    call_backs,
    conversations,
    cycles,
    ending,
    enquiries,
    handling,
    merging,
    replies,
    suggestions,
)
from tests.factories.clocks import paused
from tests.factories.complaints import ASSESSED, REPLY, decide, fresh, make_complaint

pytestmark = pytest.mark.django_db
TRACK = "/voice/track/"
KEY = "0123456789abcdef"
COUNTERS = """
SELECT relname, n_tup_ins, n_tup_upd, n_tup_del FROM pg_stat_xact_user_tables WHERE n_tup_ins + n_tup_upd + n_tup_del > 0
"""
SAID = {
    "title": "张老师迟到半小时", "text": "我是刘芳芳，电话13812345678，身份证3101", "channel": "web",
    "complainant": {"name": "刘芳芳", "phone": "13812345678", "email": "fangfang@example.com", "consent": True},
}  # fmt: skip
INTERNAL = ["内部甲", "内部乙", "内部丙", "内部丁", "内部戊", "内部己", "内部庚", "内部辛", "内部壬", "内部癸"]


def by_web(**fields):
    return make_complaint(**SAID | {"form_key": KEY} | fields)


def ask(complaint, *, code=None, client=None, **fields):
    sent = {"number": complaint.number, "code": code or written(code_for(KEY))} | fields
    return (client or Client()).post(TRACK, sent)


def text_of(page):
    return page.content.decode()


def marks(page):
    """(tone, title, text) of every step on the page."""
    found = re.findall(r'<li class="(\w+)"[^>]*><b>(.*?)</b>(?:<p>(.*?)</p>)?</li>', text_of(page))
    assert found, text_of(page)
    return found


def taken(complaint, crew):
    assessment.accept(complaint, by=crew.lead, comment=INTERNAL[0], **ASSESSED)
    handling.assign(complaint, by=crew.lead, unit=crew.department, handler=crew.handler, note=INTERNAL[1])
    handling.take(complaint, by=crew.handler)
    conversations.log(complaint, by=crew.handler, summary=INTERNAL[2])
    handling.determine(
        complaint, by=crew.handler, verdict="justified", facts=INTERNAL[3], cause="process", remedy=INTERNAL[4]
    )


def approved(complaint, crew):
    replies.draft(complaint, by=crew.handler, form="phone", **REPLY)
    replies.submit(complaint, by=crew.handler, comment=INTERNAL[5])
    replies.approve(complaint, by=crew.lead, comment=INTERNAL[6])


def told(complaint, crew):
    replies.record_told(complaint, by=crew.handler, summary=INTERNAL[7])


def assert_nothing_leaks(page, crew):
    text = text_of(page)
    people = [crew.agent, crew.caller, crew.lead, crew.second, crew.handler, crew.other]
    secret = [
        *INTERNAL,
        SAID["title"],
        SAID["text"],
        "刘芳芳",
        "13812345678",
        "138****5678",
        "fangfang",
        "f***@",
        "3101",
    ]
    secret += [name for one in people for name in (one.username, one.name_zh, one.name_en, one.email) if name]
    assert [words for words in secret if words in text] == []


def test_the_way_of_a_complaint_in_the_customers_words(crew):
    complaint = by_web()
    page = ask(complaint)
    due, registered = moment(complaint.cycle.result_due), moment(complaint.received_at)
    assert [(tone, title) for tone, title, _text in marks(page)] == [
        ("done", "已登记"), ("now", "首次答复"), ("todo", "查明情况"), ("todo", "处理结果"), ("todo", "回访，问您是否解决"),
    ]  # fmt: skip
    assert registered in text_of(page) and f"{due}前" in text_of(page)
    taken(complaint, crew)
    page = ask(complaint)
    assert [mark[0] for mark in marks(page)] == ["done", "done", "now", "todo", "todo"]
    assert marks(page)[2][2] == crew.department.name_zh
    approved(complaint, crew)
    page = ask(complaint)
    assert REPLY["result"] not in text_of(page)  # approved, not told yet
    told(complaint, crew)
    page = ask(complaint)
    assert all(text in text_of(page) for text in REPLY.values())
    assert [mark[0] for mark in marks(page)] == ["done", "done", "done", "done", "now"]
    call_backs.log(complaint, by=crew.caller, reached=True, resolved=True, score=5, comment=INTERNAL[8])
    page = ask(complaint)
    assert [mark[0] for mark in marks(page)] == ["done"] * 5
    assert marks(page)[4][1:] == ("已办结", f"{moment(fresh(complaint).cycle.closed_at)} · 您说问题已解决。")


def test_nothing_internal_and_nothing_personal_at_any_stage(crew):
    complaint = by_web()
    steps = [lambda: None, lambda: taken(complaint, crew), lambda: approved(complaint, crew), lambda: told(complaint, crew),
             lambda: call_backs.log(complaint, by=crew.caller, reached=True, resolved=False, score=1, comment=INTERNAL[8])]  # fmt: skip
    for step in steps:
        step()
        for language in ("zh-hans", "en"):
            assert_nothing_leaks(ask(complaint, language=language), crew)


def test_handled_again_keeps_what_was_told_and_runs_a_new_clock(crew):
    complaint = by_web()
    taken(complaint, crew)
    approved(complaint, crew)
    told(complaint, crew)
    call_backs.log(complaint, by=crew.caller, reached=True, resolved=True, score=2)
    cycles.reopen(complaint, by=crew.lead, comment=INTERNAL[9])
    page = ask(complaint)
    assert [mark[:2] for mark in marks(page)][:3] == [("done", "已登记"), ("done", "重新办理"), ("now", "首次答复")]
    assert REPLY["result"] in text_of(page)
    assert_nothing_leaks(page, crew)


@pytest.mark.parametrize("end", ["decline", "void", "withdraw"])
def test_ends_without_an_answer_do_not_tell_the_inner_reason(crew, end):
    complaint = by_web()
    if end == "withdraw":
        ending.withdraw(complaint, by=crew.agent, comment=INTERNAL[0])
    else:
        ending.ask(complaint, by=crew.lead, ending=end, reason=INTERNAL[1])
        ending.grant(complaint, by=crew.second)
    page = ask(complaint)
    titles = {"decline": "未受理", "void": "未办理即关闭", "withdraw": "已撤回"}
    assert [mark[:2] for mark in marks(page)] == [("done", "已登记"), ("done", titles[end])]
    assert_nothing_leaks(page, crew)


def act(way, complaint, **fields):
    return Client().post(f"{TRACK}{way}/", {"number": complaint.number, "code": written(code_for(KEY))} | fields)


def test_a_customer_takes_it_back_while_it_is_paused_and_not_while_others_hang_on_it(crew):
    complaint, other = by_web(), make_complaint(crew.agent)
    taken(complaint, crew)
    merging.merge(other, by=crew.lead, master=complaint, mass_event="停电", comment=INTERNAL[5])
    paused(complaint, crew, f"{timezone.localdate() + timedelta(days=1)}")
    refused = act("take-back", complaint, sure="1")
    assert (refused.status_code, fresh(complaint).state) == (409, State.SUSPENDED)
    assert "无法在此撤回" in text_of(refused)
    assert_nothing_leaks(refused, crew)
    merging.ask_unmerge(fresh(other), by=crew.lead, reason=INTERNAL[6])
    merging.unmerge(fresh(other), by=crew.second)
    assert act("take-back", complaint, sure="1").status_code == 200
    assert (fresh(complaint).state, act("add", complaint, text="再问一句").status_code) == (State.WITHDRAWN, 409)


def test_a_suggestion_shows_its_decision_once_the_proposer_was_told(crew):
    complaint = by_web(kind="suggestion")
    suggestions.pass_on(complaint, by=crew.agent, unit=crew.department, handler=crew.handler, note=INTERNAL[0])
    decide(complaint, crew, "adopted", reason_zh="需求很明确", reason_en="The need is quite clear")
    assert "需求很明确" not in text_of(ask(complaint))
    suggestions.close(complaint, by=crew.agent, summary=INTERNAL[1])
    page = ask(complaint)
    with override("zh-hans"):
        assert marks(page)[2][1] == Decision.ADOPTED.label
    assert "需求很明确" in text_of(page)
    assert "The need is quite clear" in text_of(ask(complaint, language="en"))
    assert_nothing_leaks(page, crew)


def test_a_deferred_suggestion_says_when_it_is_looked_at_again(crew):
    complaint = by_web(kind="suggestion")
    suggestions.pass_on(complaint, by=crew.agent, unit=crew.department, handler=crew.handler)
    day = timezone.localdate() + timedelta(days=60)
    decision = decide(complaint, crew, "deferred", review_on=day)
    suggestions.mark_told(complaint.pk, decision.decided_at.isoformat(), timezone.now())
    page = ask(complaint)
    assert marks(page)[-1][:2] == ("now", "再次研究") and f"{day.year}年{day.month}月{day.day}日" in marks(page)[-1][2]


def test_an_enquiry_ends_with_its_answer(crew):
    complaint = by_web(kind="enquiry")
    assert [mark[1] for mark in marks(ask(complaint))] == ["已登记", "首次答复", "已答复"]
    enquiries.answer(complaint, by=crew.agent, text=INTERNAL[0])
    page = ask(complaint)
    assert [mark[0] for mark in marks(page)] == ["done"] * 3
    assert_nothing_leaks(page, crew)


def test_a_broken_promise_is_said_plainly(crew):
    complaint = by_web()
    past = timezone.now() - timedelta(days=9)
    Complaint.objects.filter(pk=complaint.pk)
    Cycle.objects.filter(pk=complaint.cycle_id).update(
        started_at=past, response_due=past + timedelta(days=1), result_due=past + timedelta(days=4)
    )
    assert "比承诺的时间晚了" in text_of(ask(complaint)) and "400-555-0123" in text_of(ask(complaint))


def test_wrong_number_and_wrong_code_look_alike(crew):
    complaint, by_staff = by_web(), make_complaint(crew.agent)
    wrong = [
        ask(complaint, code="2222-2222", number="TS-2026-000001"),
        ask(complaint, number="TS-2026-999999"), ask(by_staff), ask(by_staff, code="-"),
    ]  # fmt: skip
    assert [page.status_code for page in wrong] == [404] * 4
    shown = {re.sub(r'value="[^"]*"', "", text_of(page)) for page in wrong}
    assert len(shown) == 1 and "编号与查询码对不上" in shown.pop()
    assert complaint.state == State.REGISTERED


def test_number_and_code_may_be_typed_freely(crew):
    complaint = by_web()
    code = code_for(KEY).lower()
    assert ask(complaint, number=f" {complaint.number.lower()} ", code=f"{code[:4]} {code[4:]}").status_code == 200
    full = "".join(chr(ord(sign) + 0xFEE0) for sign in code_for(KEY))
    assert ask(complaint, code=full).status_code == 200


@pytest.mark.parametrize(
    "fields", [{"number": ""}, {"code": " "}, {"number": "TS\x00"}, {"code": "A" * 41}, {"number": "＇；--"}]
)
def test_odd_words_are_answered_and_kept(crew, fields):
    page = ask(by_web(), **fields)
    assert page.status_code in (404, 422)
    assert 'role="alert"' in text_of(page)


def test_guessing_is_slowed_for_one_network_and_right_codes_do_not_get_past(crew, settings):
    settings.TRACKING_OF_NETWORK_PER_10_MINUTES = 5
    settings.PROXY_COUNT = 0
    complaint, guesser = by_web(), Client(REMOTE_ADDR="203.0.113.9")
    found = [ask(complaint, code=f"AAAA-AAA{n}", client=guesser).status_code for n in range(2, 9)]
    assert found == [404] * 5 + [429] * 2
    page = ask(complaint, client=guesser)
    assert page.status_code == 429 and 60 < int(page.headers["Retry-After"]) <= 120
    assert complaint.number in text_of(page)  # what was typed is still there
    assert ask(complaint, client=Client(REMOTE_ADDR="198.51.100.7")).status_code == 200


def test_guessing_is_slowed_without_the_shared_cache_too(crew, settings, monkeypatch):
    from redis.exceptions import ConnectionError as Away

    from core import doors

    def away(*_):
        raise Away

    monkeypatch.setattr(doors, "_take_shared", away)
    settings.TRACKING_OF_NETWORK_PER_10_MINUTES = 3
    complaint, guesser = by_web(), Client(REMOTE_ADDR="203.0.113.77")
    assert [ask(complaint, client=guesser).status_code for _n in range(5)] == [200] * 3 + [429] * 2


def test_looking_writes_nothing_and_keeps_the_code_out_of_addresses(crew, client):
    complaint = by_web()
    with connection.cursor() as cursor:
        cursor.execute(COUNTERS)
        before = cursor.fetchall()
        for page in (
            client.get(TRACK),
            client.get(TRACK, {"number": complaint.number, "lang": "en"}),
            client.head(TRACK),
            ask(complaint),
        ):
            assert page.status_code == 200
        cursor.execute(COUNTERS)
        assert cursor.fetchall() == before
    page = client.get(TRACK, {"number": complaint.number, "code": code_for(KEY)})
    assert complaint.number in text_of(page) and code_for(KEY) not in text_of(page)
    assert page.headers["Cache-Control"] == "no-store"


def test_progress_in_english_and_the_language_stays(crew, client):
    complaint = by_web()
    page = ask(complaint, client=client, language="en")
    assert [mark[1] for mark in marks(page)][:2] == ["Registered", "First response"]
    assert "How far is it?" in text_of(client.get(TRACK))


def test_few_queries(crew, django_assert_max_num_queries):
    complaint = by_web()
    taken(complaint, crew)
    with django_assert_max_num_queries(5):
        ask(complaint)
