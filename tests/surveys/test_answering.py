import threading
import uuid
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, connections, transaction
from django.utils import timezone, translation

from customers.models import FollowUp
from surveys import instrument as instruments
from surveys import replies
from surveys.choices import InvitationState, WaveState
from surveys.models import Answer, AnswerText, Draft, LowAnswer, Response, Wave
from surveys.services import answering, links, low_answers, waves
from surveys.services.answering import Situation
from tests.factories import surveys as make


def uids(wave):
    return {question.code: question.uid for question in answering.instrument_for(wave).questions}


# The instrument: what an answer may be ------------------------------------------------------------------


def test_values_take_their_stored_form():
    instrument = instruments.parse(make.definition())
    uid = {question.code: question.uid for question in instrument.questions}
    values, errors = replies.check(
        instrument,
        {
            uid["Q1"]: "na",
            uid["Q2"]: "5",
            uid["Q3"]: 4,
            uid["Q5"]: ["3"],
            uid["Q6"]: "2",
            uid["Q7"]: ["1", "2", "1"],
            uid["Q8"]: "0",
            uid["Q9"]: "10",
            uid["Q10"]: " Good\r\nfood ",
            "unknown": "1",
        },
    )
    assert errors == {}
    assert values == {
        uid["Q1"]: "na",
        uid["Q2"]: 5,
        uid["Q3"]: 4,
        uid["Q5"]: 3,
        uid["Q6"]: 2,
        uid["Q7"]: [1, 2],
        uid["Q8"]: 0,
        uid["Q9"]: 10,
        uid["Q10"]: "Good\nfood",
    }


@pytest.mark.parametrize(
    ("code", "value"),
    [
        ("Q1", "6"),
        ("Q1", "x"),
        ("Q1", True),
        ("Q2", "na"),
        ("Q7", ["1", "2", "3"]),
        ("Q9", "11"),
        ("Q10", "x" * 201),
    ],
)
def test_what_does_not_fit_is_refused_by_the_name_of_its_question(code, value):
    instrument = instruments.parse(make.definition())
    question = next(q for q in instrument.questions if q.code == code)
    values, errors = replies.check(instrument, {question.uid: value}, complete=False)
    assert values == {}
    assert question.titles["zh"] in errors[question.uid]


def test_required_answers_are_owed_only_on_completion():
    instrument = instruments.parse(make.definition())
    assert replies.check(instrument, {}, complete=False) == ({}, {})
    owed = replies.check(instrument, {})[1]
    assert {instrument.by_uid[uid].code for uid in owed} == {"Q1", "Q2", "Q3", "Q5"}


# The door ---------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_finding_an_invitation_is_one_query(django_assert_num_queries):
    wave = make.open_wave()
    answering.instrument_for(answering.find_invitation(wave.people[0].token).wave)  # once in a process
    with django_assert_num_queries(1):
        invitation = answering.find_invitation(wave.people[0].token)
        assert answering.situation(invitation.wave, invitation) == Situation.READY
        assert answering.load_draft(invitation).payload == {}
        assert answering.instrument_for(invitation.wave).questions
    assert answering.find_invitation("x" * 43) is None


@pytest.mark.django_db
def test_database_holds_no_token():
    wave = make.open_wave(3)
    tokens = [holder.token for holder in wave.people]
    assert len(set(tokens)) == 3 and all(len(token) == 43 for token in tokens)
    with connection.cursor() as cursor:
        cursor.execute("SELECT i::text FROM surveys_invitation i UNION ALL SELECT m::text FROM notifications_message m")
        dump = " ".join(row[0] for row in cursor.fetchall())
    assert not any(token in dump for token in tokens)


@pytest.mark.django_db
def test_situations_of_a_link():
    wave = make.open_wave(2)
    first, second = (holder.invitation for holder in wave.people)

    def seen(invitation):
        fresh = answering.find_invitation(links.token_of(wave.link_key, invitation.pk, invitation.generation))
        return answering.situation(fresh.wave, fresh)

    make.answer(wave, wave.people[0])
    assert (seen(first), seen(second)) == (Situation.DONE, Situation.READY)
    Wave.objects.filter(pk=wave.pk).update(closes_at=timezone.now() - timedelta(seconds=1))
    assert seen(second) == Situation.CLOSED  # by the clock, before beat came by
    type(second).objects.filter(pk=second.pk).update(state=InvitationState.WITHDRAWN)
    assert seen(second) == Situation.UNKNOWN


# Drafts -----------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_each_answer_is_kept_and_the_invitation_is_started():
    wave = make.open_wave()
    token, uid = wave.people[0].token, uids(wave)
    saved = answering.save_answer(answering.find_invitation(token), uid=uid["Q1"], value="4", rev=0)
    assert (saved.rev, saved.payload) == (1, {uid["Q1"]: 4})
    saved = answering.save_answers(answering.find_invitation(token), payload={uid["Q2"]: 5, uid["Q1"]: None}, rev=1)
    assert (saved.rev, saved.payload) == (2, {uid["Q2"]: 5})
    invitation = answering.find_invitation(token)
    assert invitation.state == InvitationState.STARTED
    assert answering.load_draft(invitation) == saved


@pytest.mark.django_db
def test_stale_draft_gives_the_newer_answers():
    wave = make.open_wave()
    invitation, uid = wave.people[0].invitation, uids(wave)
    answering.save_answer(invitation, uid=uid["Q1"], value=4, rev=0)
    for rev in (0, 7):
        with pytest.raises(answering.StaleDraft) as caught:
            answering.save_answer(invitation, uid=uid["Q2"], value=1, rev=rev)
        assert (caught.value.rev, caught.value.payload) == (1, {uid["Q1"]: 4})


@pytest.mark.django_db
def test_anonymous_wave_keeps_no_draft():
    wave = make.open_wave(is_anonymous=True)
    with pytest.raises(answering.NotTaken):
        answering.save_answer(wave.people[0].invitation, uid=uids(wave)["Q1"], value=4, rev=0)
    assert not Draft.objects.exists()


@pytest.mark.django_db
def test_submission_completes_the_draft_and_removes_it():
    wave = make.open_wave()
    token, uid = wave.people[0].token, uids(wave)
    answering.save_answer(answering.find_invitation(token), uid=uid["Q1"], value=4, rev=0)
    answering.submit(invitation=answering.find_invitation(token), payload={uid["Q2"]: 5, uid["Q3"]: 5, uid["Q5"]: 5})
    assert Answer.objects.get(question__uid=uid["Q1"]).num == 4
    assert not Draft.objects.exists()
    assert Response.objects.get().duration_s is not None


# Submission -------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_submission_writes_narrow_rows_and_evidence():
    wave = make.open_wave()
    receipt = make.answer(wave, wave.people[0], 5, Q1="na", Q6=2, Q7=[1, 3], Q8=1, Q9=10, Q10="很好")
    response, uid = Response.objects.get(), uids(wave)
    rows = {
        (row.question.code, row.slot): (row.option, row.num, row.score5, row.is_na)
        for row in response.answers.select_related("question")
    }
    assert rows == {
        ("Q1", 0): (None, None, None, True),
        ("Q2", 0): (None, 5, 5, False),
        ("Q3", 0): (None, 5, 5, False),
        ("Q4", 0): (None, 5, 5, False),
        ("Q5", 0): (None, 5, 5, False),
        ("Q6", 0): (2, None, None, False),
        ("Q7", 0): (1, None, None, False),
        ("Q7", 1): (3, None, None, False),
        ("Q8", 0): (None, 1, None, False),
        ("Q9", 0): (None, 10, 5, False),
    }
    assert response.raw[uid["Q10"]] == AnswerText.objects.get().body == "很好"
    assert (response.receipt, response.seg_unit) == (receipt.code, "QA")
    assert response.invitation.state == InvitationState.DONE


@pytest.mark.django_db
def test_incomplete_submission_names_the_questions_and_stores_nothing():
    wave = make.open_wave()
    with pytest.raises(answering.Invalid) as caught:
        make.answer(wave, wave.people[0], 5, Q2=None)
    assert list(caught.value.errors) == [uids(wave)["Q2"]]
    assert not Response.objects.exists()


@pytest.mark.django_db
def test_same_link_gives_the_same_receipt():
    wave = make.open_wave()
    first = make.answer(wave, wave.people[0], 5)
    second = make.answer(wave, wave.people[0], 1)
    assert (second.code, second.is_new) == (first.code, False)
    assert Response.objects.get().answers.filter(num=5).count() == 5


@pytest.mark.django_db
def test_open_link_counts_a_submit_key_once():
    wave = make.open_wave(is_open_link=True)
    found = answering.find_wave(wave.open_code)
    key = uuid.uuid4()
    answers = make.payload(wave.questionnaire_version)
    receipts = [answering.submit(wave=found, payload=answers, submit_key=key) for _time in range(2)]
    other = answering.submit(wave=found, payload=answers, submit_key=uuid.uuid4())
    assert receipts[0].code == receipts[1].code != other.code
    assert Response.objects.filter(invitation=None).count() == 2
    with pytest.raises(answering.Invalid):
        answering.submit(wave=found, payload=answers, submit_key="made up")


@pytest.mark.django_db
def test_closed_wave_takes_nothing():
    wave = make.open_wave()
    holder = wave.people[0]
    stale = answering.find_invitation(holder.token)
    waves.close(wave, by=wave.owner)
    with pytest.raises(answering.NotTaken) as caught:  # the page was loaded before the wave closed
        answering.submit(invitation=stale, payload=make.payload(wave.questionnaire_version))
    assert caught.value.situation == Situation.CLOSED
    assert not Response.objects.exists()


@pytest.mark.django_db
def test_what_a_process_remembers_of_a_wave_is_never_old():
    wave = make.open_wave(2, is_anonymous=True)
    token = wave.people[0].token
    before = answering.find_invitation(token)
    assert before.wave.link_key and answering.find_invitation(token).wave is not before.wave
    waves.edit(wave, by=wave.owner, thanks_zh="谢谢")
    assert answering.find_invitation(token).wave.thanks_zh == "谢谢"
    waves.close(wave, by=wave.owner)
    after = answering.find_invitation(token)
    assert (after.wave.state, hasattr(after.wave, "link_key")) == (WaveState.CLOSED, False)


@pytest.mark.django_db
def test_submission_is_a_handful_of_queries(django_assert_num_queries):
    wave = make.open_wave()
    invitation = answering.find_invitation(wave.people[0].token)
    answers = make.payload(wave.questionnaire_version, Q10="很好")
    answering.instrument_for(invitation.wave)
    with django_assert_num_queries(5):  # savepoint 2, key, invitation, response with its answers and words
        answering.submit(invitation=invitation, payload=answers)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("kind", ["personal", "open", "anonymous"])
def test_fifty_parallel_posts_make_one_response(kind):
    wave = make.open_wave(is_open_link=True, audience={"kinds": ["customer"]}, is_anonymous=kind == "anonymous")
    token, code, key = wave.people[0].token, wave.open_code, uuid.uuid4()
    answers = make.payload(wave.questionnaire_version)
    answering.instrument_for(wave)
    receipts, failures, gate = [], [], threading.Barrier(10)

    def post():
        try:
            gate.wait()
            for _time in range(5):
                if kind == "open":
                    receipts.append(answering.submit(wave=answering.find_wave(code), payload=answers, submit_key=key))
                else:
                    receipts.append(answering.submit(invitation=answering.find_invitation(token), payload=answers))
        except Exception as error:  # noqa: BLE001 (reported by the assertion below)
            failures.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=post) for _one in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert len(receipts) == 50
    assert len({receipt.code for receipt in receipts}) == 1
    assert sum(receipt.is_new for receipt in receipts) == 1
    if kind == "anonymous":
        assert wave.invitations.get().state == InvitationState.PLANNED
        waves.close(wave, by=None)  # one answer: destroyed, so count before it
    else:
        assert Response.objects.count() == 1
        assert Answer.objects.count() == 5


# Storage ----------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_answers_never_change():
    wave = make.open_wave()
    make.answer(wave, wave.people[0], Q10="很好")
    for statement in (
        "UPDATE surveys_answer SET num = 1",
        "UPDATE surveys_answertext SET body = 'x'",
        "UPDATE surveys_response SET receipt = 'x'",
    ):
        with (
            pytest.raises(DatabaseError, match="frozen"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)
    Response.objects.update(is_valid=False)  # leaving a response out is possible


@pytest.mark.django_db
def test_wave_with_answers_cannot_change_its_mode():
    wave = make.open_wave()
    make.answer(wave, wave.people[0])
    with pytest.raises(DatabaseError, match="response_mode_of_wave"), transaction.atomic():
        Wave.objects.filter(pk=wave.pk).update(is_anonymous=True)
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


# Low answers ------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_low_answers_open_one_follow_up():
    wave = make.open_wave(2)
    make.answer(wave, wave.people[0], 5)
    make.answer(wave, wave.people[1], 4, Q2=2, Q3=1)
    follow_up = FollowUp.objects.get()
    assert follow_up.contact == wave.people[1].contact
    assert {(low.question.code, low.score5) for low in LowAnswer.objects.select_related("question")} == {
        ("Q2", 2), ("Q3", 1),
    }  # fmt: skip
    assert "Q3" in follow_up.title and wave.code in follow_up.title
    with translation.override("en"):
        assert str(follow_up).startswith(f"Low answer in {wave.code}: ")
        assert follow_up.account.count("/5") == 2
    low_answers.catch_up()
    assert FollowUp.objects.count() == 1


@pytest.mark.django_db
def test_a_failing_follow_up_costs_no_answer_and_is_made_up(monkeypatch):
    wave = make.open_wave()

    def broken(**arguments):
        raise RuntimeError("calendar missing")

    with monkeypatch.context() as patched:
        patched.setattr(low_answers.follow_ups, "open_follow_up", broken)
        assert make.answer(wave, wave.people[0], 1).is_new
    assert Response.objects.count() == 1 and not FollowUp.objects.exists()
    assert low_answers.catch_up() == {"done": 1, "failed": 0}
    assert FollowUp.objects.count() == 1 and LowAnswer.objects.count() == 5


@pytest.mark.django_db
def test_anonymous_low_answers_open_nothing():
    wave = make.answered_wave([1] * 5, is_anonymous=True)
    waves.close(wave, by=wave.owner)
    assert (Response.objects.count(), FollowUp.objects.count(), wave.state) == (5, 0, WaveState.CLOSED)
