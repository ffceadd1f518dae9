"""What is missing before a definition may be published, and what an edit does to comparability. Pure."""

import copy
from dataclasses import dataclass

from django.utils.translation import gettext as _

from surveys.choices import ChangeClass
from surveys.choices import QuestionKind as Kind
from surveys.instrument import identified, new_uid, parse
from surveys.routing import codes_in

ORDER = [ChangeClass.NONE, ChangeClass.WORDING, ChangeClass.ADDITIVE, ChangeClass.BREAKING]


@dataclass(frozen=True)
class Problem:
    """Where (``place``: words a designer finds it by; ``path``: address in the JSON) and what to do."""

    place: str
    message: str
    path: tuple = ()

    def __str__(self):
        return f"{self.place}: {self.message}" if self.place else self.message


def problems(definition):
    """Every reason why the definition cannot be published, each with its exact place."""
    return list(_of_definition(definition))


def _of_definition(definition):
    yield from _both(definition.get("title"), _("Title of the questionnaire"), ("title",))
    yield from _both(definition.get("intro"), _("Introduction"), ("intro",), optional=True)
    sections = definition.get("sections") or []
    questions = list(identified(definition))
    if not questions:
        yield Problem("", _("The questionnaire has no questions yet."), ("sections",))
    yield from _identities(sections, questions)
    if sum(bool(item.get("is_overall")) for item in questions) > 1:
        yield Problem("", _("Only one question can stand for overall satisfaction."), ("sections",))
    for s, part in enumerate(sections):
        yield from _of_section(part, s)
    yield from _of_route(parse(definition))


def _of_route(instrument):
    """Conditions and repeated answers point back at questions that came before and can be chosen from."""
    seen = {}
    for question in instrument.questions:
        place = _("Question %(code)s") % {"code": question.code}
        for uid, wanted in question.conditions:
            before = seen.get(uid)
            if before is None:
                yield Problem(place, _("It is asked only after a question that does not come before it."))
            elif not wanted or not set(wanted) <= {*map(str, before.by_value), *(["na"] if before.na else [])}:
                told = {"code": before.code}
                yield Problem(place, _("It is asked only after an answer that question %(code)s does not have.") % told)
        known = {found.code for found in seen.values() if found.section != question.section}
        for text in question.titles.values():
            for code in codes_in(text):
                if code not in known:
                    yield Problem(place, _("{%(code)s} repeats an answer of no earlier section.") % {"code": code})
        seen[question.uid] = question


def _identities(sections, questions):
    for key, label, items in (
        ("code", _("section code"), sections), ("uid", _("question identity"), questions),
        ("code", _("question code"), questions),
    ):  # fmt: skip
        values = [item.get(key) or "" for item in items]
        for value in sorted({value for value in values if values.count(value) > 1 or not value}):
            yield Problem(f"{label} {value}".strip(), _("It must be given and may occur once only."), ("sections",))


def _of_section(part, s):
    place = _("Section %(no)s") % {"no": s + 1}
    path = ("sections", s)
    yield from _both(part.get("title"), _("%(place)s, title") % {"place": place}, (*path, "title"))
    yield from _both(part.get("help"), _("%(place)s, help") % {"place": place}, (*path, "help"), optional=True)
    if not part.get("questions"):
        yield Problem(place, _("It has no questions."), (*path, "questions"))
    for q, item in enumerate(part.get("questions") or []):
        name = _("%(place)s, question %(code)s") % {"place": place, "code": item.get("code") or q + 1}
        yield from _of_question(item, name, (*path, "questions", q))


def _of_question(item, place, path):
    yield from _both(item.get("title"), place, (*path, "title"))
    yield from _both(item.get("help"), _("%(place)s, help") % {"place": place}, (*path, "help"), optional=True)
    if item.get("na") is not None:
        yield from _both(item["na"], _("%(place)s, “not applicable”") % {"place": place}, (*path, "na"))
    kind = item.get("kind")
    if kind == Kind.MATRIX:
        yield from _of_matrix(item, place, path)
    if kind not in Kind.values:
        yield Problem(place, _("The kind of question is not known."), (*path, "kind"))
    elif kind in (Kind.RATING, Kind.MATRIX):
        yield from _choices(item, place, path, "points", "value", _("point"))
    elif kind in Kind.with_options():
        yield from _choices(item, place, path, "options", "code", _("option"))
    if item.get("is_overall") and kind not in Kind.scored():
        yield Problem(place, _("Overall satisfaction needs a rating or a 0–10 question."), path)


def gaps(item):
    """What one question lacks, outside any questionnaire."""
    return list(_of_question(item, _("Question"), ()))


def _of_matrix(item, place, path):
    rows = item.get("items") or []
    if len(rows) < 2:
        yield Problem(place, _("At least two rows are needed."), (*path, "items"))
    for number, row in enumerate(rows):
        where = _("%(place)s, row %(number)s") % {"place": place, "number": number + 1}
        yield from _both(row.get("title"), where, (*path, "items", number, "title"))


def _choices(item, place, path, key, identity, word):
    found = item.get(key) or []
    if len(found) < 2:
        yield Problem(place, _("At least two answers to choose from are needed."), (*path, key))
    values = [choice.get(identity) for choice in found]
    if any(not isinstance(value, int) or isinstance(value, bool) for value in values) or len(set(values)) < len(values):
        yield Problem(place, _("Each answer needs a whole number of its own."), (*path, key))
    for number, choice in enumerate(found):
        where = f"{place}, {word} {number + 1}"
        yield from _both(choice.get("label"), where, (*path, key, number, "label"))
        score = choice.get("score5")
        if key == "points" and not (isinstance(score, int | float) and 1 <= score <= 5):
            yield Problem(where, _("The score on the 5-point basis must lie between 1 and 5."), (*path, key, number))


def _both(text, place, path, *, optional=False):
    text = text or {}
    given = {key: bool(str(text.get(key) or "").strip()) for key in ("zh", "en")}
    if optional and not any(given.values()):
        return
    if not given["zh"]:
        yield Problem(place, _("the Chinese text is missing."), (*path, "zh"))
    if not given["en"]:
        yield Problem(place, _("the English text is missing."), (*path, "en"))


# What changed ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Change:
    """One difference between two versions and what it does to comparability."""

    change_class: str
    what: str


def changes(old, new):
    """The differences of two definitions, the gravest first. Order of questions alone is no change."""
    before, after = parse(old), parse(new)
    found = [Change(ChangeClass.BREAKING, _("Question removed: %(title)s") % {"title": question.title})
             for uid, question in before.by_uid.items() if uid not in after.by_uid]  # fmt: skip
    for uid, question in after.by_uid.items():
        if uid not in before.by_uid:
            found.append(Change(ChangeClass.ADDITIVE, _("Question added: %(title)s") % {"title": question.title}))
        else:
            found.extend(_question_changes(before.by_uid[uid], question))
    if _texts(old) != _texts(new):
        found.append(Change(ChangeClass.WORDING, _("Title, introduction or section texts changed")))
    return sorted(found, key=lambda change: -ORDER.index(change.change_class))


def classify(old, new):
    """ChangeClass of the edit as a whole."""
    found = changes(old, new)
    return ChangeClass(found[0].change_class) if found else ChangeClass.NONE


def _question_changes(old, new):
    if breaks(old, new):
        yield Change(ChangeClass.BREAKING, _("Scale or meaning changed: %(title)s") % {"title": new.title})
    elif set(new.by_value) - set(old.by_value):
        yield Change(ChangeClass.ADDITIVE, _("Options added: %(title)s") % {"title": new.title})
    labels = [{value: choice.label for value, choice in question.by_value.items()} for question in (old, new)]
    same_labels = all(labels[1].get(value) == label for value, label in labels[0].items())
    if (old.titles, old.helps, old.na) != (new.titles, new.helps, new.na) or not same_labels:
        yield Change(ChangeClass.WORDING, _("Wording changed: %(title)s") % {"title": new.title})


def breaks(old, new):
    """Whether answers to ``new`` no longer compare with answers to ``old``."""
    if (old.is_overall, old.dimension) != (new.is_overall, new.dimension):
        return True
    if set(old.conditions) != set(new.conditions):
        return True  # others are asked
    return asks_otherwise(old, new)


def asks_otherwise(old, new):
    """Whether the answers themselves no longer compare, wherever and of whomever the question is asked."""
    if old.kind != new.kind or (old.units or None) != (new.units or None):
        return True
    if new.kind == Kind.RANKING and (old.places, set(old.by_value)) != (new.places, set(new.by_value)):
        return True
    scores = [{value: choice.score5 for value, choice in question.by_value.items()} for question in (old, new)]
    if new.kind == Kind.RATING:
        return scores[0] != scores[1]
    return any(value not in scores[1] for value in scores[0])


def with_new_identities(old, new):
    """``new`` with a fresh uid for every question that no longer compares with its namesake in ``old``."""
    definition, before = copy.deepcopy(new), parse(old).by_uid
    while fresh := _broken(before, parse(definition).by_uid):
        _rename(definition, fresh)
    return definition


def _broken(before, after):
    return {uid: new_uid() for uid in before.keys() & after.keys() if breaks(before[uid], after[uid])}


def renamed(definition, uids):
    """A copy in which the questions of these identities have new ones."""
    definition = copy.deepcopy(definition)
    _rename(definition, {uid: new_uid() for uid in uids})
    return definition


def _rename(definition, fresh):
    """Give questions their ``fresh`` identities ({old: new}), also where a condition names them."""
    for item in identified(definition):
        item["uid"] = fresh.get(item.get("uid"), item.get("uid"))
    for part in definition.get("sections") or []:
        for entry in (part, *(part.get("questions") or [])):
            if entry.get("show_if"):
                entry["show_if"] = {fresh.get(uid, uid): values for uid, values in entry["show_if"].items()}


def _texts(definition):
    parts = [(part.get("code"), part.get("title"), part.get("help")) for part in definition.get("sections") or []]
    return definition.get("title"), definition.get("intro") or None, parts
