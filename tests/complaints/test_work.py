"""Working a record: facts, departments, measures, merging, recovery, the customer's word, suggestions in effect; by the database too."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection, transaction
from django.db.utils import IntegrityError
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from accounts.choices import Role
from complaints import papers, priorities
from complaints.choices import CodeList, Outcome, Part, RecoveryState, State
from complaints.codes import code_for
from complaints.models import CodeEntry, Complaint, CustomerRemark, Merge, Reply, ReplyTemplate, ThreadPost
from complaints.selectors import code_lists as lists
from complaints.selectors.merging import first_proposer
from complaints.services import (
    assessment,
    call_backs,
    code_lists,
    ending,
    facts,
    handling,
    implementing,
    measures,
    merging,
    people,
    recovery,
    remarks,
    replies,
    reply_templates,
    suggestions,
    together,
    watching,
)
from complaints.views.work import roles_of
from complaints.workflows import TABLES
from core.due import items_for
from core.permissions import allows
from core.workflow import InvalidTransition
from notifications.models import Message, Notice
from tests.factories import customers as make
from tests.factories.complaints import (
    ASSESSED,
    FOUND,
    REPLY,
    complaint_at,
    decide,
    fresh,
    hand_in,
    make_complaint,
    suggestion_at,
)

pytestmark = pytest.mark.django_db
KEY = "0123456789abcdef"
SOON = timedelta(days=3)


def refused(act, *args, **kwargs):
    """The sentence of the refusal; nothing of it is stored."""
    with pytest.raises(InvalidTransition) as said, transaction.atomic():
        act(*args, **kwargs)
    return str(said.value)


def by_sql(statement, *values):
    """Whether the database itself refused."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement, values)
    except IntegrityError:
        return False
    return True


def verified(complaint, crew):
    return facts.verify(complaint, by=crew.handler, means="records", found="考勤表显示讲师缺席", discussed=True)


def planned(complaint, crew, **fields):
    given = {
        "what": "补课",
        "unit": crew.department,
        "person": crew.other,
        "effect": "学时补足",
        "due_on": timezone.localdate() + SOON,
    }
    return measures.plan(complaint, by=crew.handler, **given | fields)


# Assessment -------------------------------------------------------------------------------------------


def test_priority_follows_from_severity_scope_and_tier():
    found = {
        case: priorities.priority(*case).value
        for case in (
            ("critical", "one", ""), ("critical", "one", "important"), ("major", "one", "general"), ("major", "one", "important"),
            ("minor", "one", "potential"), ("minor", "wide", "important"), ("", "", "important"), ("", "", "", "suggestion"),
        )
    }  # fmt: skip
    assert list(found.values()) == ["P1", "P1", "P2", "P1", "P3", "P1", "P2", "P4"]


def test_an_important_customer_comes_sooner_and_a_lead_may_say_otherwise(crew):
    complaint = make_complaint(crew.agent, customer=make.make_customer(unit=crew.desk, tier="important"))
    before = complaint.priority
    assessment.accept(complaint, by=crew.lead, **ASSESSED)
    given = fresh(complaint).priority
    assessment.reassess(complaint, by=crew.lead, severity="minor", priority="P4")
    assert (before, given, fresh(complaint).priority) == ("P2", "P1", "P4")


def test_lists_grow_and_retire_and_old_records_keep_their_words(crew, as_lead):
    code_lists.add("category", by=crew.lead, code="delivery", name_zh="配送问题", name_en="Delivery")
    complaint = make_complaint(crew.agent)
    assessment.accept(complaint, by=crew.lead, **ASSESSED | {"category": "delivery"})
    code_lists.retire("category", "delivery", by=crew.lead, comment="并入服务质量")
    code_lists.retire("category", "price", by=crew.lead, comment="不再使用")
    chosen = [code for code, _words in lists.choices("category")]
    assert ("delivery" in chosen, "price" in chosen, len(chosen)) == (False, False, 6)
    assert ("delivery", fresh(complaint).get_category_display()) == (
        lists.choices("category", "delivery")[-1][0],
        "配送问题",
    )
    assert as_lead.get("/complaints/?category=delivery&view=all").status_code == 200
    code_lists.restore("category", "price", by=crew.lead)
    assert "price" in dict(lists.choices("category"))


def test_words_of_a_list_never_change_and_nothing_is_deleted(crew):
    row = code_lists.add("law", by=crew.lead, code="civil", name_zh="民法典", name_en="Civil code")
    assert [
        by_sql("UPDATE complaints_codeentry SET name_zh = 'x' WHERE id = %s", row.pk),
        by_sql("UPDATE complaints_codeentry SET retired_at = now() WHERE id = %s", row.pk),
        by_sql("INSERT INTO complaints_conductviolation (complaint_id, conduct, by_id, at) VALUES (%s, 'rude', %s, now())",
               make_complaint(crew.agent).pk, crew.agent.pk),
    ] == [False, True, False]  # fmt: skip
    assert refused(code_lists.add, "law", by=crew.lead, code="civil", name_zh="甲", name_en="a")
    assert refused(code_lists.add, "law", by=crew.lead, code="Bad Code", name_zh="甲", name_en="a")


def test_law_and_conduct_are_noted_once(crew):
    complaint = make_complaint(crew.agent)
    for _twice in range(2):
        facts.cite(complaint, by=crew.agent, code="consumer", clause="第二十四条")
        facts.note_conduct(complaint, by=crew.agent, conduct=["gift", "missed"])
    assert (complaint.citations.count(), sorted(complaint.violations.values_list("conduct", flat=True))) == (
        1,
        ["gift", "missed"],
    )


def test_facts_come_before_a_measure(crew):
    """CMP-28: verified in detail before a solution is set."""
    complaint = complaint_at(State.HANDLING, crew)
    refused(planned, complaint, crew)
    verified(complaint, crew)
    assert planned(complaint, crew).result == "planned"


# Departments ------------------------------------------------------------------------------------------


def test_departments_handle_jointly_and_only_they_read_the_thread(crew):
    """CMP-16, 48"""
    kitchen = make.make_unit("HQ2", crew.office)
    cook = make.make_person(Role.DEPARTMENT_USER, unit=kitchen)
    complaint = complaint_at(State.HANDLING, crew)
    unseen = Complaint.objects.visible_to(cook).filter(pk=complaint.pk).exists()
    together.escalate(complaint, by=crew.handler, lead=crew.department, units=[kitchen], comment="涉及两个部门")
    together.post(complaint, by=cook, text="厨房已核对")
    readers = {
        name: ThreadPost.objects.visible_to(one).count()
        for name, one in (("cook", cook), ("handler", crew.handler), ("lead", crew.lead), ("agent", crew.agent))
    }
    assert unseen is False
    assert readers == {"cook": 1, "handler": 1, "lead": 1, "agent": 0}
    assert Complaint.objects.visible_to(crew.agent).filter(pk=complaint.pk).exists()
    assert "厨房已核对" not in page(crew.agent, complaint)
    assert "厨房已核对" in page(cook, complaint)
    together.release(complaint, by=crew.handler, unit=kitchen, comment="已提供数据")
    assert Complaint.objects.visible_to(cook).filter(pk=complaint.pk).exists() is False


def page(user, complaint):
    client = Client()
    client.force_login(user)
    return client.get(complaint.get_absolute_url()).content.decode()


def test_a_disagreement_holds_the_reply_until_somebody_else_settles_it(crew):
    complaint = complaint_at(State.HANDLING, crew)
    together.escalate(complaint, by=crew.handler, lead=crew.department, comment="责任不清")
    raised = together.disagree(complaint, by=crew.lead, text="双方都认为不是自己的责任")
    with pytest.raises(InvalidTransition), transaction.atomic():
        hand_in(complaint, crew)
    refused(together.settle, complaint, by=crew.lead, post=raised, text="自己说了算")
    together.settle(complaint, by=crew.second, post=raised, text="教务承担，运营协助")
    refused(together.settle, complaint, by=crew.second, post=raised, text="再来一次")
    hand_in(fresh(complaint), crew)
    assert fresh(complaint).state == State.REVIEW


def test_one_department_is_in_the_lead(crew):
    complaint = complaint_at(State.HANDLING, crew)
    together.escalate(complaint, by=crew.handler, lead=crew.department, units=[crew.desk], comment="复杂")
    together.escalate(complaint, by=crew.lead, lead=crew.desk, units=[crew.department], comment="换牵头部门")
    assert list(complaint.involvements.active().filter(is_lead=True).values_list("unit", flat=True)) == [crew.desk.pk]
    assert refused(together.release, complaint, by=crew.lead, unit=crew.desk, comment="x")


def test_a_measure_is_followed_until_done_and_then_stands(crew):
    """CMP-17, 18"""
    complaint = complaint_at(State.HANDLING, crew)
    verified(complaint, crew)
    measure = planned(complaint, crew)
    owed = [item.act for item in items_for(crew.other)]
    measures.settle(complaint, by=crew.other, measure=measure, result="done", note="已补课4学时")
    refused(measures.settle, complaint, by=crew.other, measure=measure, result="not_done", note="x")
    with translation.override("en"):
        assert "Carry out the measure" in [str(act) for act in owed] or len(owed) == 1
    assert (measure.result, by_sql("UPDATE complaints_handlingmeasure SET note = 'x'")) == ("done", False)


def test_a_second_return_needs_a_lead(crew):
    complaint = complaint_at(State.ASSIGNED, crew)
    first = allows(crew.handler, "complaints.give_back", fresh(complaint))
    handling.give_back(complaint, by=crew.handler, comment="不归我们")
    handling.assign(complaint, by=crew.lead, unit=crew.department, handler=crew.handler)
    again = [allows(one, "complaints.give_back", fresh(complaint)) for one in (crew.handler, crew.lead)]
    assert (first, again) == (True, [False, True])


# Whom it is about -------------------------------------------------------------------------------------


def test_whom_it_is_about_decides_nothing_of_it(crew):
    """S1, S3: also by raw SQL."""
    complaint = make_complaint(crew.agent, concerned=[crew.second])
    ending.ask(complaint, by=crew.lead, ending="void", reason="重复")
    refused(ending.grant, complaint, by=crew.second)
    made = recovery.propose(
        complaint, by=crew.lead, reason="不满", remedy="compensation", detail="赔付", amount=Decimal(900)
    )
    refused(recovery.grant, complaint, by=crew.second, recovery=made)
    assert [
        by_sql(
            "UPDATE complaints_endrequest SET granted = true, decided_by_id = %s, decided_at = now()", crew.second.pk
        ),
        by_sql("UPDATE complaints_recovery SET approved_by_id = %s, approved_at = now()", crew.second.pk),
        by_sql("UPDATE complaints_recovery SET approved_by_id = %s, approved_at = now()", crew.lead.pk),
        by_sql("UPDATE complaints_recovery SET state = 'approved'"),
    ] == [False, False, False, False]
    refused(measures.plan, complaint_at(State.HANDLING, crew, concerned=[crew.second]), by=crew.handler, what="x", unit=crew.desk,
            person=crew.second, due_on=timezone.localdate(), effect="y")  # fmt: skip


# Merging ----------------------------------------------------------------------------------------------


def test_a_merged_record_lends_its_clock_and_takes_no_more_work(crew):
    """M1, T1"""
    now = timezone.now()
    early = make_complaint(crew.agent, received_at=now - timedelta(hours=30))
    master = complaint_at(State.HANDLING, crew)
    due, started = master.cycle.result_due, early.cycle.started_at
    merging.merge(early, by=crew.lead, master=master, comment="同一件事")
    row = fresh(master)
    assert (row.cycle.started_at, row.cycle.result_due <= due, watching.differences()[1]) == (started, True, [])
    assert (early.state, fresh(early).cycle.outcome) == (State.MERGED, Outcome.MERGED)
    assert Message.objects.filter(kind="complaints.merged").count() == 1
    assert list(Notice.objects.filter(kind="complaints.merged_in").values_list("user", flat=True)) == [crew.handler.pk]
    unit, person = crew.department.pk, crew.handler.pk
    assert [
        by_sql("INSERT INTO complaints_assignment (cycle_id, unit_id, handler_id, note, by_id, at) VALUES (%s, %s, %s, '', %s, now())",
               early.cycle_id, unit, person, person),
        by_sql("INSERT INTO complaints_involvement (complaint_id, unit_id, is_lead, task, by_id, at) VALUES (%s, %s, false, '', %s, now())",
               early.pk, unit, person),
        by_sql("INSERT INTO complaints_merge (complaint_id, master_id, mass_event, reason, before, undo_reason, by_id, at) "
               "VALUES (%s, %s, 'x', 'x', 'registered', '', %s, now())", make_complaint(crew.agent).pk, early.pk, crew.lead.pk),
        by_sql("INSERT INTO complaints_merge (complaint_id, master_id, mass_event, reason, before, undo_reason, by_id, at) "
               "VALUES (%s, %s, 'x', 'x', 'registered', '', %s, now())", master.pk, make_complaint(crew.agent).pk, crew.lead.pk),
    ] == [False, False, False, False]  # fmt: skip


def test_what_is_not_merged(crew):
    stranger = {"name": "王强", "phone": "13900001111", "email": "wang@example.com"}
    one, other = make_complaint(crew.agent), make_complaint(crew.agent, complainant=stranger)
    merge = {"by": crew.lead, "comment": "停电"}
    assert refused(merging.merge, one, master=other, **merge)
    assert refused(merging.merge, one, master=one, **merge)
    assert refused(merging.merge, one, master=suggestion_at(State.REGISTERED, crew), **merge)
    assert refused(merging.merge, one, master=complaint_at(State.CLOSED, crew), **merge)
    merging.merge(one, master=other, mass_event="11月停电", **merge)
    assert refused(merging.merge, other, master=make_complaint(crew.agent), **merge)
    assert refused(merging.merge, make_complaint(crew.agent), master=one, **merge)
    assert refused(ending.withdraw, other, by=crew.agent, comment="撤回")
    assert Merge.objects.active().count() == 1


def test_two_people_take_it_apart_and_its_clock_never_stopped(crew):
    one, master = complaint_at(State.ACCEPTED, crew), make_complaint(crew.agent)
    started = one.cycle.started_at
    merging.merge(one, by=crew.lead, master=master, comment="同一件事")
    merging.ask_unmerge(one, by=crew.lead, reason="其实是另一件")
    refused(merging.unmerge, one, by=crew.lead)
    assert by_sql("UPDATE complaints_merge SET undone_by_id = undo_by_id, undone_at = now()") is False
    merging.unmerge(one, by=crew.second)
    row = fresh(one)
    assert (row.state, row.cycle.n, row.cycle.started_at, row.cycle.closed_at) == (State.ACCEPTED, 2, started, None)
    assert by_sql("UPDATE complaints_merge SET undone_at = NULL, undone_by_id = NULL") is False


def test_customers_of_a_mass_event_get_the_reply_and_keep_their_view(crew):
    part = make_complaint(
        None,
        channel="web",
        form_key=KEY,
        complainant={"name": "王强", "phone": "13900001111", "email": "w@example.com"},
    )
    master = complaint_at(State.HANDLING, crew)
    merging.merge(part, by=crew.lead, master=master, comment="停电", mass_event="11月停电")
    before = track(part).content.decode()
    hand_in(master, crew)
    replies.approve(master, by=crew.lead)
    replies.record_told(master, by=crew.handler, summary="电话告知")
    after = track(part).content.decode()
    assert (master.number in before, REPLY["result"] in before, REPLY["result"] in after) == (True, False, True)
    assert (master.title in after, master.text in after, "刘芳" in after) == (False, False, False)
    assert Message.objects.filter(kind="complaints.merged_reply", context__complaint=part.pk).count() == 1


# Replies ----------------------------------------------------------------------------------------------


def test_a_mail_that_comes_back_opens_the_task_and_the_clock_again(crew):
    complaint = complaint_at(State.REPLIED, crew, form="mail")
    reply = Reply.objects.get(cycle=complaint.cycle)
    replies.mark_sent(reply.pk, timezone.now())
    told = fresh(complaint).cycle.replied_at
    for _twice in range(2):
        replies.mark_failed(reply.pk, "550 no such user")
    row = fresh(complaint)
    assert (bool(told), row.cycle.replied_at, Reply.objects.get().sent_at) == (True, None, None)
    assert allows(crew.handler, "complaints.tell_reply", row)
    assert [item.number for item in items_for(crew.handler)] == [complaint.number]
    replies.record_told(row, by=crew.handler, summary="改为电话告知")
    assert fresh(complaint).cycle.replied_at is not None


def test_a_template_fills_the_draft_in_the_customers_language(crew, client):
    texts = {
        f"{part}_{language}": f"{part} {language} {{number}}"
        for part in ReplyTemplate.PARTS
        for language in ("zh", "en")
    }
    template = reply_templates.create(by=crew.lead, name_zh="通用", name_en="General", category="", **texts)
    complaint = complaint_at(State.HANDLING, crew, language="en")
    client.force_login(crew.handler)
    found = client.get(
        reverse("complaints:act", args=[complaint.pk, "draft"]), {"template": template.pk}
    ).content.decode()
    assert f"measures en {complaint.number}" in found
    assert "measures zh" not in found
    reply_templates.retire(template, by=crew.lead)
    gone = client.get(
        reverse("complaints:act", args=[complaint.pk, "draft"]), {"template": template.pk}
    ).content.decode()
    assert "measures en" not in gone


def test_the_letter_holds_the_approved_words(crew, client):
    """CMP-21"""
    import pypdfium2

    complaint = complaint_at(State.REPLIED, crew, form="letter")
    name, content = papers.letter(complaint, Reply.objects.get())
    text = "".join(pypdfium2.PdfDocument(content)[0].get_textpage().get_text_bounded().split())
    assert [words in text for words in (complaint.number, "刘芳", *REPLY.values(), FOUND["facts"])] == [True] * 6 + [
        False
    ]
    assert name.startswith(complaint.number)
    client.force_login(crew.handler)
    assert client.get(reverse("complaints:letter", args=[complaint.pk, 2])).status_code == 404


# The customer's word ----------------------------------------------------------------------------------


def track(complaint, path="", client=None, **fields):
    sent = {"number": complaint.number, "code": code_for(KEY)} | fields
    return (client or Client()).post(f"/voice/track/{path}", sent)


def told_by_web(crew):
    complaint = make_complaint(None, channel="web", form_key=KEY)
    assessment.accept(complaint, by=crew.lead, **ASSESSED)
    handling.assign(complaint, by=crew.lead, unit=crew.department, handler=crew.handler)
    handling.take(complaint, by=crew.handler)
    hand_in(complaint, crew)
    replies.approve(complaint, by=crew.lead)
    replies.record_told(complaint, by=crew.handler, summary="告知")
    return complaint


def test_the_customer_rates_and_comments_once(crew):
    """CMP-23, 46"""
    early = make_complaint(None, channel="web", form_key="f" * 16)
    refused(remarks.say, early, score=1)
    complaint = told_by_web(crew)
    answers = [track(complaint, "say/", **fields).status_code for fields in (
        {}, {"score": "9"}, {"code": "AAAA-AAAA", "score": "1"}, {"score": "2", "comment": "<b>太慢</b>"}, {"score": "5"})]  # fmt: skip
    remark = CustomerRemark.objects.get()
    assert (answers, remark.score, remark.comment, remark.by) == ([422, 422, 404, 200, 409], 2, "<b>太慢</b>", None)
    assert "&lt;b&gt;太慢" in track(complaint).content.decode()
    assert Notice.objects.filter(kind="complaints.remarked").count() == 3  # handler and both leads: a low score
    remarks.sort(complaint, by=crew.handler, remark=remark, sorting="improvement")
    refused(remarks.sort, complaint, by=crew.lead, remark=remark, sorting="nothing")
    assert by_sql("UPDATE complaints_customerremark SET score = 5") is False


def test_the_customer_takes_it_back_with_a_yes(crew):
    complaint = make_complaint(None, channel="web", form_key=KEY)
    answers = [
        track(complaint, "take-back/", **fields).status_code
        for fields in ({}, {"sure": "1", "comment": "已解决"}, {"sure": "1"})
    ]
    assert (answers, fresh(complaint).state) == ([422, 200, 409], State.WITHDRAWN)
    last = complaint.transitions.last()
    assert (last.by, last.comment) == (None, "已解决") or complaint.transitions.filter(
        comment="已解决", by=None
    ).count() == 1
    forged = Client(enforce_csrf_checks=True)
    assert track(complaint, "take-back/", client=forged, sure="1").status_code == 403


def test_withdrawing_for_a_customer_leaves_a_contact(crew):
    complaint = make_complaint(crew.agent)
    ending.withdraw(complaint, by=crew.agent, comment="客户来电撤回", channel="phone")
    assert list(complaint.cycle.conversations.values_list("interaction__direction", flat=True)) == ["in"]


# Recovery ---------------------------------------------------------------------------------------------


def test_money_above_the_limit_needs_somebody_else(crew):
    """CRM-12; CMP-40"""
    complaint = told_by_web(crew)
    small = recovery.propose(
        complaint, by=crew.agent, reason="等太久", remedy="compensation", detail="课程抵用券", amount=recovery.LIMIT
    )
    large = recovery.propose(
        complaint, by=crew.lead, reason="等太久", remedy="refund", detail="全额退费", amount=recovery.LIMIT + 1
    )
    refused(recovery.propose, complaint, by=crew.agent, reason="x", remedy="refund", detail="y")
    assert (small.state, large.state) == (RecoveryState.APPROVED, RecoveryState.PROPOSED)
    shown = track(complaint).content.decode()
    assert ("课程抵用券" in shown, "全额退费" in shown) == (True, False)
    refused(recovery.grant, complaint, by=crew.lead, recovery=large)
    refused(recovery.finish, complaint, by=crew.agent, recovery=large, outcome="content")
    recovery.grant(complaint, by=crew.second, recovery=large)
    recovery.finish(complaint, by=crew.agent, recovery=large, outcome="content", outcome_note="满意")
    assert (large.state, "全额退费" in track(complaint).content.decode()) == (RecoveryState.DONE, True)
    assert by_sql("UPDATE complaints_recovery SET amount = 1 WHERE id = %s", large.pk) is False


# Suggestions ------------------------------------------------------------------------------------------


def in_effect(crew):
    complaint = suggestion_at(State.ADOPTED, crew)
    return implementing.implement(
        complaint,
        by=crew.handler,
        plan="开设周末班",
        unit=crew.department,
        person=crew.other,
        due_on=timezone.localdate() + SOON,
    ), complaint


def test_an_adopted_suggestion_is_put_into_effect_seen_by_somebody_else_and_thanked(crew):
    """CMP-12, 13"""
    _row, complaint = in_effect(crew)
    assert complaint.improvement_case.problem == "开设周末班"
    refused(implementing.verify, complaint, by=crew.lead, note="x")
    implementing.report_done(complaint, by=crew.other, note="已开班")
    for one in (crew.other, crew.handler):
        refused(implementing.verify, complaint, by=one, note="x")
    assert [
        by_sql("UPDATE complaints_implementation SET verified_by_id = %s, verified_at = now()", one.pk)
        for one in (crew.other, crew.handler)
    ] == [False, False]
    implementing.verify(complaint, by=crew.lead, note="看过课表")
    implementing.mark_told(complaint.pk, timezone.now())
    closed = fresh(complaint)
    assert (closed.state, closed.cycle.outcome) == (State.CLOSED, Outcome.DECIDED)
    assert Message.objects.filter(kind="complaints.implemented").count() == 1


def test_improvement_says_it_is_in_effect_unless_its_verifier_decided_on_it(crew):
    found = []
    for verifier in (crew.lead, crew.handler):
        _row, complaint = in_effect(crew)
        for _twice in range(2):
            implementing.measured(complaint.pk, done_by=crew.other, verified_by=verifier, note="看过课表")
        row = fresh(complaint)
        found.append((row.state, row.implementation.done_by))
    assert found == [(State.IMPLEMENTED, crew.other), (State.IMPLEMENTING, crew.other)]


def test_a_colleague_does_not_judge_the_own_idea(crew):
    complaint = suggestion_at(State.REGISTERED, crew)
    people.name_proposer(complaint, person=crew.handler, by=crew.agent)
    refused(suggestions.pass_on, complaint, by=crew.agent, unit=crew.department, handler=crew.handler)
    suggestions.pass_on(complaint, by=crew.agent, unit=crew.department, handler=crew.other)
    refused(decide, complaint, crew, "adopted")
    assert (
        by_sql("UPDATE complaints_complaint SET handler_id = %s WHERE id = %s", crew.handler.pk, complaint.pk) is False
    )


def test_the_first_proposer_keeps_the_credit_and_all_are_told(crew):
    first = suggestion_at(State.REGISTERED, crew, received_at=timezone.now() - timedelta(days=2))
    master = suggestion_at(State.EVALUATING, crew)
    merging.merge(first, by=crew.lead, master=master, comment="同一建议")
    decide(master, crew, "adopted")
    assert first_proposer(fresh(master)).pk == first.pk
    told = Message.objects.filter(kind="complaints.merged_decision", context__complaint=first.pk)
    assert told.count() == 1


# Pages ------------------------------------------------------------------------------------------------


def test_the_process_is_one_page_in_both_languages(crew, as_lead):
    for kind, table in TABLES.items():
        edges = sum(len(steps) for steps in table.values())
        for language in ("zh-hans", "en"):
            found = as_lead.get(reverse("complaints:process"), {"kind": kind.value, "lang": language}).content.decode()
            assert found.count("<tr>") == edges + 1
    assert roles_of("complaints.merge") != [] and roles_of(None) != []
    assert [
        step for steps in TABLES.values() for row in steps.values() for step in row.values() if not step.effect
    ] == []


@pytest.mark.parametrize(
    "url", ["complaints:code_lists", "complaints:reply_templates", "complaints:reply_template_create"]
)
def test_pages_of_lists_and_templates_open(as_lead, url):
    assert as_lead.get(reverse(url)).status_code == 200


def test_a_list_is_kept_on_its_page(as_lead, crew):
    added = {"code": "delivery2", "name_zh": "配送", "name_en": "Delivery"}
    as_lead.post(f"{reverse('complaints:code_lists')}?list=cause", added)
    as_lead.post(reverse("complaints:code_change", args=["cause", "delivery2"]), {"reason": "停用"})
    row = CodeEntry.objects.get(list=CodeList.CAUSE, code="delivery2")
    assert (row.name_en, row.retired_at is not None) == ("Delivery", True)


def test_everything_of_the_work_walks_through_its_pages(crew, client):
    """One record by its pages: facts, departments, thread, measure, recovery; its page asks the same for one and three posts."""
    complaint = complaint_at(State.HANDLING, crew)
    client.force_login(crew.handler)
    for step, data in (
        ("verify_facts", {"means": "records", "found": "考勤表"}),
        ("cite", {"code": "promise", "clause": "第三条"}),
        ("escalate", {"lead": crew.department.pk, "units": [crew.desk.pk], "comment": "两个部门"}),
        ("post", {"text": "请核对"}),
        ("plan_measure", {"what": "补课", "unit": crew.desk.pk, "person": crew.agent.pk, "effect": "补足", "due_on": str(timezone.localdate() + SOON)}),
        ("propose_recovery", {"reason": "不满", "remedy": "apology", "detail": "当面致歉"}),
    ):  # fmt: skip
        answer = client.post(reverse("complaints:act", args=[complaint.pk, step]), data)
        assert (step, answer.status_code) == (step, 302), answer.content.decode()[:3000]
    with_one = asked(client, complaint)
    for text in ("一", "二"):
        together.post(complaint, by=crew.agent, text=text)
        planned(complaint, crew)
    assert asked(client, complaint) == with_one


def asked(client, complaint):
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as queries:
        assert client.get(complaint.get_absolute_url()).status_code == 200
    return len(queries)


def test_parts_of_people_are_all_told_apart():
    assert set(Part.apart()) == set(Part.values)


def test_a_call_back_about_a_closed_matter_leaves_the_mail_alone(crew):
    complaint = complaint_at(State.REPLIED, crew, form="mail")
    reply = Reply.objects.get()
    replies.mark_sent(reply.pk, timezone.now())
    call_backs.log(fresh(complaint), by=crew.caller, reached=True, resolved=True)
    replies.mark_failed(reply.pk, "550")
    assert (Reply.objects.get().sent_at is not None, fresh(complaint).state) == (True, State.CLOSED)
