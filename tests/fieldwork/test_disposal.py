"""An ended call lets go of answers that an approved disposal list removes, and of nothing else (SEC-08)."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from accounts.choices import Role
from fieldwork.models import CallTask
from surveys.models import Custody, Disposal, Response, Wave
from surveys.services import disposals, waves
from tests.factories import fieldwork as made
from tests.factories import surveys as surveys_made
from tests.surveys.asking import one_section, open_wave

pytestmark = pytest.mark.django_db


def test_an_ended_call_keeps_its_ledger_and_loses_its_answers():
    wave, agent = open_wave(one_section(), invited=0), made.agent()
    task = made.reached(agent, made.listed(wave=wave), answers={"r0": "5", "r1": "4", "r2": "5"}, note="很满意")
    assert task.response_id and task.closed_at
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE fieldwork_calltask SET response_id = NULL WHERE id = %s", [task.pk])
    waves.close(Wave.objects.get(pk=wave.pk), by=wave.owner)
    today = timezone.localdate()
    Custody.objects.filter(wave=wave).update(since=today - timedelta(days=1200), due_on=today)
    disposals.list_due()
    row, admin = Disposal.objects.get(), surveys_made.person(Role.ADMINISTRATOR)
    disposals.propose(row, by=admin)
    disposals.approve(row, by=surveys_made.person(Role.EXECUTIVE))
    disposals.carry_out(row, by=admin)
    disposals.run(row)
    after = CallTask.objects.get(pk=task.pk)
    assert (after.response_id, after.satisfaction, after.note, after.contact_id) == (
        None, task.satisfaction, "很满意", task.contact_id,
    )  # fmt: skip
    assert not Response.objects.filter(wave=wave).exists()
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE fieldwork_calltask SET note = '' WHERE id = %s", [task.pk])
