"""Writing what was answered: one statement for all rows, whoever the caller is.

Every response also holds its choices as one string (surveys.coding), from which figures are counted; whoever writes answers
writes both.
"""

from django.db import connection

from surveys import coding
from surveys.models import Response
from surveys.replies import rows as rows_of

__all__ = ["insert", "rows_of", "store"]

FIELDS = Response._meta.local_concrete_fields
STORE = f"""
WITH stored AS (
    INSERT INTO surveys_response ({", ".join(field.column for field in FIELDS)})
    VALUES ({", ".join("%s" for _field in FIELDS)})
    ON CONFLICT DO NOTHING RETURNING id, wave_id, language
), answers AS (
    INSERT INTO surveys_answer (response_id, wave_id, question_id, slot, option, num, score5, is_na, amount)
    SELECT stored.id, stored.wave_id, q, s, o, n, p, a, m
    FROM stored, unnest(
        %s::bigint[], %s::smallint[], %s::smallint[], %s::smallint[], %s::numeric[], %s::boolean[],
        %s::numeric[]
    ) AS t(q, s, o, n, p, a, m)
), words AS (
    INSERT INTO surveys_answertext (id, response_id, wave_id, question_id, language, body)
    SELECT gen_random_uuid(), stored.id, stored.wave_id, q, stored.language, b
    FROM stored, unnest(%s::bigint[], %s::text[]) AS t(q, b)
)
SELECT count(*) FROM stored
"""  # noqa: S608 (own names)


def insert(wave_id, pairs):
    """Insert (response id, replies.Row) pairs of one wave as answers."""
    if not pairs:
        return
    columns = list(
        zip(
            *(
                (response, row.question, row.slot, row.option, row.num, row.score5, row.is_na, row.amount)
                for response, row in pairs
            ),
            strict=True,
        )
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO surveys_answer (response_id, wave_id, question_id, slot, option, num, score5, "
            "is_na, amount) SELECT r, %s, q, s, o, n, p, a, m FROM unnest(%s::bigint[], %s::bigint[], %s::smallint[], "
            "%s::smallint[], %s::smallint[], %s::numeric[], %s::boolean[], %s::numeric[]) "
            "AS t(r, q, s, o, n, p, a, m)",
            [wave_id, *map(list, columns)],
        )


def store(response, instrument, rows, words):
    """Write ``response`` with its replies.Rows and (question id, words); False when it was there before."""
    response.codes = coding.encode(instrument, rows)
    mine = [field.get_db_prep_save(getattr(response, field.attname), connection) for field in FIELDS]
    columns = ("question", "slot", "option", "num", "score5", "is_na", "amount")
    answers = [[getattr(row, name) for row in rows] for name in columns]
    texts = [list(part) for part in zip(*words, strict=True)] or [[], []]
    with connection.cursor() as cursor:
        cursor.execute(STORE, [*mine, *answers, *texts])
        return bool(cursor.fetchone()[0])
