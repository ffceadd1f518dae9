"""The figures counted row by row in SQL, as slow as it is plain: what the coded counting must equal."""

from collections import defaultdict

from django.db import connection

from surveys.choices import Segment
from surveys.selectors.counts import OVERALL, Tally
from surveys.selectors.figures import BOTTOM, TOP, scores_of_sums

__all__ = ["OVERALL", "composites", "cross", "distributions", "group_sizes", "rankings", "respondents", "totals"]


def distributions(wave_id, *, segment=None, has_excluded=False):
    """{question id: Tally} of one wave, or of one group ``segment`` = {column: value} of it; one query."""
    join, parameters = _join(segment, has_excluded)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT a.question_id, coalesce(a.option, a.num), a.score5, a.is_na, count(*) "
            f"FROM surveys_answer a {join} WHERE a.wave_id = %s GROUP BY 1, 2, 3, 4",
            [*parameters, wave_id],
        )
        rows = cursor.fetchall()
    found = defaultdict(Tally)
    for question, value, score, is_na, count in rows:
        tally = found[question]
        if is_na:
            tally.na += count
            continue
        tally.values[value] += count
        if score is not None:
            tally.scores[float(score)] += count
    return found


def respondents(wave_id, *, segment=None, has_excluded=False):
    """{question id: respondents who chose at least one answer}, for multiple choices."""
    join, parameters = _join(segment, has_excluded)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT a.question_id, count(*) FROM surveys_answer a "
            f"{join} WHERE a.wave_id = %s AND a.slot = 0 AND NOT a.is_na AND a.option IS NOT NULL GROUP BY 1",
            [*parameters, wave_id],
        )
        return dict(cursor.fetchall())


def rankings(wave_id, questions, *, segment=None, has_excluded=False):
    """{question id: {option: {slot: respondents}}} of the questions that are ranked."""
    join, parameters = _join(segment, has_excluded)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT a.question_id, a.option, a.slot, count(*) FROM surveys_answer a "
            f"{join} WHERE a.wave_id = %s AND a.question_id = ANY(%s) AND NOT a.is_na GROUP BY 1, 2, 3",
            [*parameters, wave_id, questions],
        )
        found = defaultdict(lambda: defaultdict(dict))
        for question, option, slot, count in cursor.fetchall():
            found[question][option][slot] = count
    return found


def composites(wave_ids, buckets, *, by=None, segment=None, question=None):
    """{(wave id, group): {bucket: Scores}}: each respondent's mean over a bucket, then over all.

    ``buckets`` are (bucket, question id) pairs; OVERALL stands for the overall score. ``by`` is a segment
    column, or ``question`` the id of a single choice whose options are the groups (None: not answered).
    """
    if not buckets:
        return {}
    questions = defaultdict(list)
    for bucket, pk in buckets:
        questions[bucket].append(pk)
    means = ", ".join(f"avg(score5) FILTER (WHERE question_id = ANY(%s)) AS m{n}" for n in range(len(questions)))
    sums = ", ".join(
        f"count(m{n}), sum(m{n}), sum(m{n} * m{n}), count(*) FILTER (WHERE m{n} >= {TOP}), "
        f"count(*) FILTER (WHERE m{n} <= {BOTTOM})"
        for n in range(len(questions))
    )
    group, join, parameters = _grouping(by, segment, question)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""WITH per AS (
                    SELECT wave_id, response_id, {means} FROM surveys_answer
                    WHERE wave_id = ANY(%s) AND score5 IS NOT NULL GROUP BY wave_id, response_id)
                SELECT per.wave_id, {group}, {sums} FROM per {join} GROUP BY 1, 2""",
            [*questions.values(), list(wave_ids), *parameters],
        )
        rows = cursor.fetchall()
    return {
        (wave, value): {
            bucket: scores_of_sums(*numbers[5 * place : 5 * place + 5])
            for place, bucket in enumerate(questions)
            if numbers[5 * place]
        }
        for wave, value, *numbers in rows
    }


def _grouping(by, segment, question):
    """(expression of the group, joins, their parameters) for composites()."""
    group, join, parameters = "''", "JOIN surveys_response r ON r.id = per.response_id AND r.is_valid", []
    for column, value in (segment or {}).items():
        join += f" AND r.{Segment(column).value} = %s"
        parameters.append(value)
    if by:
        group = f"r.{Segment(by).value}"
    elif question:
        group = "coalesce(g.option, g.num)"
        mine = "g.response_id = per.response_id AND g.slot = 0 AND g.question_id = %s"
        join += f" LEFT JOIN surveys_answer g ON {mine}"
        parameters.append(question)
    return group, join, parameters


def group_sizes(wave_id, question):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(g.option, g.num), count(*) FROM surveys_response r "
            "LEFT JOIN surveys_answer g ON g.response_id = r.id AND g.question_id = %s AND g.slot = 0 "
            "WHERE r.wave_id = %s AND r.is_valid GROUP BY 1",
            [question, wave_id],
        )
        return dict(cursor.fetchall())


def cross(wave_id, row, *, by=None, question=None):
    """{group: {value: valid answers}} of the single-answer question ``row``, by a segment column or a single choice."""
    group, join, parameters = (
        (f"r.{Segment(by).value}", "", []) if by else ("coalesce(g.option, g.num)", *_chosen(question))
    )
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {group}, coalesce(a.option, a.num), count(*) FROM surveys_answer a "
            f"JOIN surveys_response r ON r.id = a.response_id AND r.is_valid {join} "
            "WHERE a.wave_id = %s AND a.question_id = %s AND a.slot = 0 AND NOT a.is_na GROUP BY 1, 2",
            [*parameters, wave_id, row],
        )
        found = defaultdict(dict)
        for value, answer, count in cursor.fetchall():
            found[value][answer] = count
    return dict(found)


def _chosen(question):
    """(join of what was chosen on the question with this id, its parameters)."""
    on = "g.response_id = a.response_id AND g.slot = 0 AND g.question_id = %s"
    return f"LEFT JOIN surveys_answer g ON {on}", [question]


def totals(wave_id):
    """Totals of the rated questions per valid response (forms of 300 points)."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT sum(a.num) FROM surveys_answer a "
            "JOIN surveys_response r ON r.id = a.response_id AND r.is_valid "
            "WHERE a.wave_id = %s AND a.num IS NOT NULL AND a.score5 IS NOT NULL GROUP BY a.response_id",
            [wave_id],
        )
        return [row[0] for row in cursor.fetchall()]


def _join(segment, has_excluded):
    join, parameters = "JOIN surveys_response r ON r.id = a.response_id AND r.is_valid", []
    for column, value in (segment or {}).items():
        join += f" AND r.{Segment(column).value} = %s"
        parameters.append(value)
    return join, parameters
