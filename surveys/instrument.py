"""The instrument: the definition of a questionnaire version as typed objects (surveys.replies: what an answer to it may be).

Pure: no models, no queries. The definition is one JSON document::

    {"title": {"zh": …, "en": …}, "intro": {…} or null,
     "total": {"full_mark": 300, "bands": [{"from": 240, "label": {…}}, …]} or absent,
     "sections": [{"code": "quality", "title": {…}, "help": {…} or null, "questions": [
        {"uid": "q7f3…", "code": "Q1", "kind": "rating", "title": {…}, "help": {…} or null, "required": true,
         "is_overall": false, "dimension": "quality" (default: the section's code; 0–10: none),
         "show_if": {uid of an earlier question: [answers, one of which leads here]} or absent (also of a section),
         "na": {"zh": "不适用", "en": "Not applicable"} or null,
         "scale": "B", "points": [{"value": 5, "label": {…}, "score5": 5}, …],            # rating
         "items": [{"uid": …, "code": "Q4.1", "title": {…}}, …],      # matrix: ratings under one title, on one scale
         "options": [{"code": 1, "label": {…}, "is_exclusive": false}, …],                # single, multiple, ranking
         "min": 1, "max": 3,                               # multiple: how many; ranking: max places; number: bounds
         "decimals": 0, "unit": {…},                                                      # number
         "max_length": 2000}]}]}                                                          # text

A title may repeat an earlier answer: ``{Q3}`` stands for what was answered to the question of that code.

Values of a payload ``{uid: value}``: the point's value (rating, scale_0_10), an option's code (single), a
list of codes (multiple; ranking: first place first), 1 or 0 (yes_no), words (text), "2026-11-22" (date), a number
(number), or ``"na"``.
"""

import secrets
from dataclasses import dataclass, field
from functools import cached_property

from core.i18n import pick
from surveys import coding, routing
from surveys.choices import QuestionKind as Kind
from surveys.scales import score_of_ten

NA = "na"
TEXT_LIMIT = 2000


def new_uid():
    """Identity of a question over all versions."""
    return "q" + secrets.token_hex(6)


@dataclass(frozen=True)
class Choice:
    """A point of a scale, an option, or yes/no: the value sent, its words, its score on the 5-point basis."""

    value: int
    label: dict
    score5: float | None = None
    is_exclusive: bool = False

    @property
    def text(self):
        return pick({"label": self.label}, "label")


class Worded:
    """Something with a title and perhaps a help, both {"zh", "en"}, in the reader's language."""

    @property
    def title(self):
        return pick({"t": self.titles}, "t")

    @property
    def help(self):
        return pick({"t": self.helps or {}}, "t")


@dataclass(frozen=True)
class Matrix(Worded):
    """Ratings under one title. Each of them is a question of its own, with an identity and figures of its own."""

    code: str
    titles: dict
    helps: dict | None = None


@dataclass(frozen=True)
class Question(Worded):
    """One question; ``number`` counts from 1 over the whole questionnaire, ``id`` is the row of a
    published version.

    ``titles`` say everything, for results; ``row_titles`` are what stands in a row of its ``matrix``. ``conditions``
    are (uid, answers) pairs, all of which lead here. ``low`` and ``high`` bound a number of ``decimals`` places.
    """

    uid: str
    code: str
    kind: str
    titles: dict
    number: int
    section: str
    dimension: str = ""
    helps: dict | None = None
    required: bool = False
    is_overall: bool = False
    na: dict | None = None
    choices: tuple = ()
    least: int = 0
    most: int = 0
    max_length: int = TEXT_LIMIT
    id: int | None = None
    conditions: tuple = ()
    matrix: Matrix | None = None
    row_titles: dict | None = None
    scale: str = ""
    low: float | None = None
    high: float | None = None
    decimals: int = 0
    units: dict | None = None

    @property
    def title(self):
        """For results: what an answer was repeated from stays open."""
        return routing.piped(pick({"t": self.titles}, "t"), {})

    @property
    def asked_title(self):
        """The title on the page of who answers, with {Q3} where an answer is to be repeated."""
        return pick({"t": self.row_titles or self.titles}, "t")

    @property
    def unit(self):
        return pick({"t": self.units or {}}, "t")

    @property
    def na_text(self):
        return pick({"t": self.na or {}}, "t")

    @property
    def name(self):
        """Name of the form field."""
        return f"q_{self.uid}"

    @property
    def is_scored(self):
        return self.kind in Kind.scored()

    @property
    def places(self):
        """How many places a ranking gives."""
        return min(self.most or len(self.choices), len(self.choices))

    @cached_property
    def by_value(self):
        return {choice.value: choice for choice in self.choices}

    @property
    def best_first(self):
        """Choices of a scored question, best score first; others as they stand."""
        return sorted(self.choices, key=lambda c: -(c.score5 or 0)) if self.is_scored else list(self.choices)


@dataclass(frozen=True)
class Section(Worded):
    code: str
    titles: dict
    questions: tuple
    helps: dict | None = None


@dataclass(frozen=True)
class Instrument:
    """A questionnaire version, ready to show, check and count."""

    titles: dict
    intros: dict | None
    sections: tuple
    total: dict | None = None
    version_id: int | None = None
    version_no: int | None = None
    _by_uid: dict = field(default_factory=dict, repr=False)

    @property
    def title(self):
        return pick({"t": self.titles}, "t")

    @property
    def intro(self):
        return pick({"t": self.intros or {}}, "t")

    @cached_property
    def questions(self):
        return tuple(question for section in self.sections for question in section.questions)

    @cached_property
    def by_uid(self):
        return {question.uid: question for question in self.questions}

    @cached_property
    def by_id(self):
        return {question.id: question for question in self.questions}

    @cached_property
    def by_code(self):
        return {question.code: question for question in self.questions}

    @cached_property
    def has_rare_kinds(self):
        """Whether its pages need static/css/kinds.css."""
        return any(question.matrix or question.kind in (Kind.RANKING, Kind.NUMBER) for question in self.questions)

    @cached_property
    def has_branches(self):
        return any(question.conditions for question in self.questions)

    @cached_property
    def overall(self):
        """The question of overall satisfaction, or None."""
        return next((question for question in self.questions if question.is_overall), None)

    @cached_property
    def dimensions(self):
        """{code: Section} of the sections that hold scored questions besides the overall one, in order."""
        used = {question.dimension for question in self.questions if question.is_scored and not question.is_overall}
        return {section.code: section for section in self.sections if section.code in used}

    @cached_property
    def layout(self):
        """({question id: coding.Column}, bytes) of its answers as a string."""
        return coding.layout(self)

    @cached_property
    def _codes(self):
        return {
            question.id: {choice.value: code for code, choice in enumerate(question.choices, 1)}
            for question in self.questions
        }

    def code_of(self, question, value):
        """The place of ``value`` among the choices of the question with this id, from 1 (surveys.coding)."""
        return self._codes[question][value]

    @property
    def minutes(self):
        """Honest length: 7 seconds a closed question, 20 an open one, at least a minute."""
        seconds = sum(20 if question.kind == Kind.TEXT else 7 for question in self.questions)
        return max(1, round(seconds / 60))


def parse(definition, *, ids=None, version_id=None, version_no=None):
    """The Instrument of a definition that may still be incomplete; ``ids`` are {uid: id} of a published
    version.
    """
    ids, sections, number = ids or {}, [], 0
    for part in definition.get("sections") or []:
        questions = []
        for item, matrix in singles(part):
            number += 1
            questions.append(_question(item, part, number, ids.get(item.get("uid")), matrix))
        sections.append(Section(part.get("code", ""), part.get("title") or {}, tuple(questions), part.get("help")))
    return Instrument(
        definition.get("title") or {}, definition.get("intro"), tuple(sections), definition.get("total"),
        version_id, version_no,
    )  # fmt: skip


def singles(part):
    """(question, Matrix or None) of a section's definition, with every row of a matrix as a rating of its own."""
    for item in part.get("questions") or []:
        if item.get("kind") != Kind.MATRIX:
            yield item, None
            continue
        matrix = Matrix(item.get("code", ""), item.get("title") or {}, item.get("help"))
        shared = {key: value for key, value in item.items() if key not in ("uid", "code", "title", "help", "items")}
        for number, row in enumerate(item.get("items") or [], 1):
            yield {**shared, "kind": Kind.RATING.value, "code": f"{matrix.code}.{number}", **row}, matrix


def identified(definition):
    """Every dict of a definition that carries the identity of a question: questions, and the rows of a matrix."""
    for part in definition.get("sections") or []:
        for item in part.get("questions") or []:
            yield from (item.get("items") or []) if item.get("kind") == Kind.MATRIX else [item]


def _joined(matrix, titles):
    if matrix is None:
        return titles
    marks = {"zh": "：", "en": ": "}
    return {key: f"{matrix.titles.get(key, '')}{mark}{titles.get(key, '')}" for key, mark in marks.items()}


def _conditions(*parts):
    return tuple(
        (uid, tuple(sorted(routing.given(values))))
        for part in parts
        for uid, values in (part.get("show_if") or {}).items()
    )


def _question(item, part, number, row_id, matrix):
    kind, section = item.get("kind", ""), part.get("code", "")
    return Question(
        uid=item.get("uid", ""),
        code=item.get("code") or f"Q{number}",
        kind=kind,
        titles=_joined(matrix, item.get("title") or {}),
        number=number,
        section=section,
        dimension=item.get("dimension") or ("" if kind == Kind.SCALE else section),
        helps=item.get("help"),
        required=bool(item.get("required")),
        is_overall=bool(item.get("is_overall")),
        na=item.get("na") or None,
        choices=tuple(_choices(item, kind)),
        least=item.get("min") or 0,
        most=item.get("max") or 0,
        max_length=item.get("max_length") or TEXT_LIMIT,
        id=row_id,
        conditions=_conditions(part, item),
        matrix=matrix,
        row_titles=(item.get("title") or {}) if matrix else None,
        scale=item.get("scale") or "",
        low=item.get("min") if kind == Kind.NUMBER else None,
        high=item.get("max") if kind == Kind.NUMBER else None,
        decimals=item.get("decimals") or 0,
        units=item.get("unit"),
    )


def _choices(item, kind):
    if kind == Kind.RATING:
        for point in item.get("points") or []:
            yield Choice(point.get("value"), point.get("label") or {}, point.get("score5"))
    elif kind in Kind.with_options():
        for option in item.get("options") or []:
            yield Choice(option.get("code"), option.get("label") or {}, None, bool(option.get("is_exclusive")))
    elif kind == Kind.YES_NO:
        yield Choice(1, {"zh": "是", "en": "Yes"})
        yield Choice(0, {"zh": "否", "en": "No"})
    elif kind == Kind.SCALE:
        for value in range(11):
            yield Choice(value, {"zh": str(value), "en": str(value)}, score_of_ten(value))
