"""Writing answer rows: one statement for all rows, whoever the caller is."""

from django.db import connection

from surveys.instrument import rows as rows_of

__all__ = ["insert", "rows_of"]


def insert(wave_id, pairs):
    """Insert (response id, instrument.Row) pairs of one wave as answers."""
    if not pairs:
        return
    columns = list(
        zip(
            *(
                (response, row.question, row.slot, row.option, row.num, row.score5, row.is_na)
                for response, row in pairs
            ),
            strict=True,
        )
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO surveys_answer (response_id, wave_id, question_id, slot, option, num, score5, "
            "is_na) SELECT r, %s, q, s, o, n, p, a FROM unnest(%s::bigint[], %s::bigint[], %s::smallint[], "
            "%s::smallint[], %s::smallint[], %s::numeric[], %s::boolean[]) AS t(r, q, s, o, n, p, a)",
            [wave_id, *map(list, columns)],
        )
