"""A questionnaire as a file: what it holds, written and read strictly. Pure.

The file is JSON: {"format": "portal-questionnaire/1", "code": …, "definition": …}, the definition as surveys.instrument
describes it. A file of somebody else is read key by key; what is wrong is named by its place, and nothing is stored.
"""

import json
import re

from django.utils.translation import gettext as _

from surveys.choices import QuestionKind

FORMAT = "portal-questionnaire/1"
MOST_BYTES = 500_000
MOST_QUESTIONS = 300
CODE = re.compile(r"[A-Za-z0-9][\w.-]{0,39}")


class FileProblem(ValueError):
    """The file cannot be read; ``str()`` says where and what to do."""


def write(version):
    """The text of the file of a questionnaire version."""
    content = {
        "format": FORMAT,
        "code": version.questionnaire.code,
        "version": version.no,
        "definition": version.definition,
    }
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n"


def read(data):
    """The definition in the bytes of a file. Raises FileProblem."""
    if len(data) > MOST_BYTES:
        raise FileProblem(_("The file is larger than %(most)s KB.") % {"most": MOST_BYTES // 1000})
    try:
        content = json.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise FileProblem(_("The file is not written in UTF-8."))
    except json.JSONDecodeError as error:
        raise FileProblem(
            _("Line %(line)s, column %(column)s: this is no JSON.") % {"line": error.lineno, "column": error.colno}
        )
    except RecursionError:
        raise FileProblem(_("The file is nested too deeply."))
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise FileProblem(
            _("This is no questionnaire of this portal: “format” must be %(format)s.") % {"format": FORMAT}
        )
    return _definition(content.get("definition"))


def _wrong(place, expected):
    raise FileProblem(_("%(place)s: %(expected)s is expected.") % {"place": place, "expected": expected})


def _object(value, place, keys):
    """A dict with the known keys of ``value`` alone."""
    if not isinstance(value, dict):
        _wrong(place, _("an object"))
    unknown = sorted(set(value) - set(keys))
    if unknown:
        raise FileProblem(_("%(place)s: “%(key)s” is not known here.") % {"place": place, "key": unknown[0][:40]})
    return {key: reader(value[key], f"{place}.{key}") for key, reader in keys.items() if key in value}


def _list(of, most=MOST_QUESTIONS):
    def read(value, place):
        if not isinstance(value, list) or len(value) > most:
            _wrong(place, _("a list of at most %(most)s entries") % {"most": most})
        return [of(item, f"{place}[{number}]") for number, item in enumerate(value)]

    return read


def _text(most):
    def read(value, place):
        if not isinstance(value, str) or len(value) > most or "\x00" in value:
            _wrong(place, _("a text of at most %(most)s characters") % {"most": most})
        return value

    return read


def _both(most=2000):
    def read(value, place):
        return None if value is None else _object(value, place, {"zh": _text(most), "en": _text(most)})

    return read


def _code(value, place):
    if not isinstance(value, str) or not CODE.fullmatch(value):
        _wrong(place, _("a code of letters, digits, “-”, “.” and “_”"))
    return value


def _flag(value, place):
    if not isinstance(value, bool):
        _wrong(place, "true / false")
    return value


def _number(value, place):
    if value is not None and (isinstance(value, bool) or not isinstance(value, int | float) or abs(value) > 10**9):
        _wrong(place, _("a number"))
    return value


def _whole(value, place):
    if value is not None and (isinstance(value, bool) or not isinstance(value, int) or abs(value) > 32000):
        _wrong(place, _("a whole number"))
    return value


def _kind(value, place):
    if value not in QuestionKind.values:
        _wrong(place, " / ".join(QuestionKind.values))
    return value


def _answer(value, place):
    return value if value == "na" else _whole(value, place)


def _conditions(value, place):
    if not isinstance(value, dict) or len(value) > 20:
        _wrong(place, _("an object"))
    return {_code(uid, place): _list(_answer)(values, f"{place}.{uid}") for uid, values in value.items()}


def _point(value, place):
    return _object(value, place, {"value": _whole, "label": _both(200), "score5": _number})


def _option(value, place):
    return _object(value, place, {"code": _whole, "label": _both(300), "is_exclusive": _flag})


def _row(value, place):
    return _object(value, place, {"uid": _code, "code": _code, "title": _both()})


def _question(value, place):
    return _object(value, place, {
        "uid": _code, "code": _code, "kind": _kind, "title": _both(), "help": _both(), "required": _flag,
        "is_overall": _flag, "dimension": _text(40), "show_if": _conditions, "na": _both(100), "scale": _text(20),
        "points": _list(_point, 50), "items": _list(_row, 50), "options": _list(_option, 100), "min": _number,
        "max": _number, "decimals": _whole, "unit": _both(20), "max_length": _whole,
    })  # fmt: skip


def _section(value, place):
    keys = {"code": _code, "title": _both(), "help": _both(), "show_if": _conditions, "questions": _list(_question)}
    return _object(value, place, keys)


def _band(value, place):
    return _object(value, place, {"from": _number, "label": _both(100)})


def _total(value, place):
    return None if value is None else _object(value, place, {"full_mark": _whole, "bands": _list(_band, 20)})


def _definition(value):
    keys = {"title": _both(), "intro": _both(5000), "sections": _list(_section, 60), "total": _total}
    found = _object(value, "definition", keys)
    return {"title": {}, "intro": None, "sections": []} | {key: part for key, part in found.items() if part is not None}
