"""A large wave: who is asked is written when it opens, links and mails follow batch by batch and go on where they stopped."""

import pytest

from notifications.models import Message
from surveys import tasks
from surveys.choices import InvitationState
from surveys.models import Invitation
from surveys.services import invitations, links, waves
from tests.factories import surveys as make


@pytest.fixture(autouse=True)
def _small_batches(monkeypatch):
    monkeypatch.setattr(invitations, "BATCH", 2)


def waiting(wave):
    return Invitation.objects.filter(wave=wave, is_waiting=True).count()


def mails(wave):
    return sorted(Message.objects.filter(kind=invitations.INVITE).values_list("context__invitation", flat=True))


def test_everybody_is_written_at_once_and_the_first_batch_goes_out(db):
    wave = make.open_wave(5)
    assert (wave.invitations.count(), waiting(wave), len(mails(wave))) == (5, 3, 2)
    assert wave.invitations.filter(is_waiting=True, token_hash=None).count() == 3


def test_the_worker_makes_the_rest_once(db):
    wave = make.open_wave(5)
    assert tasks.send_out_invitations() == {"done": 2, "failed": 0}
    assert tasks.send_out_invitations() == {"done": 0, "failed": 0}
    assert (waiting(wave), mails(wave)) == (0, sorted(wave.invitations.values_list("pk", flat=True)))
    for row in wave.invitations.select_related("wave__link_key"):
        assert bytes(row.token_hash) == links.hash_of(links.token_for(row))


def test_what_was_interrupted_goes_on_behind_the_last_whole_batch(db, monkeypatch):
    wave, queue, calls = make.open_wave(7), invitations._queue, []

    def fails_once(*arguments):
        calls.append(arguments)
        if len(calls) == 2:
            raise ConnectionError("the machine went away")
        return queue(*arguments)

    monkeypatch.setattr(invitations, "_queue", fails_once)
    assert tasks.send_out_invitations() == {"done": 1, "failed": 0}
    assert (waiting(wave), len(mails(wave))) == (3, 4)  # the batch that failed is as it was
    tasks.send_out_invitations()
    assert (waiting(wave), mails(wave)) == (0, sorted(wave.invitations.values_list("pk", flat=True)))


def test_a_wave_that_ended_meanwhile_sends_nothing_more(db):
    wave = make.open_wave(5)
    waves.close(wave, by=wave.owner)
    assert tasks.send_out_invitations() == {"done": 0, "failed": 0}
    assert len(mails(wave)) == 2
    assert set(wave.invitations.values_list("state", flat=True)) == {InvitationState.EXPIRED}


def test_who_was_taken_back_while_waiting_gets_no_mail(db):
    wave = make.open_wave(4)
    last = wave.invitations.filter(is_waiting=True).last()
    invitations.withdraw(last, by=wave.owner, reason="asked us not to")
    tasks.send_out_invitations()
    assert last.pk not in mails(wave) and len(mails(wave)) == 3


def test_a_link_that_is_renewed_while_waiting_is_sent_once(db):
    wave = make.open_wave(3)
    last = wave.invitations.get(is_waiting=True)
    invitations.renew(last, by=wave.owner)
    tasks.send_out_invitations()
    assert mails(wave).count(last.pk) == 1


def test_reporting_dimensions_are_those_of_the_customer(db):
    wave = make.open_wave(3)
    for row in wave.invitations.select_related("customer__unit"):
        assert (row.seg_industry, row.seg_type, row.seg_unit) == (
            row.customer.industry, row.customer.type, row.customer.unit.code,
        )  # fmt: skip


@pytest.mark.parametrize("n", [1, 3])
def test_a_batch_takes_the_same_number_of_queries(db, monkeypatch, n, django_assert_num_queries):
    wave = make.open_wave(n)
    Message.objects.all().delete()
    wave.invitations.update(is_waiting=True)
    monkeypatch.setattr(invitations, "BATCH", 5)
    with django_assert_num_queries(6):  # key, rows, tokens, mails within a savepoint
        assert invitations.send_batch(wave) == n
