"""Calendar files: what is written is read back as a calendar reads it (REM-03)."""

from datetime import UTC, datetime

import pytest

from core import ics

START = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)


def appointment(**fields):
    given = {
        "uid": "7d1f@portal.example", "sequence": 0, "starts_at": START, "ends_at": START.replace(hour=3, minute=0), "stamp": START.replace(day=1),
        "summary": "走访：江海重工", "organizer": ("知行培训", "hello@portal.example"), "attendee": ("李静", "li@kehu.example"),
    }  # fmt: skip
    return ics.Appointment(**given | fields)


def read(text):
    """[(name, parameters, value)] of the unfolded lines, with escapes undone."""
    assert text.endswith("\r\n")
    assert "\n" not in text.replace("\r\n", "")
    rows = []
    for line in text.replace("\r\n ", "").split("\r\n")[:-1]:
        head, value = split_outside_quotes(line)
        name, *parameters = head.split(";")
        rows.append((name, parameters, value))
    return rows


def split_outside_quotes(line):
    inside = False
    for at, character in enumerate(line):
        inside ^= character == '"'
        if character == ":" and not inside:
            return line[:at], line[at + 1 :]
    raise AssertionError(line)


def text_of(value):
    out, rest = "", iter(value)
    for character in rest:
        out += {"n": "\n"}.get(following := next(rest), following) if character == "\\" else character
    return out


def values(text):
    return {name: value for name, _parameters, value in read(text)}


def test_times_are_in_utc_and_identity_stands():
    found = values(ics.write(appointment(sequence=3)))
    assert {name: found[name] for name in ("METHOD", "UID", "SEQUENCE", "DTSTART", "DTEND", "DTSTAMP", "STATUS", "VERSION")} == {
        "METHOD": "REQUEST", "UID": "7d1f@portal.example", "SEQUENCE": "3", "DTSTART": "20260302T013000Z",
        "DTEND": "20260302T030000Z", "DTSTAMP": "20260301T013000Z", "STATUS": "CONFIRMED", "VERSION": "2.0",
    }  # fmt: skip


def test_a_cancelled_one_says_so_and_rings_no_alarm():
    text = ics.write(appointment(alarm_minutes=60), ics.CANCEL)
    found = values(text)
    assert (found["METHOD"], found["STATUS"], "VALARM" in text) == ("CANCEL", "CANCELLED", False)
    assert "TRIGGER:-PT60M" in ics.write(appointment(alarm_minutes=60))


@pytest.mark.parametrize("words", ["一, 二; 三\\四\n五", "需求：排课；" * 40, "a" * 300, "", "😀" * 50])
def test_any_words_come_back_as_they_were(words):
    text = ics.write(appointment(description=words, location=words))
    assert max(len(line.encode()) for line in text.split("\r\n")) <= 75
    found = values(text)
    assert (text_of(found.get("DESCRIPTION", "")), text_of(found.get("LOCATION", ""))) == (words, words)


def test_names_cannot_break_out_of_their_parameter():
    text = ics.write(appointment(attendee=('李"静\r\nATTENDEE:mailto:x@example.com', "li@kehu.example")))
    rows = [row for row in read(text) if row[0] == "ATTENDEE"]
    assert [(value, parameters[0]) for _name, parameters, value in rows] == [
        ("mailto:li@kehu.example", 'CN="李\'静ATTENDEE:mailto:x@example.com"')
    ]


def test_nothing_after_the_end_and_pairs_are_closed():
    rows = [(name, value) for name, _parameters, value in read(ics.write(appointment(alarm_minutes=5)))]
    assert [row for row in rows if row[0] in ("BEGIN", "END")] == [
        ("BEGIN", "VCALENDAR"), ("BEGIN", "VEVENT"), ("BEGIN", "VALARM"), ("END", "VALARM"), ("END", "VEVENT"), ("END", "VCALENDAR"),
    ]  # fmt: skip
