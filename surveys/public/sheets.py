"""A section of a questionnaire as a page shows it; what is the same for everybody is drawn once."""

from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from itertools import groupby

from django.template.loader import render_to_string
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from surveys import routing
from surveys.choices import QuestionKind as Kind
from surveys.instrument import NA, Instrument, Question
from surveys.replies import check
from surveys.wording import words_of

QUESTIONS = "surveys/public/questions.html"
MOST_IN_WORDS = 7  # a longer scale is a row of numbers
SECONDS = {Kind.TEXT: 20}
SECONDS_CLOSED = 7


@dataclass(frozen=True)
class Field:
    """A question, what was answered (as typed or as stored) and what is wrong with it.

    ``said`` are earlier answers in words by code, for a title that repeats one; ``within`` the questions of its section.
    """

    question: Question
    value: object = None
    error: str = ""
    said: dict = field(default_factory=dict)
    within: frozenset = frozenset()

    @property
    def title(self):
        return routing.piped(self.question.asked_title, self.said)

    @property
    def condition(self):
        """Answers of the same page that lead here, for its script: ``q_uid=1,2;q_uid=na``."""
        found = ((uid, wanted) for uid, wanted in self.question.conditions if uid in self.within)
        return ";".join(f"q_{uid}={','.join(sorted(wanted))}" for uid, wanted in found)

    @property
    def places(self):
        """(number of the place, chosen value or "") of a ranking."""
        values = [str(value) for value in self.value] if isinstance(self.value, list | tuple) else []
        return [(n + 1, values[n] if n < len(values) else "") for n in range(self.question.places)]

    @property
    def chosen(self):
        values = self.value if isinstance(self.value, list | tuple) else [self.value]
        return {str(value) for value in values if value is not None}

    @property
    def is_row(self):
        """Numbers side by side, rising, instead of words below each other."""
        question = self.question
        return question.kind == Kind.SCALE or (question.kind == Kind.RATING and len(question.choices) > MOST_IN_WORDS)

    @property
    def options(self):
        """(value, words, chosen) per choice, in the order of the page."""
        question, chosen = self.question, self.chosen
        choices = sorted(question.choices, key=lambda choice: choice.value) if self.is_row else question.best_first
        return [(choice.value, choice.text, str(choice.value) in chosen) for choice in choices]

    @property
    def is_na(self):
        return NA in self.chosen

    @property
    def text(self):
        return "" if self.value is None or self.is_na else str(self.value)


@dataclass
class Sheet:
    """One section to fill in: ``index`` from 0; ``payload`` are the answers so far, ``errors`` by uid."""

    instrument: Instrument
    index: int = 0
    payload: dict = field(default_factory=dict)
    errors: dict = field(default_factory=dict)

    @property
    def section(self):
        return self.instrument.sections[self.index]

    def holds(self, uid):
        return any(question.uid == uid for question in self.section.questions)

    def find_errors(self):
        """Check the answers of this page alone."""
        _values, errors = check(self.instrument, self.payload)
        self.errors = {uid: text for uid, text in errors.items() if self.holds(uid)}

    def turn(self, *, back=False):
        """Turn the page; the first and the last stay."""
        to = self.previous_index if back else self.next_index
        self.index = self.index if to is None else to

    def show_errors(self, errors):
        """Turn to the first section with an error."""
        self.errors = errors
        self.index = next(
            (
                index
                for index, section in enumerate(self.instrument.sections)
                if any(question.uid in errors for question in section.questions)
            ),
            self.index,
        )

    @property
    def number(self):
        """Number of the section in the address."""
        return self.index + 1

    @property
    def route(self):
        """Indexes of the sections that what is answered so far leads through."""
        return sections_of(self.instrument, self.payload)

    @property
    def next_index(self):
        return next((index for index in self.route if index > self.index), None)

    @property
    def previous_index(self):
        return next((index for index in reversed(self.route) if index < self.index), None)

    @property
    def is_only(self):
        return len(self.instrument.sections) == 1

    @property
    def is_last(self):
        """Whether nothing may follow, whatever is answered here."""
        if not self.instrument.has_branches:
            return self.number == len(self.instrument.sections)
        later = (part for part in self.instrument.sections[self.number :])
        return not any(self._may_ask(question) for part in later for question in part.questions)

    def _may_ask(self, question):
        return routing.may_ask(question, self.section, routing.asked(self.instrument, self.payload), self.payload)

    @property
    def shown(self):
        """The questions of this page; what an answer of the page itself leads to is on it too."""
        if not self.instrument.has_branches:
            return self.section.questions
        return tuple(question for question in self.section.questions if self._may_ask(question))

    @property
    def step(self):
        """(place of this page, number of pages) on the way, as far as it is known."""
        route = sorted({*self.route, self.index})
        return route.index(self.index) + 1, len(route)

    @property
    def steps(self):
        """A word per section for the strip: done, now, or nothing."""
        place, total = self.step
        return ["done"] * (place - 1) + ["now"] + [""] * (total - place)

    @property
    def questions(self):
        """The fields of the section as HTML."""
        shown = self.shown
        asked = {question.uid for question in shown}
        answered = {uid for uid, value in self.payload.items() if value is not None}
        repeats = any(routing.codes_in(question.asked_title) for question in shown)
        if repeats or asked & (answered | self.errors.keys()) or not self.instrument.version_id:
            return _draw(self.instrument, shown, self.payload, self.errors)
        return _drawn_once(_Same(self.instrument), tuple(question.uid for question in shown), get_language())

    @property
    def shown_errors(self):
        """(uid, sentence) of this section, in the order of the questions."""
        uids = (question.uid for question in self.section.questions)
        return [(uid, self.errors[uid]) for uid in uids if uid in self.errors]

    @property
    def carried(self):
        """(field name, value) of answers in other sections, for pages that are kept nowhere else."""
        here = {question.uid for question in self.section.questions}
        for question in self.instrument.questions:
            value = self.payload.get(question.uid)
            if question.uid in here or value is None:
                continue
            for part in value if isinstance(value, list | tuple) else [value]:
                yield question.name, part

    @cached_property
    def time_left(self):
        """Honest words for the rest of the way."""
        minutes = round(seconds_for(self.instrument, self.index, self.route) / 60)
        if not minutes:
            return _("less than a minute left")
        return ngettext("about %(n)s minute left", "about %(n)s minutes left", minutes) % {"n": minutes}


def index_of(part, instrument):
    """Index of the section numbered ``part`` (text from an address or form), the nearest there is."""
    number = int(part) if part and part.isdecimal() and len(part) < 4 else 1
    return min(max(number, 1), len(instrument.sections)) - 1


def sections_of(instrument, payload):
    """Indexes of the sections on the route of ``payload``."""
    if not instrument.has_branches:
        return range(len(instrument.sections))
    asked = routing.asked(instrument, payload)
    return [
        index
        for index, section in enumerate(instrument.sections)
        if any(question.uid in asked for question in section.questions)
    ]


def seconds_for(instrument, since=0, route=None):
    """What the sections from ``since`` on usually take, those of ``route`` alone if it is given."""
    return sum(
        SECONDS.get(question.kind, SECONDS_CLOSED)
        for index, section in enumerate(instrument.sections)
        if index >= since and (route is None or index in route)
        for question in section.questions
    )


def resume_at(instrument, payload):
    """Index of the first section with an unanswered question that is asked for; else the last one."""
    asked, route = routing.asked(instrument, payload), sections_of(instrument, payload)
    for index in route:
        questions = instrument.sections[index].questions
        if any(item.required and item.uid in asked and item.uid not in payload for item in questions):
            return index
    return route[-1] if route else 0


def transcript(instrument, payload):
    """Questions and answers in words, to be read or copied."""
    asked = routing.asked(instrument, payload)
    return "\n\n".join(
        f"{question.number}. {question.title}\n{words_of(question, payload[question.uid])}"
        for question in instrument.questions
        if question.uid in payload and question.uid in asked
    )


def fields_of(instrument, shown, payload=(), errors=()):
    """[(Matrix or None, its Fields)] of the questions ``shown`` on one page."""
    payload, errors = dict(payload), dict(errors)
    within, said = frozenset(question.uid for question in shown), _said(instrument, shown, payload)
    fields = (
        Field(question, payload.get(question.uid), errors.get(question.uid, ""), said, within) for question in shown
    )
    return [(matrix, list(rows)) for matrix, rows in groupby(fields, key=lambda row: row.question.matrix)]


def _draw(instrument, shown, payload, errors):
    return render_to_string(QUESTIONS, {"blocks": fields_of(instrument, shown, payload, errors)})


def _said(instrument, shown, payload):
    """{code: answer in words} of what the titles repeat."""
    codes = {code for question in shown for code in routing.codes_in(question.asked_title)}
    questions = (instrument.by_code[code] for code in codes if code in instrument.by_code)
    return {item.code: words_of(item, payload[item.uid]) for item in questions if payload.get(item.uid) is not None}


class _Same:
    """Cache key of an instrument: published versions never change, so their id stands for all of it."""

    def __init__(self, instrument):
        self.instrument = instrument

    def __hash__(self):
        return hash(self.instrument.version_id)

    def __eq__(self, other):
        return self.instrument is other.instrument


@lru_cache(maxsize=1024)
def _drawn_once(same, uids, language):
    return _draw(same.instrument, tuple(same.instrument.by_uid[uid] for uid in uids), {}, {})
