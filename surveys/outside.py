"""What a row of a strange file says: its answers, who gave them, when, and under which number. Pure.

A mapping is {"targets": [target of each column] (surveys.outside_columns), "values": {uid: {spelling: value}},
"numbers": VALUES or PLACES}. A value is what is stored, "na", or "" for no answer.
"""

import re
from dataclasses import dataclass, field
from functools import cache

from django.utils.translation import gettext as _

from core.imports import values as cell
from core.imports.reader import FULL_WIDTH
from core.imports.schema import Column
from surveys.choices import QuestionKind as Kind
from surveys.instrument import NA
from surveys.outside_columns import bare
from surveys.scales import LIBRARY

VALUES, PLACES = "values", "places"  # what a bare number in a cell of choices is: a value, or a place in the list
SKIPPED = {"跳过", "空", "未填", "未作答", "未选", "skipped", "noanswer", "3", "2"}  # the last two: WJX's -3 and -2
NOT_CONCERNED = {"不适用", "na", "notapplicable", "未涉及", "不涉及"}
YES = {"是", "有", "会", "愿意", "yes", "true", "对", "y"}
NO = {"否", "没有", "无", "不会", "不愿意", "no", "false", "不", "n"}
CHOSEN = {"1", "10", "√", "✓", "✔", "☑", "是", "yes", "y", "true", "x", "选中", "已选"}
NOT_CHOSEN = {"0", "00", "否", "no", "n", "false", "×", "未选中", "-3", "-2", "(空)", "(跳过)", "未选"}
LETTERED = re.compile(r"^\s*[（(]?([A-Za-z]|\d{1,2})[)）]?\s*[.、．:：)）]\s*(.+)$", re.S)
POINTS = re.compile(r"^\s*(\d+(?:\.0+)?)\s*(?:分|星|颗星|points?|stars?|/\s*\d+)?\s*$", re.I)
ADDED = re.compile(r"〖.*?〗|\{.*?\}", re.S)  # words that WJX writes behind an option
STRONG, ARROW, WEAK = re.compile(r"[┋┆;；|｜\n]+"), re.compile(r"→|->|>|＞|⇒"), re.compile(r"[,，、]+")
MOST_SPELLINGS = 60
DAY = Column("day", "", kind="date")


class Unknown(ValueError):
    """A spelling that means none of the answers."""


@dataclass
class Reading:
    """A row as the mapping reads it. ``errors``: {place of the column: sentence}."""

    payload: dict = field(default_factory=dict)
    who: str = ""
    kind: str = ""
    outside_id: str = ""
    given_on: object = None
    errors: dict = field(default_factory=dict)


@cache
def _library():
    """{bare words of a label: score} over every labelled scale, where all agree."""
    found = {}
    for _zh, _en, _kind, points in LIBRARY.values():
        for point in points:
            for words in point["label"].values():
                found.setdefault(bare(words), set()).add(point["score5"])
    return {words: scores.pop() for words, scores in found.items() if len(scores) == 1 and words}


def meaning(question, text, *, numbers=VALUES):
    """What ``text`` of one choice means: a value of ``question``, "na", or "" for no answer. Raises Unknown.

    By its words in either language, a letter or number before them, points, the words of another scale, or its place.
    """
    text = ADDED.sub("", str(text).translate(FULL_WIDTH)).strip()
    words, numbers = bare(text), VALUES if question.kind == Kind.SCALE else numbers
    if (not words and not text.strip("-_ ")) or (words in SKIPPED and (text[:1] in "-(（" or len(words) > 1)):
        return ""
    for choice in question.choices:
        if words and words in {bare(label) for label in choice.label.values()}:
            found = POINTS.match(text)
            if not (found and numbers == PLACES):
                return choice.value
    if words in NOT_CONCERNED or (question.na and words in {bare(label) for label in question.na.values()}):
        if question.na:
            return NA
        raise Unknown(text)
    return _other_meaning(question, text, words, numbers)


def _other_meaning(question, text, words, numbers):
    if (found := POINTS.match(text)) and (value := _by_number(question, int(float(found[1])), numbers)) is not None:
        return value
    if question.kind == Kind.YES_NO and words in YES | NO:
        return 1 if words in YES else 0
    if len(text) == 1 and text.isascii() and text.isalpha() and question.kind != Kind.YES_NO:
        place = ord(text.upper()) - ord("A")
        if place < len(question.choices):
            return question.choices[place].value
    if found := LETTERED.match(text):
        return meaning(question, found[2], numbers=numbers)
    if question.is_scored and (score := _library().get(words)) is not None:
        same = [choice.value for choice in question.choices if choice.score5 == score]
        if len(same) == 1:
            return same[0]
    raise Unknown(text)


def _by_number(question, number, numbers):
    if numbers == PLACES:
        return question.choices[number - 1].value if 1 <= number <= len(question.choices) else None
    return number if number in question.by_value else None


def parts_of(question, text):
    """The single choices that a cell holds."""
    text = ADDED.sub("", str(text))
    if question.kind not in Kind.several():
        return [text]
    pattern = ARROW if question.kind == Kind.RANKING and ARROW.search(text) else STRONG
    parts = [part.strip() for part in pattern.split(text) if part.strip()]
    if len(parts) == 1 and WEAK.search(parts[0]):
        labels = {bare(label) for choice in question.choices for label in choice.label.values()}
        if bare(parts[0]) not in labels:
            return [part.strip() for part in WEAK.split(parts[0]) if part.strip()]
    return parts


def spellings(instrument, mapping, rows):
    """{uid: [spelling]} that stand in the columns of choices, in the order they come; at most MOST_SPELLINGS each."""
    found = {}
    for _number, cells in rows:
        for place, target in enumerate(mapping["targets"]):
            question = _chosen_in(instrument, target)
            text = cell.shown(cells[place]).strip() if question and place < len(cells) else ""
            for part in parts_of(question, text) if text else ():
                said = found.setdefault(question.uid, {})
                if len(said) < MOST_SPELLINGS:
                    said[part] = said.get(part, 0) + 1
    return found


def _chosen_in(instrument, target):
    """The question of whose choices a cell under ``target`` holds the words, or None."""
    mark, _colon, rest = target.partition(":")
    question = instrument.by_uid.get(rest.partition(":")[0]) if mark in ("q", "p") else None
    return question if question and question.kind not in Kind.typed() else None


def read(instrument, mapping, cells, *, today):
    """The Reading of one row."""
    found, split = Reading(), {}
    for place, target in enumerate(mapping["targets"]):
        raw = cells[place] if place < len(cells) else None
        if not target:
            continue
        try:
            _take(instrument, mapping, found, split, target, raw, today)
        except (cell.Wrong, Unknown) as wrong:
            found.errors[place] = _unknown(instrument, target, wrong) if isinstance(wrong, Unknown) else str(wrong)
    _join(instrument, found, split)
    return found


def _unknown(instrument, target, wrong):
    told = {"text": str(wrong)[:80], "question": instrument.by_uid[target.split(":")[1]].title}
    return _("“%(text)s” is no answer to “%(question)s”. Say on the page of the file what it means.") % told


def _take(instrument, mapping, found, split, target, raw, today):
    if isinstance(raw, list) and raw[0] == "e":
        raise cell.Wrong(_("The cell holds an error of the spreadsheet instead of a value."))
    text = cell.shown(raw).strip()
    if cell.CONTROL.search(text):
        raise cell.Wrong(_("The cell holds characters that cannot be read. Type it anew."))
    mark, _colon, rest = target.partition(":")
    if mark == "who":
        found.kind, found.who = rest, text
    elif mark == "id":
        if len(text) > 100:
            raise cell.Wrong(_("The number of an answer has at most 100 characters."))
        found.outside_id = text
    elif mark == "time":
        found.given_on = _day(raw, today)
    elif text:
        _answer(instrument, mapping, found, split, mark, rest, raw, text)


def _day(raw, today):
    day = cell.parse(DAY, raw)
    if day and day > today:
        raise cell.Wrong(_("This day lies in the future."))
    return day


def _answer(instrument, mapping, found, split, mark, rest, raw, text):
    uid, _colon, code = rest.partition(":")
    question = instrument.by_uid[uid]
    if mark == "q" and question.kind in Kind.typed():
        found.payload[uid] = _typed(question, raw, text)
    elif mark == "q":
        given = [one for part in parts_of(question, text) if (one := _value(mapping, question, part)) != ""]
        if given:
            found.payload[uid] = given if question.kind in Kind.several() else given[0]
    elif mark == "p":
        if (value := _value(mapping, question, text)) != "":
            split.setdefault(uid, {})[int(code)] = value
    elif mark == "o":
        if _is_chosen(question, int(code), text):
            split.setdefault(uid, {})[int(code)] = int(code)
    elif place := _place(question, text):
        if place in split.setdefault(uid, {}):
            raise cell.Wrong(_("Two options have place %(place)s.") % {"place": place})
        split[uid][place] = int(code)


def _typed(question, raw, text):
    if question.kind == Kind.DATE:
        return cell.parse(DAY, raw).isoformat()
    return text


def _value(mapping, question, part):
    said = mapping.get("values", {}).get(question.uid, {})
    if part in said:
        return said[part]
    return meaning(question, part, numbers=mapping.get("numbers", VALUES))


def _is_chosen(question, code, text):
    """A cell of one option: its mark, or the option written out; WJX writes added words into it."""
    plain = text.translate(FULL_WIDTH).strip().lower()
    if plain in NOT_CHOSEN:
        return False
    if plain in CHOSEN or plain.removesuffix(".0") in CHOSEN:
        return True
    try:
        said = meaning(question, text)
    except Unknown:
        raise Unknown(text) from None
    if said == "":
        return False
    if said != code:
        raise Unknown(text)
    return True


def _place(question, text):
    """The place that an option of a ranking got; 0 where it got none."""
    found = POINTS.match(text)
    if not found and text.translate(FULL_WIDTH).lower() in NOT_CHOSEN:
        return 0
    place = int(float(found[1])) if found else -1
    if not 0 <= place <= len(question.choices):
        raise Unknown(text)
    return place if place <= question.places else 0


def _join(instrument, found, split):
    """What stood in several columns as one answer; a ranking must not leave a place open before a later one."""
    for uid, given in split.items():
        if given:
            found.payload[uid] = [given[place] for place in sorted(given)]
