"""Answers in words, for whoever reads or copies them. Pure."""

from django.utils.dateparse import parse_date
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from surveys.choices import QuestionKind as Kind
from surveys.instrument import NA


def words_of(question, value):
    """What was answered, typed or stored, in the active language; "" for no answer."""
    if value in (None, "", [], ()):
        return ""
    if value in (NA, [NA]):
        return question.na_text
    if question.kind == Kind.NUMBER:
        return f"{value} {question.unit}".strip()
    if question.kind == Kind.DATE:
        day = parse_date(str(value))
        return date_format(day, "DATE_FORMAT") if day else str(value)
    if question.kind == Kind.TEXT:
        return str(value)
    texts = {str(choice.value): choice.text for choice in question.choices}
    chosen = [str(part) for part in (value if isinstance(value, list | tuple) else [value]) if str(part) in texts]
    if question.kind == Kind.RANKING:
        return " / ".join(f"{place}. {texts[part]}" for place, part in enumerate(chosen, 1))
    chosen = sorted(chosen, key=list(texts).index)
    return _(", ").join(texts[part] for part in chosen)


def condition_of(question, instrument):
    """When a question is asked, for people who read it on paper; "" where everybody is asked."""
    found = []
    for uid, wanted in question.conditions:
        before = instrument.by_uid.get(uid)
        if before:
            chosen = [words_of(before, value) for value in wanted]
            found.append(_("%(number)s. %(answers)s") % {"number": before.number, "answers": " / ".join(chosen)})
    return _(" and ").join(found)
