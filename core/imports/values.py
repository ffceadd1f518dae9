"""From a cell to a typed value, or to the reason why not."""

import re
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

import phonenumbers
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils import timezone
from django.utils.translation import gettext as _

from core.i18n import both
from core.imports.reader import FULL_WIDTH, plain

REGION = "CN"
DATES = ("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y年%m月%d日", "%Y%m%d")
TIMES = ("", " %H:%M", " %H:%M:%S", "T%H:%M", "T%H:%M:%S")
YEARS = range(1900, 2201)
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff\ud800-\udfff]")
MOBILE = re.compile(r"1[3-9][0-9]{9}")
EXACT = 10**15  # from here on a spreadsheet has rounded the number
YES = {"yes", "y", "true", "1", "是", "对", "√", "有"}
NO = {"no", "n", "false", "0", "否", "不", "×", "无"}


class Wrong(Exception):
    """The cell is refused; ``str()`` is the reason for its reader."""


def shown(raw):
    """The cell as its writer sees it."""
    if raw is None:
        return ""
    if isinstance(raw, list):
        return raw[1].replace("T", " ")
    if isinstance(raw, float) and raw.is_integer() and abs(raw) < EXACT:
        return str(int(raw))
    return str(raw)


def parse(column, raw, options=None):
    """The typed value of ``raw`` for ``column``; ``options`` as choice_map() makes them. Raises Wrong."""
    if isinstance(raw, list) and raw[0] == "e":
        raise Wrong(_("The cell holds an error of the spreadsheet instead of a value."))
    text = _text(raw)
    if not text:
        if column.required:
            raise Wrong(_("This must be filled in."))
        return "" if column.kind in ("text", "email", "phone") else None
    if column.kind == "choice":
        return _choice(options, text)
    value = PARSERS[column.kind](column, raw, text)
    _bounds(column, value)
    return value


def choice_map(column):
    """Spelling → value: the value itself and its label in both languages."""
    found = {}
    for value, label in column.pairs():
        for spelling in (value, *both(label).values()):
            found.setdefault(plain(spelling), value)
    return found


def labels(column):
    return [str(label) for _value, label in column.pairs()]


def _text(raw):
    text = shown(raw)
    if CONTROL.search(text):
        raise Wrong(_("The cell holds characters that cannot be read. Type it anew."))
    return text.strip()


def _choice(options, text):
    if plain(text) not in options:
        raise Wrong(_("This is none of the possible values."))
    return options[plain(text)]


def _plain_text(column, raw, text):
    if isinstance(raw, int | float) and not isinstance(raw, bool) and abs(raw) >= EXACT:
        raise Wrong(_("The spreadsheet has shortened this number. Format the column as text and type it anew."))
    if len(text) > column.max_length:
        raise Wrong(
            _("%(length)s characters; at most %(limit)s are possible.")
            % {"length": len(text), "limit": column.max_length}
        )
    return text


def _integer(column, raw, text):
    number = _decimal(column, raw, text)
    if number != number.to_integral_value():
        raise Wrong(_("This must be a whole number."))
    return int(number)


def _decimal(column, raw, text):
    try:
        number = Decimal(text.translate(FULL_WIDTH).replace(",", "").replace(" ", ""))
    except InvalidOperation:
        raise Wrong(_("This is not a number."))
    if not number.is_finite() or abs(number) >= EXACT:
        raise Wrong(_("This is not a number."))
    return number


def _date(column, raw, text):
    moment = _moment(raw, text)
    return moment.date()


def _datetime(column, raw, text):
    return timezone.make_aware(_moment(raw, text), timezone.get_default_timezone())


def _moment(raw, text):
    if isinstance(raw, list) and raw[0] in "dt":
        found = datetime.fromisoformat(raw[1])
    else:
        found = _written_moment(" ".join(text.translate(FULL_WIDTH).split()))
    if found is None:
        raise Wrong(_("This is not a date. Write it like 2026-03-31."))
    if found.year not in YEARS:
        raise Wrong(_("The year %(year)s cannot be right.") % {"year": found.year})
    return found


def _written_moment(text):
    for day in DATES:
        for time in TIMES:
            try:
                return datetime.strptime(text, day + time)  # noqa: DTZ007 (aware in _datetime)
            except ValueError:
                continue
    return None


def _bool(column, raw, text):
    word = plain(text)
    if word in YES | NO:
        return word in YES
    raise Wrong(_("This must be yes or no."))


def _phone(column, raw, text):
    text = text.translate(FULL_WIDTH)
    if MOBILE.fullmatch(text):  # nearly all of them; the library takes its time
        return f"+86{text}"
    try:
        number = phonenumbers.parse(text, REGION)
    except phonenumbers.NumberParseException:
        raise Wrong(_("This is not a phone number."))
    if not phonenumbers.is_valid_number(number):
        raise Wrong(_("This is not a complete phone number. Write a landline with its area code."))
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _email(column, raw, text):
    try:
        validate_email(text)
    except ValidationError:
        raise Wrong(_("This is not a mail address."))
    return _plain_text(column, raw, text)


def _bounds(column, value):
    if isinstance(value, datetime) or not isinstance(value, int | Decimal | date) or isinstance(value, bool):
        return
    if column.minimum is not None and value < column.minimum:
        raise Wrong(_("This must not be below %(limit)s.") % {"limit": column.minimum})
    if column.maximum is not None and value > column.maximum:
        raise Wrong(_("This must not be above %(limit)s.") % {"limit": column.maximum})


PARSERS = {
    "text": _plain_text,
    "reference": _plain_text,
    "integer": _integer,
    "decimal": _decimal,
    "date": _date,
    "datetime": _datetime,
    "bool": _bool,
    "phone": _phone,
    "email": _email,
}
