"""A section of a questionnaire as a page shows it; what is the same for everybody is drawn once."""

from dataclasses import dataclass, field
from functools import cached_property, lru_cache

from django.template.loader import render_to_string
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from surveys.choices import QuestionKind as Kind
from surveys.instrument import NA, Instrument, Question

QUESTIONS = "surveys/public/questions.html"
MOST_IN_WORDS = 7  # a longer scale is a row of numbers
SECONDS = {Kind.TEXT: 20}
SECONDS_CLOSED = 7


@dataclass(frozen=True)
class Field:
    """A question, what was answered (as typed or as stored) and what is wrong with it."""

    question: Question
    value: object = None
    error: str = ""

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
        return self.index + 1

    @property
    def total(self):
        return len(self.instrument.sections)

    @property
    def is_only(self):
        return self.total == 1

    @property
    def is_last(self):
        return self.number == self.total

    @property
    def steps(self):
        """A word per section for the strip: done, now, or nothing."""
        return ["done"] * self.index + ["now"] + [""] * (self.total - self.number)

    @property
    def questions(self):
        """The fields of the section as HTML."""
        asked = {question.uid for question in self.section.questions}
        answered = {uid for uid, value in self.payload.items() if value is not None}
        if asked & (answered | self.errors.keys()) or not self.instrument.version_id:
            return _draw(self.instrument, self.index, self.payload, self.errors)
        return _blank(self.instrument, self.index, get_language())

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
        minutes = round(seconds_for(self.instrument, self.index) / 60)
        if not minutes:
            return _("less than a minute left")
        return ngettext("about %(n)s minute left", "about %(n)s minutes left", minutes) % {"n": minutes}


def seconds_for(instrument, since=0):
    """What the sections from ``since`` on usually take."""
    return sum(
        SECONDS.get(question.kind, SECONDS_CLOSED)
        for section in instrument.sections[since:]
        for question in section.questions
    )


def resume_at(instrument, payload):
    """Index of the first section with an unanswered question that is asked for; else the last one."""
    for index, section in enumerate(instrument.sections):
        if any(question.required and question.uid not in payload for question in section.questions):
            return index
    return len(instrument.sections) - 1


def transcript(instrument, payload):
    """Questions and answers in words, to be read or copied."""
    return "\n\n".join(
        f"{question.number}. {question.title}\n{words_of(question, payload[question.uid])}"
        for question in instrument.questions
        if question.uid in payload
    )


def words_of(question, value):
    field_ = Field(question, value)
    if field_.is_na:
        return question.na_text
    if question.kind == Kind.TEXT:
        return field_.text
    return " / ".join(words for _value, words, chosen in field_.options if chosen)


def _draw(instrument, index, payload, errors):
    fields = [
        Field(question, payload.get(question.uid), errors.get(question.uid, ""))
        for question in instrument.sections[index].questions
    ]
    return render_to_string(QUESTIONS, {"fields": fields})


class _Same:
    """Cache key of an instrument: published versions never change, so their id stands for all of it."""

    def __init__(self, instrument):
        self.instrument = instrument

    def __hash__(self):
        return hash(self.instrument.version_id)

    def __eq__(self, other):
        return self.instrument is other.instrument


def _blank(instrument, index, language):
    return _drawn_once(_Same(instrument), index, language)


@lru_cache(maxsize=1024)
def _drawn_once(same, index, language):
    return _draw(same.instrument, index, {}, {})
