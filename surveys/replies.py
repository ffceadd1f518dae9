"""What an answer to an instrument may be: read from a form, checked on its route, as rows to be stored. Pure."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

from django.utils.translation import gettext as _

from surveys import routing
from surveys.choices import QuestionKind as Kind
from surveys.instrument import NA

MOST = 10**9  # a number beyond is a slip of the finger


class Unfit(ValueError):
    """A value that is no answer to its question; ``str()`` is the sentence for the respondent."""


def read_post(instrument, post):
    """The payload of a posted form (fields ``q_<uid>``; several values for a multiple choice), as it was
    typed.
    """
    payload = {}
    for question in instrument.questions:
        values = post.getlist(question.name) if question.name in post else []
        if NA in values:
            payload[question.uid] = NA
        elif question.kind in Kind.several():
            if any(values):
                payload[question.uid] = [value for value in values if value != ""]
        elif values and values[-1] != "":
            payload[question.uid] = values[-1]
    return payload


def check(instrument, payload, *, complete=True):
    """(values, errors): the payload in its stored form, and {uid: sentence naming the question} for what
    does not fit.

    A complete answer keeps to its route: what was answered off it is left out, as unknown questions are. A draft
    (``complete=False``) keeps it, for whoever turns back, and owes nothing.
    """
    values, errors = {}, {}
    for question in instrument.questions:
        if complete and not routing.leads_to(question, values):
            continue
        try:
            value = clean(question, payload.get(question.uid))
        except Unfit as error:
            errors[question.uid] = str(error)
            continue
        if value is not None:
            values[question.uid] = value
        elif complete and question.required:
            errors[question.uid] = _owed(question)
    return values, errors


def clean(question, value):
    """``value`` in its stored form, None for no answer. Raises Unfit."""
    if value in (None, "", [], ()):
        return None
    if value == NA or value == [NA]:
        if not question.na:
            raise Unfit(_owed(question))
        return NA
    if question.kind in Kind.several():
        return READERS[question.kind](question, value)
    return READERS.get(question.kind, _one)(question, value[0] if isinstance(value, list) else value)


def _one(question, value):
    try:
        number = int(value)
    except (TypeError, ValueError):
        raise Unfit(_owed(question))
    if isinstance(value, bool) or number not in question.by_value:
        raise Unfit(_owed(question))
    return number


def _several(question, value):
    codes = list(dict.fromkeys(_one(question, part) for part in (value if isinstance(value, list) else [value])))
    alone = [code for code in codes if question.by_value[code].is_exclusive]
    if alone and len(codes) > 1:
        raise Unfit(
            _("“%(question)s”: “%(option)s” cannot be combined with other answers.")
            % {"question": question.title, "option": question.by_value[alone[0]].text}
        )
    if question.most and len(codes) > question.most:
        raise Unfit(
            _("“%(question)s”: choose at most %(most)s answers.") % {"question": question.title, "most": question.most}
        )
    if len(codes) < question.least:
        raise Unfit(
            _("“%(question)s”: choose at least %(least)s answers.")
            % {"question": question.title, "least": question.least}
        )
    return codes


def _ranking(question, value):
    given = [_one(question, part) for part in (value if isinstance(value, list) else [value])]
    if len(set(given)) < len(given):
        twice = next(code for code in given if given.count(code) > 1)
        raise Unfit(
            _("“%(question)s”: “%(option)s” stands on two places. Give each place to another one.")
            % {"question": question.title, "option": question.by_value[twice].text}
        )
    if len(given) != question.places:
        raise Unfit(
            _("“%(question)s”: %(places)s places are to be given, now %(now)s.")
            % {"question": question.title, "places": question.places, "now": len(given)}
        )
    return given


def _number(question, value):
    """An int, or a text with the decimal places that the question asks for: JSON would round it."""
    try:
        number = Decimal(str(value).strip().replace("，", ",").replace(",", ""))
        exact = number.quantize(Decimal(1).scaleb(-question.decimals))
        if exact.is_nan():
            raise InvalidOperation
    except InvalidOperation:
        raise Unfit(_("“%(question)s”: write a number, for example 12.") % {"question": question.title})
    if exact != number:
        said = {"question": question.title, "decimals": question.decimals}
        raise Unfit(_("“%(question)s”: at most %(decimals)s decimal places.") % said)
    low, high = question.low, question.high
    if (low is not None and number < low) or (high is not None and number > high) or abs(number) >= MOST:
        bounds = {"low": -MOST if low is None else low, "high": MOST if high is None else high}
        raise Unfit(_("“%(question)s”: between %(low)s and %(high)s.") % {"question": question.title, **bounds})
    return str(exact) if question.decimals else int(exact)


def _date(question, value):
    try:
        return date.fromisoformat(str(value).strip()).isoformat()
    except ValueError:
        raise Unfit(_("“%(question)s”: write the day like 2026-03-15.") % {"question": question.title})


def _words(question, value):
    text = str(value).replace("\x00", "").replace("\r\n", "\n").strip()
    if len(text) > question.max_length:
        raise Unfit(
            _("“%(question)s”: at most %(limit)s characters, now %(now)s.")
            % {"question": question.title, "limit": question.max_length, "now": len(text)}
        )
    return text or None


READERS = {
    Kind.TEXT: _words, Kind.MULTIPLE: _several, Kind.RANKING: _ranking, Kind.NUMBER: _number, Kind.DATE: _date,
}  # fmt: skip


def _owed(question):
    text = (
        _("Write an answer to “%(question)s”.")
        if question.kind in Kind.typed()
        else _("Select an answer to “%(question)s”.")
    )
    return text % {"question": question.title}


@dataclass(frozen=True)
class Row:
    """A row of the table of answers; in a ranking ``slot`` 0 is the first place."""

    question: int
    slot: int = 0
    option: int | None = None
    num: int | None = None
    score5: float | None = None
    is_na: bool = False
    amount: Decimal | None = None


def rows(instrument, values):
    """(rows of answers, [(question id, words)]) of checked values."""
    found, texts = [], []
    for question in instrument.questions:
        value = values.get(question.uid)
        if value is None:
            continue
        if value == NA:
            found.append(Row(question.id, is_na=True))
        elif question.kind in Kind.as_words():
            texts.append((question.id, value))
        elif question.kind == Kind.NUMBER:
            found.append(Row(question.id, amount=Decimal(value)))
        elif question.kind in Kind.several():
            found.extend(Row(question.id, slot, option=code) for slot, code in enumerate(value))
        elif question.kind == Kind.SINGLE:
            found.append(Row(question.id, option=value))
        else:
            found.append(Row(question.id, num=value, score5=question.by_value[value].score5))
    return found, texts
