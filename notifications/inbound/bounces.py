"""Returned mail: reports by RFC 3464, and what mail servers write in words, the large Chinese ones among them."""

import re
from dataclasses import dataclass

from notifications.inbound.reading import IDS, clean, decoded, to_text

FROM_SERVER = re.compile(r"^(mailer-daemon|postmaster|mail-?daemon|noreply-bounce)@", re.I)
SUBJECTS = re.compile(
    r"系统退信|退信|邮件退回|无法投递|投递失败|未送达|undeliver|delivery status notification|delivery fail|failure notice|"
    r"returned mail|mail delivery (?:failed|system)|message not delivered", re.I,
)  # fmt: skip
STATUS = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")
CODE = re.compile(r"(?<![\d.])(4[25]\d|55\d)(?![\d.])")
ADDRESS = re.compile(r"[\w.+%-]+@[\w-]+(?:\.[\w-]+)+")
SOFT_WORDS = re.compile(r"full|quota|over ?limit|空间不足|已满|超过.{0,6}容量|too large|temporar|greylist|稍后", re.I)
LONGEST = 20_000  # characters that are searched for words


@dataclass(frozen=True)
class Bounce:
    """``action`` is "failed" or "delayed"; ``is_hard``: the address takes no mail, now or later."""

    action: str
    is_hard: bool
    reason: str
    recipients: tuple
    ids: tuple


def read(letter):
    """The Bounce that ``letter`` reports, or None: then it is something else."""
    report = _report(letter.mime) if letter.mime is not None else None
    if report is not None:
        return report if report.action in ("failed", "delayed") else None
    if is_from_server(letter) and (SUBJECTS.search(letter.subject) or letter.first("x-failed-recipients")):
        return _in_words(letter)
    return None


def is_from_server(letter):
    return bool(FROM_SERVER.match(letter.sender)) or letter.first("return-path").strip() == "<>"


def _report(mime):
    """What a multipart/report says of its worst recipient; a failed one counts before a delayed one."""
    if mime.get_content_type() != "multipart/report" or not mime.is_multipart():
        return None  # a report that somebody attached to a letter says nothing about our mails
    status = next((part for part in mime.get_payload() if part.get_content_type() == "message/delivery-status"), None)
    if status is None:
        return None
    groups = [group for group in status.get_payload() if hasattr(group, "get")] if status.is_multipart() else []
    found = [(_field(group, "action").lower(), group) for group in groups if group.get("action")]
    found.sort(key=lambda one: {"failed": 0, "delayed": 1}.get(one[0], 2))
    if not found:
        return None
    action, group = found[0]
    code, said = _field(group, "status"), _field(group, "diagnostic-code")
    addresses = (_field(one, name) for _action, one in found for name in ("original-recipient", "final-recipient"))
    return Bounce(
        action=action, is_hard=_is_hard(code, said), reason=" ".join(filter(None, [code, said]))[:300],
        recipients=tuple(dict.fromkeys(a.rpartition(";")[2].strip().lower() for a in addresses if "@" in a)),
        ids=_original_ids(mime),
    )  # fmt: skip


def _field(group, name):
    return " ".join(clean(decoded(str(group.get(name, "")))).split())


def _is_hard(code, said):
    found = STATUS.search(code) or STATUS.search(said)
    if found:
        is_full = (found[2], found[3]) in (("2", "2"), ("3", "1"))  # mailbox full, mail system full
        return found[1] == "5" and not is_full
    number = CODE.search(said)
    return bool(number and number[1].startswith("5")) and not SOFT_WORDS.search(said)


def _original_ids(mime):
    """Message-IDs of the mail that came back, from the copy or the headers that the report carries."""
    found = []
    for part in mime.walk():
        kind = part.get_content_type()
        if kind == "message/rfc822" and part.is_multipart():
            found += IDS.findall(str(part.get_payload(0).get("message-id", "")))
        elif kind in ("text/rfc822-headers", "message/rfc822-headers"):
            payload = part.get_payload(decode=True) or b""
            found += re.findall(r"(?im)^message-id:\s*(<[^<>\s]+>)", to_text(payload, part.get_content_charset()))
    return tuple(dict.fromkeys(found))


def _in_words(letter):
    text = letter.text[:LONGEST]
    line = next((line for line in text.splitlines() if STATUS.search(line) or CODE.search(line)), "") or letter.subject
    addresses = ADDRESS.findall(letter.first("x-failed-recipients") or text)
    ids = (*_original_ids(letter.mime), *letter.answered_ids, *IDS.findall(text))
    return Bounce(
        action="failed", is_hard=_is_hard("", line) and not SOFT_WORDS.search(text), reason=line.strip()[:300],
        recipients=tuple(dict.fromkeys(address.lower() for address in addresses))[:20], ids=tuple(dict.fromkeys(ids)),
    )  # fmt: skip
