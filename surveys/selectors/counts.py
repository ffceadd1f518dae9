"""The counting queries: one statement each, over the narrow table of answers."""

from collections import defaultdict
from dataclasses import dataclass, field

from django.db import connection

from surveys.choices import Rated, Segment
from surveys.models import Response
from surveys.selectors.figures import BOTTOM, TOP, scores_of_sums

OVERALL = ""  # the bucket of the overall score
# A hash of every respondent instead of a sort of every answer: three times faster at 100,000 responses.
ROOM = "SET LOCAL work_mem = '64MB'; "

# What an answer rates, by the service its invitation names (SUR-24); NULL where it names none.
OF_SERVICE = "LEFT JOIN surveys_invitation i ON i.id = r.invitation_id LEFT JOIN customers_servicerecord s ON s.id = i.service_record_id"
RATED = {Rated.UNIT.value: "s.unit_id::text", Rated.STAFF.value: "s.staff_id::text"}


@dataclass
class Tally:
    """Answers to one question: {value: count} of choices, {score: count} on the 5-point basis, not
    applicable.
    """

    values: dict = field(default_factory=lambda: defaultdict(int))
    scores: dict = field(default_factory=lambda: defaultdict(int))
    na: int = 0


def responses(wave_ids):
    """{wave id: (valid, excluded)} numbers of responses."""
    from django.db.models import Count, Q

    rows = Response.objects.filter(wave__in=wave_ids).values("wave").annotate(
        valid=Count("pk", filter=Q(is_valid=True)), excluded=Count("pk", filter=Q(is_valid=False))
    )  # fmt: skip
    return {row["wave"]: (row["valid"], row["excluded"]) for row in rows}


def distributions(wave_id, *, segment=None, has_excluded=False):
    """{question id: Tally} of one wave, or of one group ``segment`` = {column: value} of it; one query."""
    join, parameters = _join(segment, has_excluded)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT a.question_id, coalesce(a.option, a.num), a.score5, a.is_na, count(*) "  # noqa: S608 (own names)
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
            "SELECT a.question_id, count(*) FROM surveys_answer a "  # noqa: S608 (own names)
            f"{join} WHERE a.wave_id = %s AND a.slot = 0 AND NOT a.is_na AND a.option IS NOT NULL GROUP BY 1",
            [*parameters, wave_id],
        )
        return dict(cursor.fetchall())


def rankings(wave_id, questions, *, segment=None, has_excluded=False):
    """{question id: {option: {slot: respondents}}} of the questions that are ranked."""
    join, parameters = _join(segment, has_excluded)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT a.question_id, a.option, a.slot, count(*) FROM surveys_answer a "  # noqa: S608 (own names)
            f"{join} WHERE a.wave_id = %s AND a.question_id = ANY(%s) AND NOT a.is_na GROUP BY 1, 2, 3",
            [*parameters, wave_id, questions],
        )
        found = defaultdict(lambda: defaultdict(dict))
        for question, option, slot, count in cursor.fetchall():
            found[question][option][slot] = count
    return found


def amounts(wave_id, questions, *, segment=None, has_excluded=False):
    """{question id: (numbers, their sum, sum of their squares, their quartiles)} of the questions answered by a number."""
    join, parameters = _join(segment, has_excluded)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT a.question_id, count(*), sum(a.amount), sum(a.amount * a.amount), "  # noqa: S608 (own names)
            "percentile_cont(ARRAY[0.25, 0.5, 0.75]) WITHIN GROUP (ORDER BY a.amount) FROM surveys_answer a "
            f"{join} WHERE a.wave_id = %s AND a.question_id = ANY(%s) AND a.amount IS NOT NULL GROUP BY 1",
            [*parameters, wave_id, questions],
        )
        return {row[0]: row[1:] for row in cursor.fetchall()}


def composites(wave_ids, buckets, *, by=None, segment=None, question=None):
    """{(wave id, group): {bucket: Scores}}: each respondent's mean over a bucket, then over all.

    ``buckets`` are (bucket, question id) pairs; OVERALL stands for the overall score. ``by`` is a segment
    column, or ``question`` the id of a single choice whose options are the groups (None: not answered).
    """
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
            f"""{ROOM}WITH per AS (
                    SELECT wave_id, response_id, {means} FROM surveys_answer
                    WHERE wave_id = ANY(%s) AND score5 IS NOT NULL GROUP BY wave_id, response_id)
                SELECT per.wave_id, {group}, {sums} FROM per {join} GROUP BY 1, 2""",  # noqa: S608 (own names)
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
    if by in Rated.values:
        group, join = RATED[by], f"{join} {OF_SERVICE}"
    elif by:
        group = f"r.{Segment(by).value}"
    elif question:
        group = "g.option"
        mine = "g.response_id = per.response_id AND g.slot = 0 AND g.question_id = %s"
        join += f" LEFT JOIN surveys_answer g ON {mine}"
        parameters.append(question)
    return group, join, parameters


def divided(wave_id):
    """The segment columns in which the valid responses of a wave differ; one query."""
    names = [column.value for column in Segment]
    differing = ", ".join(f"min({name}) <> max({name})" for name in names)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {differing} FROM surveys_response WHERE wave_id = %s AND is_valid",  # noqa: S608 (own names)
            [wave_id],
        )
        return [name for name, differs in zip(names, cursor.fetchone(), strict=True) if differs]


def group_sizes(wave_id, *, by=None, question=None):
    """{group: valid responses}: the complete division of the wave, the base of suppression; one query."""
    if by in Rated.values:
        sql = f"SELECT {RATED[by]}, count(*) FROM surveys_response r {OF_SERVICE} WHERE r.wave_id = %s AND r.is_valid GROUP BY 1"  # noqa: S608 (own names)
        parameters = [wave_id]
    elif by:
        sql = (
            f"SELECT {Segment(by).value}, count(*) FROM surveys_response "  # noqa: S608 (own names)
            "WHERE wave_id = %s AND is_valid GROUP BY 1"
        )
        parameters = [wave_id]
    else:
        sql = (
            "SELECT g.option, count(*) FROM surveys_response r "
            "LEFT JOIN surveys_answer g ON g.response_id = r.id AND g.question_id = %s AND g.slot = 0 "
            "WHERE r.wave_id = %s AND r.is_valid GROUP BY 1"
        )
        parameters = [question, wave_id]
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return dict(cursor.fetchall())


def cross(wave_id, row, *, by=None, question=None):
    """{group: {value: valid answers}} of the single-answer question ``row``, by a segment column or a single choice."""
    group, join, parameters = (f"r.{Segment(by).value}", "", []) if by else ("g.option", *_chosen(question))
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {group}, coalesce(a.option, a.num), count(*) FROM surveys_answer a "  # noqa: S608 (own names)
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


def matrix(wave_id, buckets, *, limit):
    """[{bucket: mean}] per valid response, at most ``limit`` of them; keys are random, so the first are a
    random sample.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT a.response_id, b.bucket, avg(a.score5) FROM surveys_answer a "
            "JOIN unnest(%s::text[], %s::bigint[]) AS b(bucket, question) ON b.question = a.question_id "
            "WHERE a.wave_id = %s AND a.score5 IS NOT NULL AND a.response_id IN ("
            "SELECT id FROM surveys_response WHERE wave_id = %s AND is_valid ORDER BY id LIMIT %s) "
            "GROUP BY 1, 2",
            [[b for b, _q in buckets], [q for _b, q in buckets], wave_id, wave_id, limit],
        )
        rows = cursor.fetchall()
    found = defaultdict(dict)
    for response, bucket, mean in rows:
        found[response][bucket] = float(mean)
    return list(found.values())


def fingerprint(wave):
    """SHA-256 that changes with any counted answer of the wave, whatever the order of rows."""
    import hashlib

    who = "" if wave.is_anonymous else "a.response_id, "
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), coalesce(sum(hashtextextended(concat_ws('|', "  # noqa: S608 (own names)
            f"{who}a.question_id, a.slot, a.option, a.num, a.score5, a.is_na, a.amount), 0)::numeric), 0) "
            "FROM surveys_answer a JOIN surveys_response r ON r.id = a.response_id AND r.is_valid "
            "WHERE a.wave_id = %s",
            [wave.pk],
        )
        row = cursor.fetchone()
    return hashlib.sha256(f"{wave.pk}|{row[0]}|{row[1]}".encode()).hexdigest()


def _join(segment, has_excluded):
    """The join to responses, only where something must be left out."""
    if not segment and not has_excluded:
        return "", []
    join, parameters = "JOIN surveys_response r ON r.id = a.response_id AND r.is_valid", []
    for column, value in (segment or {}).items():
        join += f" AND r.{Segment(column).value} = %s"
        parameters.append(value)
    return join, parameters
