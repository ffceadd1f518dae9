"""Many counters of a page in one statement."""

from django.core.exceptions import EmptyResultSet
from django.db import connection

MOST = 100  # a counter counts no further


def count_all(asked):
    """{key: number} of {key: queryset or None}, none of them counted beyond ``MOST``."""
    keys, parts, values = [], [], []
    for key, rows in asked.items():
        if rows is None:
            continue
        try:
            statement, given = rows.order_by().values("pk")[:MOST].query.sql_with_params()
        except EmptyResultSet:
            continue
        keys.append(key)
        parts.append(f"(SELECT count(*) FROM ({statement}) AS counted)")  # noqa: S608 (the queryset's own statement)
        values += given
    if not keys:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(parts)}", values)
        return dict(zip(keys, cursor.fetchone(), strict=True))
