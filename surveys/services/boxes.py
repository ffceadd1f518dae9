"""The holding box of anonymous waves: sealed payloads leave it shuffled, in batches
(docs/adr/0004-anonymity.md).

While a wave is open a batch leaves only when at least five can go and five random ones stay behind, so that
the last
batch is never small. At close everything leaves, all rows of the wave are written anew in random order, and
the key, the markers and the batches are gone.
"""

import logging
import random

from django.conf import settings
from django.db import OperationalError, connection, transaction
from django.utils import timezone

from core.workflow import record
from surveys import coding
from surveys.choices import InvitationState
from surveys.database import SCRUBBED
from surveys.models import Answer, AnswerText, BoxedAnswer, Response, SpentMarker, WaveKey
from surveys.models.response import random_id
from surveys.selectors.questionnaires import instrument_of
from surveys.services import answers, links

log = logging.getLogger(__name__)
shuffle = random.SystemRandom().shuffle


def batch_size():
    return settings.SUPPRESSION_SCORES


@transaction.atomic
def empty(wave):
    """Let a batch out of the box of an open wave. Returns how many responses appeared.

    Its lock on the key lets submissions go on and keeps out a second batch and the closing of the wave.
    """
    key = WaveKey.objects.select_for_update(no_key=True).filter(wave=wave).first()
    boxed, keep = list(BoxedAnswer.objects.filter(wave=wave)), batch_size()
    if key is None or len(boxed) < 2 * keep:
        return 0
    shuffle(boxed)
    _release(wave, boxed[keep:], key)
    _rewrite_markers(wave)
    return len(boxed) - keep


@transaction.atomic
def finish(wave, key):
    """Everything that makes a closing anonymous wave unlinkable; the caller has locked its key. Returns
    the responses.
    """
    boxed = list(BoxedAnswer.objects.filter(wave=wave))
    total = len(boxed) + Response.objects.filter(wave=wave).count()
    if 0 < total < batch_size():  # who answered would say what was answered
        BoxedAnswer.objects.filter(wave=wave).delete()
        record(wave, "answers_destroyed", by=None, payload={"answers": total})
        total = 0
    elif boxed:
        shuffle(boxed)
        _release(wave, boxed, key)
    _mark_invitations(wave, key)
    _rewrite_responses(wave)
    SpentMarker.objects.filter(wave=wave).delete()
    return total


@transaction.atomic
def finish_confidential(wave, key):
    """The end of a confidential wave: who answered is written down for all at once, the markers go."""
    _mark_invitations(wave, key)
    SpentMarker.objects.filter(wave=wave).delete()


def _release(wave, boxed, key):
    """Unseal, write as responses, forget the box. Rows of each table go in an order of their own."""
    instrument, today = instrument_of(wave.questionnaire_version), timezone.localdate()
    responses, found, texts = [], [], []
    for box in boxed:
        rows, words = answers.rows_of(instrument, links.unseal(key, wave.pk, box.sealed))
        response = Response(
            wave=wave, questionnaire_version=wave.questionnaire_version, is_anonymous=True, submitted_on=today,
            codes=coding.encode(instrument, rows),
        )  # fmt: skip
        responses.append(response)
        found.extend((response.pk, row) for row in rows)
        texts.extend(words)
    for rows in (responses, found, texts):
        shuffle(rows)
    Response.objects.bulk_create(responses, batch_size=500)
    answers.insert(wave.pk, found)
    AnswerText.objects.bulk_create(
        [AnswerText(wave=wave, question_id=question, body=body) for question, body in texts], batch_size=500
    )
    BoxedAnswer.objects.filter(pk__in=[box.pk for box in boxed]).delete()


def _rewrite_markers(wave):
    """Write the markers anew in random order: neither transaction number nor place tells when one was
    spent.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH gone AS (DELETE FROM surveys_spentmarker WHERE wave_id = %s RETURNING marker, wave_id) "
            "INSERT INTO surveys_spentmarker (marker, wave_id) "
            "SELECT marker, wave_id FROM gone ORDER BY random()",
            [wave.pk],
        )


def _mark_invitations(wave, key):
    """Write every invitation of the wave anew, answered or not, all in one statement."""
    spent = set(SpentMarker.objects.filter(wave=wave).values_list("marker", flat=True))
    ids = list(wave.invitations.values_list("pk", flat=True))
    done = [pk for pk in ids if links.marker_for(key, invitation_id=pk) in spent]
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE surveys_invitation SET state = CASE WHEN id = ANY(%s) THEN %s "
            "WHEN state = ANY(%s) THEN %s ELSE state END WHERE wave_id = %s",
            [done, InvitationState.DONE, InvitationState.expiring(), InvitationState.EXPIRED, wave.pk],
        )


def _rewrite_responses(wave):
    """Write responses, answers and texts anew under new random keys, in random order, with the day of
    closing.
    """
    old = list(Response.objects.filter(wave=wave).values_list("pk", flat=True))
    new = [random_id() for _pk in old]
    pairs = "unnest(%s::bigint[], %s::bigint[]) AS pair(old, new)"
    with connection.cursor() as cursor:
        for table, key, random_columns in (
            (Response, "id", {"id": "pair.new", "submitted_on": "%s"}),
            (Answer, "response_id", {"response_id": "pair.new"}),
        ):
            columns = [field.column for field in table._meta.local_concrete_fields]
            picked = ", ".join(random_columns.get(column, f"t.{column}") for column in columns)
            cursor.execute(
                f"INSERT INTO {table._meta.db_table} ({', '.join(columns)}) SELECT {picked} "  # noqa: S608 (own names)
                f"FROM {pairs} JOIN {table._meta.db_table} t ON t.{key} = pair.old ORDER BY random()",
                [*([timezone.localdate()] if table is Response else []), old, new],
            )
        cursor.execute("DELETE FROM surveys_answer WHERE response_id = ANY(%s)", [old])
        cursor.execute("DELETE FROM surveys_response WHERE id = ANY(%s)", [old])
        cursor.execute(
            "WITH gone AS (DELETE FROM surveys_answertext WHERE wave_id = %s "
            "RETURNING wave_id, question_id, body) "
            "INSERT INTO surveys_answertext (id, wave_id, question_id, language, body) "
            "SELECT gen_random_uuid(), wave_id, question_id, '', body FROM gone ORDER BY random()",
            [wave.pk],
        )


def has_leftovers():
    """Are the tables of the box empty while their files are not? Then a rewriting came too early or not at all."""
    with connection.cursor() as cursor:
        for table in SCRUBBED:
            cursor.execute(f"SELECT pg_relation_size(%s) > 0 AND NOT EXISTS (SELECT FROM {table})", [table])  # noqa: S608 (our own names)
            if cursor.fetchone()[0]:
                return True
    return False


def scrub():
    """Rewrite the files of box, markers and keys, so that no removed row stays behind in them. Outside
    transactions.

    Waits two seconds at most for running submissions; what could not be done is done by the next round (``has_leftovers``).
    """
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '2s'")
        try:
            for table in SCRUBBED:
                cursor.execute(f"VACUUM (FULL) {table}")
        except OperationalError:
            log.warning("the anonymous box is busy: its files are rewritten in the next round")
        finally:
            cursor.execute("RESET lock_timeout")
