"""Calendar files (RFC 5545, sent as RFC 5546 says): one appointment, for one person who is asked to come.

Times are in UTC, so that no zone has to be described; the reader's calendar shows them in its own.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

OCTETS = 75  # of a line, without its end
SPECIAL = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n", "\r": ""})
REQUEST, CANCEL = "REQUEST", "CANCEL"


@dataclass(frozen=True)
class Appointment:
    """What a calendar needs to know. ``uid`` stays for the life of the appointment, ``sequence`` grows with every change."""

    uid: str
    sequence: int
    starts_at: datetime
    ends_at: datetime
    summary: str
    organizer: tuple  # (name, address)
    attendee: tuple  # (name, address)
    stamp: datetime
    location: str = ""
    description: str = ""
    url: str = ""
    alarm_minutes: int = 0


def write(appointment, method=REQUEST):
    """The file as text with the line ends and the folding that the standard asks for."""
    one = appointment
    lines = [
        "BEGIN:VCALENDAR", "PRODID:-//Satisfaction Portal//Appointments//EN", "VERSION:2.0", "CALSCALE:GREGORIAN",
        f"METHOD:{method}", "BEGIN:VEVENT", f"UID:{escape(one.uid)}", f"SEQUENCE:{one.sequence}",
        f"DTSTAMP:{utc(one.stamp)}", f"DTSTART:{utc(one.starts_at)}", f"DTEND:{utc(one.ends_at)}",
        f"SUMMARY:{escape(one.summary)}",
        *([f"LOCATION:{escape(one.location)}"] if one.location else []),
        *([f"DESCRIPTION:{escape(one.description)}"] if one.description else []),
        *([f"URL:{one.url}"] if one.url else []),
        f"ORGANIZER;CN={quoted(one.organizer[0])}:mailto:{one.organizer[1]}",
        f"ATTENDEE;CN={quoted(one.attendee[0])};ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION;RSVP=FALSE:mailto:{one.attendee[1]}",
        f"STATUS:{'CANCELLED' if method == CANCEL else 'CONFIRMED'}", "TRANSP:OPAQUE",
        *(_alarm(one) if one.alarm_minutes and method != CANCEL else []),
        "END:VEVENT", "END:VCALENDAR",
    ]  # fmt: skip
    return "".join(f"{fold(line)}\r\n" for line in lines)


def _alarm(one):
    return ["BEGIN:VALARM", "ACTION:DISPLAY", f"DESCRIPTION:{escape(one.summary)}", f"TRIGGER:-PT{one.alarm_minutes}M",
            "END:VALARM"]  # fmt: skip


def utc(moment):
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def escape(text):
    """A value of text."""
    return "".join(one for one in text.replace("\r\n", "\n").translate(SPECIAL) if one >= " " or one == "\t")


def quoted(text):
    """A parameter's value in quotes; a quote itself cannot stand there."""
    return '"' + "".join("'" if one == '"' else one for one in text if one >= " ") + '"'


def fold(line):
    """At most 75 octets a line, never cut inside a character; what goes on begins with a space."""
    parts, part, size = [], [], 0
    for character in line:
        octets = len(character.encode())
        if size + octets > OCTETS:
            parts.append("".join(part))
            part, size = [], 1  # the space
        part.append(character)
        size += octets
    return "\r\n ".join([*parts, "".join(part)])
