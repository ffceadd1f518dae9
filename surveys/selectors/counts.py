"""The counting queries: one statement each, over the coded responses (surveys.coding)."""

from collections import defaultdict
from dataclasses import dataclass, field

from django.db import connection

from core.statistics import coded
from surveys.choices import DIVIDERS, Rated, Segment, divider
from surveys.choices import QuestionKind as Kind
from surveys.coding import NOTHING
from surveys.models import Response
from surveys.selectors.figures import BOTTOM, TOP, scores_of_sums
from surveys.selectors.questionnaires import published

OVERALL = ""  # the bucket of the overall score
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
    """{wave id: (valid, excluded)} numbers of responses; one query, answered from two indexes."""
    count = (
        "SELECT wave_id, {} AS valid, count(*) FROM surveys_response WHERE wave_id = ANY(%s) AND {} GROUP BY wave_id"
    )
    found = defaultdict(lambda: [0, 0])
    with connection.cursor() as cursor:
        cursor.execute(
            f"{count.format('true', 'is_valid')} UNION ALL {count.format('false', 'NOT is_valid')}",
            [list(wave_ids)] * 2,
        )
        for wave, is_valid, n in cursor.fetchall():
            found[wave][0 if is_valid else 1] = n
    return {wave: tuple(numbers) for wave, numbers in found.items()}


class Coded:
    """The valid responses of some waves, or of one group of them, as tables of bytes (surveys.coding); one query.

    ``by`` is a column of Segment or Rated, or a tuple of Segments (groups are tuples then), and divides them;
    ``segment`` = {column: value} leaves the others out.
    """

    def __init__(self, wave_ids, *, by=None, segment=None):
        group, join, parameters = "''", "", [list(wave_ids)]
        if isinstance(by, tuple):
            group = f"ARRAY[{', '.join(f'r.{Segment(column).value}' for column in by)}]::text[]"
        elif by in Rated.values:
            group, join = RATED[by], OF_SERVICE
        elif by:
            group = f"r.{divider(by).value}"
        only = ""
        for column, value in (segment or {}).items():
            only += f" AND r.{divider(column).value} = %s"
            parameters.append(value)
        sql = (
            "SELECT v.id, v.sha256, v.published_at, g.wave_id, g.value, g.codes, g.n FROM ("  # noqa: S608 (own names)
            f"SELECT r.wave_id, r.questionnaire_version_id AS version, {group} AS value, "
            f"string_agg(r.codes, ''::bytea) AS codes, count(*) AS n FROM surveys_response r {join} "
            f"WHERE r.wave_id = ANY(%s) AND r.is_valid{only} GROUP BY 1, 2, 3"
            ") g JOIN surveys_questionnaireversion v ON v.id = g.version"
        )
        with connection.cursor() as cursor:
            cursor.execute(sql, parameters)
            rows = cursor.fetchall()
        self._parts = []
        for *version, wave, value, codes, n in rows:
            value = tuple(value) if isinstance(value, list) else value
            columns, width = published(*version).layout
            if width:
                self._parts.append((wave, value, columns, coded.table(codes, width)))
            else:
                self._parts.append((wave, value, {}, coded.table(bytes(n), 1)))

    def of(self, wave_id):
        """What was read of one of the waves."""
        found = Coded.__new__(Coded)
        found._parts = [part for part in self._parts if part[0] == wave_id]
        return found

    def distributions(self):
        """{question id: Tally} over everything read."""
        found = defaultdict(Tally)
        for _wave, _value, columns, table in self._parts:
            for pk, column in columns.items():
                if column.question.kind == Kind.MULTIPLE:
                    _tally_several(found[pk], column, table)
                else:
                    for cell in range(column.cells):
                        _tally(found[pk], column, _codes(table, column, cell))
        return found

    def respondents(self):
        """{question id: respondents who chose at least one answer}, for multiple choices and rankings."""
        found = defaultdict(int)
        for _wave, _value, columns, table in self._parts:
            for pk, column in columns.items():
                if column.question.kind == Kind.MULTIPLE:
                    found[pk] += coded.any_chosen(table[:, column.start : column.end], na=column.na)
                elif column.question.kind == Kind.RANKING:
                    first = coded.counted(_codes(table, column))
                    found[pk] += sum(n for code, n in first.items() if code not in (NOTHING, column.na))
        return dict(found)

    def rankings(self, questions):
        """{question id: {option: {slot: respondents}}} of the questions that are ranked."""
        found = defaultdict(lambda: defaultdict(dict))
        for _wave, _value, columns, table in self._parts:
            for pk in set(questions) & set(columns):
                column = columns[pk]
                for slot in range(column.cells):
                    for code, n in coded.counted(_codes(table, column, slot)).items():
                        if code in column.values:
                            places = found[pk][column.values[code]]
                            places[slot] = places.get(slot, 0) + n
        return found

    def composites(self, buckets, *, question=None):
        """{(wave id, group): {bucket: Scores}}: see ``composites``."""
        questions = defaultdict(set)
        for bucket, pk in buckets:
            questions[bucket].add(pk)
        found = {}
        for wave, value, columns, table in self._parts:
            for part, rows in _split(columns, table, question) if question else [(value, table)]:
                found[wave, part] = {
                    bucket: scores_of_sums(sums.n, sums.total, sums.squares, sums.top, sums.bottom)
                    for bucket, wanted in questions.items()
                    if (sums := _sums(columns, rows, wanted)) and sums.n
                }
        return found

    def crossed(self, row, question):
        """{value of ``question``: {value of ``row``: answers}}; None stands for no answer to ``question``."""
        found = defaultdict(dict)
        for _wave, _value, columns, table in self._parts:
            mine, other = columns[row], columns[question]
            for (answer, group), n in coded.pairs(_codes(table, mine), _codes(table, other)).items():
                if answer in mine.values:
                    counted, value = found[other.values.get(group)], mine.values[answer]
                    counted[value] = counted.get(value, 0) + n
        return dict(found)

    def sizes(self, question):
        """{value of a single choice: respondents}; None: no answer."""
        found = defaultdict(int)
        for _wave, _value, columns, table in self._parts:
            for value, rows in _split(columns, table, question):
                found[value] += len(rows)
        return dict(found)

    def by_group(self, row):
        """{group: {value: valid answers}} of the question with one answer."""
        found = defaultdict(dict)
        for _wave, group, columns, table in self._parts:
            values = columns[row].values
            for code, n in coded.counted(_codes(table, columns[row])).items():
                if code in values:
                    found[group][values[code]] = found[group].get(values[code], 0) + n
        return {group: answers for group, answers in found.items() if answers}

    def totals(self):
        """Totals of the rated questions per respondent (forms of 300 points)."""
        found = []
        for _wave, _value, columns, table in self._parts:
            scored = [column for column in columns.values() if column.question.is_scored]
            if not scored:
                continue
            sums, given = coded.score_sums([(_codes(table, column), _worth(column)) for column in scored])
            found.extend(total // coded.UNIT for total, n in zip(sums.tolist(), given.tolist(), strict=True) if n)
        return found


def _worth(column):
    """{code: value as shown} of the choices that carry a score."""
    return {code: choice.value for code, choice in enumerate(column.question.choices, 1) if choice.score5 is not None}


def _codes(table, column, cell=0):
    return coded.column(table, column.start + cell * column.size, column.size)


def _tally(tally, column, codes):
    scores = {choice.value: choice.score5 for choice in column.question.choices}
    for code, n in coded.counted(codes).items():
        if code == column.na:
            tally.na += n
        elif code != NOTHING:
            value = column.values.get(code)  # None: a number, counted by ``amounts``
            tally.values[value] += n
            if scores.get(value) is not None:
                tally.scores[coded.thousandths(scores[value]) / coded.UNIT] += n


def _tally_several(tally, column, table):
    tally.na += coded.counted(_codes(table, column)).get(column.na, 0)
    for cell, choice in enumerate(column.question.choices):
        n = coded.counted(_codes(table, column, cell)).get(1, 0)
        if n:
            tally.values[choice.value] += n


def _split(columns, table, question):
    """(value, rows) by the choice made on the question with this id; None: none."""
    parts, column = defaultdict(list), columns[question]
    for code, rows in coded.split(table, _codes(table, column)).items():
        parts[column.values.get(code)].append(rows)
    return [(value, coded.joined(rows)) for value, rows in parts.items()]


def _scored(columns, table, questions):
    """Columns of the questions that carry a score, as score_sums() takes them."""
    return [
        (
            _codes(table, columns[pk]),
            {code: choice.score5 for code, choice in enumerate(columns[pk].question.choices, 1) if choice.score5 is not None},
        )
        for pk in sorted(questions)
        if pk in columns
    ]  # fmt: skip


def _sums(columns, table, questions):
    scored = _scored(columns, table, questions)
    return coded.sums_of_means(*coded.score_sums(scored), top=TOP, bottom=BOTTOM) if scored else None


def distributions(wave_id, *, segment=None):
    """{question id: Tally} of one wave, or of one group ``segment`` = {column: value} of it; one query."""
    return Coded([wave_id], segment=segment).distributions()


def amounts(wave_id, questions, *, segment=None):
    """{question id: (numbers, their sum, sum of their squares, their quartiles)} of the questions answered by a number."""
    join, parameters = "JOIN surveys_response r ON r.id = a.response_id AND r.is_valid", []
    for column, value in (segment or {}).items():
        join += f" AND r.{divider(column).value} = %s"
        parameters.append(value)
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

    ``buckets`` are (bucket, question id) pairs; OVERALL stands for the overall score. ``by`` is as for Coded, or
    ``question`` the id of a single choice whose options are the groups (None: not answered).
    """
    return Coded(wave_ids, by=by, segment=segment).composites(buckets, question=question)


def divided(wave_id):
    """The segment columns (and the way of answering) in which the valid responses of a wave differ; one query."""
    names = DIVIDERS
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
            f"SELECT {divider(by).value}, count(*) FROM surveys_response "  # noqa: S608 (own names)
            "WHERE wave_id = %s AND is_valid GROUP BY 1"
        )
        parameters = [wave_id]
    else:
        return Coded([wave_id]).sizes(question)
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return dict(cursor.fetchall())


def joint_sizes(wave_id, columns):
    """{(value of each of ``columns``): valid responses}, the combinations that occur; one query."""
    names = ", ".join(Segment(column).value for column in columns)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT count(*), {names} FROM surveys_response WHERE wave_id = %s AND is_valid GROUP BY {names}",  # noqa: S608 (own names)
            [wave_id],
        )
        return {tuple(values): n for n, *values in cursor.fetchall()}


def cross(wave_id, row, *, by=None, question=None):
    """{group: {value: valid answers}} of the single-answer question ``row``, by a segment column or a single choice."""
    if by:
        return Coded([wave_id], by=by).by_group(row)
    return Coded([wave_id]).crossed(row, question)


def matrix(wave_id, buckets, *, limit):
    """[{bucket: mean}] per valid response, at most ``limit`` of them; keys are random, so the first are a
    random sample.
    """
    rows = Response.objects.filter(wave=wave_id, is_valid=True).order_by("pk")
    of_version = [f"questionnaire_version__{name}" for name in ("pk", "sha256", "published_at")]
    rows = [(tuple(version), bytes(codes)) for *version, codes in rows.values_list(*of_version, "codes")[:limit]]
    questions, found = defaultdict(set), []
    for bucket, pk in buckets:
        questions[bucket].add(pk)
    for version in {version for version, _own in rows}:
        columns, width = published(*version).layout
        table = coded.table(b"".join(codes for own, codes in rows if own == version), width)
        means = {
            bucket: coded.means(*coded.score_sums(_scored(columns, table, wanted)))
            for bucket, wanted in questions.items()
        }
        for place in range(len(table)):
            found.append({bucket: column[place] for bucket, column in means.items() if column[place] is not None})
    return [row for row in found if row]


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
