"""What a mail says. Any bytes give a Letter: a wrong character set, a broken header or a missing body is no reason to lose one.

The parser of the standard library runs with ``compat32``: it hands headers over as they came, and ``policy.default`` raises on
some broken ones. They are decoded here, in the character sets that Chinese mail programs declare and in those they really use.
"""

import re
from dataclasses import dataclass, field
from email import header, message_from_bytes, utils
from email.message import Message as Mime
from email.parser import BytesHeaderParser

from notifications.inbound import html

TEXT_LIMIT = 100_000  # characters
PARTS = 200
NESTED = 5
OTHER_NAMES = {"gb2312": "gb18030", "gbk": "gb18030", "x-gbk": "gb18030", "cp936": "gb18030", "gb_2312-80": "gb18030",
               "unicode-1-1-utf-7": "utf-7", "utf8": "utf-8", "cp-850": "cp850"}  # fmt: skip
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
IDS = re.compile(r"<[\x21-\x3b\x3d\x3f-\x7e]{3,250}>")
AUTO_SUBJECT = re.compile(
    r"^\W*(自动回复|自動回覆|自动答复|automatic reply|auto(?:matic)?[- ]?(?:reply|response)|out of (?:the )?office)",
    re.I,
)
PASSED = re.compile(r"spf=pass[^;]*?smtp\.(?:mailfrom|helo)=([^\s;]+)|dkim=pass[^;]*?header\.[di]=([^\s;]+)")
MACHINES = re.compile(r"^(no[-_.]?reply|do[-_.]?not[-_.]?reply|mailer-daemon|postmaster|bounces?|daemon)\b", re.I)


@dataclass(frozen=True)
class File:
    """Something attached, under the name the sender gave it."""

    name: str
    content: bytes
    media_type: str


@dataclass(frozen=True)
class Letter:
    """A mail as read. ``problems`` are codes of what was wrong with it: broken, cut, parts, sender."""

    sender: str = ""
    sender_name: str = ""
    subject: str = ""
    text: str = ""
    message_id: str = ""
    in_reply_to: tuple = ()
    references: tuple = ()
    recipients: tuple = ()
    files: tuple = ()
    problems: tuple = ()
    headers: dict = field(default_factory=dict, repr=False)
    mime: Mime | None = field(default=None, repr=False)

    def first(self, name):
        """The first header of that name, decoded; empty without one."""
        return next(iter(self.headers.get(name, ())), "")

    @property
    def answered_ids(self):
        """Message-IDs of what it answers, the nearest first."""
        return tuple(dict.fromkeys((*self.in_reply_to, *reversed(self.references))))

    @property
    def submitted(self):
        """The word of Auto-Submitted (RFC 3834); empty for a mail that a person wrote."""
        word = self.first("auto-submitted").partition(";")[0].strip().lower()
        return "" if word == "no" else word

    @property
    def is_automatic_reply(self):
        return bool(
            self.submitted == "auto-replied" or self.headers.keys() & {"x-autoreply", "x-autorespond", "x-autoreply-from"}
            or self.first("precedence").strip().lower() == "auto_reply"
        )  # fmt: skip

    @property
    def sounds_automatic(self):
        """Its subject begins like an automatic answer; a person may begin so too."""
        return bool(AUTO_SUBJECT.match(self.subject))

    @property
    def is_receipt(self):
        """A program's answer to a calendar entry, or a report on what became of a mail; nobody wrote it."""
        if self.mime is None:
            return False
        parts = [self.mime, *(self.mime.get_payload() if self.mime.is_multipart() else [])]
        return self.mime.get_content_type() == "multipart/report" or any(
            part.get_content_type() == "text/calendar" and str(part.get_param("method", "")).lower() == "reply"
            for part in parts
        )

    @property
    def may_be_acknowledged(self):
        """Whether an automatic answer is proper (RFC 3834, 2): never to programs, lists and returned mail."""
        asks_not_to = re.search(r"\b(all|autoreply|oof)\b", self.first("x-auto-response-suppress"), re.I)
        is_mass = self.first("precedence").strip().lower() in ("bulk", "junk", "list")
        is_list = self.headers.keys() & {"list-id", "list-unsubscribe", "list-post", "feedback-id"}
        is_returned = self.first("return-path").strip() == "<>"
        return bool(self.sender) and not (
            self.submitted or self.is_automatic_reply or self.sounds_automatic or self.is_receipt or asks_not_to or is_mass or is_list or is_returned
            or MACHINES.match(self.sender)
        )  # fmt: skip

    @property
    def is_doubted(self):
        """It does not say plainly whom it comes from, or the mail server that took it says that the claim is not true."""
        verdicts = self.first("authentication-results").lower()  # the first one is our own server's
        passed = [found[1] or found[2] for found in PASSED.finditer(verdicts)]
        is_aligned = any(
            _same_organisation(one.rpartition("@")[2], self.sender.rpartition("@")[2].lower()) for one in passed
        )
        return (
            "sender" in self.problems
            or "dmarc=fail" in verdicts
            or ("spf=fail" in verdicts and "dkim=pass" not in verdicts)
            or (bool(passed) and not is_aligned and "dmarc=pass" not in verdicts)  # what passed is somebody else's name
        )


def _same_organisation(one, other):
    """Relaxed alignment (RFC 7489, 3.1) without a list of suffixes: the same name, or one below the other."""
    return one == other or one.endswith(f".{other}") or other.endswith(f".{one}")


def read(raw, *, is_whole=True):
    """The Letter of the bytes of a mail; of one that is too large only its headers are there."""
    if is_whole:
        try:
            mime = message_from_bytes(raw)
            return _letter(mime, *_body(mime))
        except (
            RecursionError,
            ValueError,
            LookupError,
            TypeError,
            AttributeError,
            IndexError,
        ):  # a MIME structure no parser takes
            pass
    mime = BytesHeaderParser().parsebytes(raw)
    return _letter(mime, "", [], ["broken" if is_whole else "large"])


def _letter(mime, text, files, problems):
    headers = {}
    for name, value in mime.raw_items():
        headers.setdefault(str(name).lower(), []).append(decoded(str(value)))
    name, address, is_odd = _sender(mime)
    problems = [*problems, "sender"] if is_odd else problems
    return Letter(
        sender=address, sender_name=name, subject=_line(headers.get("subject", [""])[0])[:300], text=text, files=tuple(files),
        message_id=next(iter(_ids(headers, "message-id")), ""), in_reply_to=_ids(headers, "in-reply-to"),
        references=_ids(headers, "references"), recipients=_recipients(headers), problems=tuple(problems),
        headers=headers, mime=mime,
    )  # fmt: skip


def _ids(headers, name):
    return tuple(IDS.findall(" ".join(headers.get(name, ()))))[-100:]


def _sender(mime):
    """(name, address, whether the header names more than one address or none properly) of who wrote it.

    The address is taken before encoded words are decoded: an encoded name may look like another address.
    """
    written = [" ".join(str(value).split()) for name, value in mime.raw_items() if str(name).lower() == "from"]
    first = next(iter(written), "")
    name, address = utils.parseaddr(first)
    is_odd = len(written) > 1 or len(utils.getaddresses([first])) > 1
    if "@" not in address:  # not as it should be written, or encoded as a whole: readable, and doubted
        found = re.search(r"[^\s<>\"',;:]+@[^\s<>\"',;:]+", decoded(first))
        name, address = utils.parseaddr(decoded(first))[0] if found else name, found[0] if found else ""
        is_odd = is_odd or bool(found)
    return _line(decoded(name))[:100], _line(decoded(address)).replace(" ", "")[:200], is_odd


def _recipients(headers):
    names = ("delivered-to", "x-original-to", "envelope-to", "to", "cc")
    found = utils.getaddresses([value for name in names for value in headers.get(name, ())])
    return tuple(dict.fromkeys(address.lower() for _name, address in found if "@" in address))[:100]


# Body ------------------------------------------------------------------------------------------------


def _body(mime):
    """(text, files, problems) of a whole mail."""
    texts, files, problems = [], [], []
    for number, (part, kind) in enumerate(_leaves(mime, 0)):
        if number >= PARTS:
            problems.append("parts")
            break
        if kind == "text":
            texts.append(_text_of(part))
        elif kind == "above":
            texts.append(_heading(part))
        else:
            files.append(_file(part, number))
    text = clean("\n\n".join(text for text in texts if text.strip()))
    if len(text) > TEXT_LIMIT:
        text, problems = text[:TEXT_LIMIT], [*problems, "cut"]
    if mime.defects and not text and not files:
        problems.append("broken")
    return text, files, problems


def _leaves(part, depth):
    """(part, "text" | "file" | "above"): of alternatives the plain one; of a mail within the mail its heading and parts."""
    kind = part.get_content_type()
    if kind == "message/rfc822" and part.is_multipart() and depth < NESTED:
        inner = part.get_payload(0)
        yield inner, "above"
        yield from _leaves(inner, depth + 1)
    elif kind == "multipart/alternative" and part.is_multipart():
        yield from _best(part.get_payload(), depth)
    elif part.is_multipart() and depth < NESTED * 4:
        for inner in part.get_payload():
            yield from _leaves(inner, depth + 1)
    else:
        is_text = kind in ("text/plain", "text/html") and not part.get_filename() and not _is_attached(part)
        yield part, "text" if is_text else "file"


def _best(parts, depth):
    plain = next((one for one in parts if one.get_content_type() == "text/plain" and _text_of(one).strip()), None)
    chosen = plain or (parts[-1] if parts else None)
    for part in parts:
        if part is chosen or part.get_content_type() not in ("text/plain", "text/html"):
            yield from _leaves(part, depth + 1)


def _is_attached(part):
    return str(part.get("content-disposition", "")).strip().lower().startswith("attachment")


def _text_of(part):
    content = _bytes(part)
    text = to_text(content, part.get_content_charset() if content else None)
    return html.words(text) if part.get_content_type() == "text/html" else text


def _bytes(part):
    if part.is_multipart():
        return part.as_bytes()
    return part.get_payload(decode=True) or b""


def _heading(inner):
    values = {name: decoded(str(inner.get(name, ""))) for name in ("From", "Date", "Subject")}
    return "\n".join(["――――――――", *(f"{name}: {_line(value)}" for name, value in values.items() if value)])


def _file(part, number):
    name = _line(decoded(part.get_filename() or "")) or f"{part.get_content_type().replace('/', '-')}-{number + 1}"
    return File(name[:250], _bytes(part), part.get_content_type()[:100])


# Characters ------------------------------------------------------------------------------------------


def to_text(content, charset=None):
    """Text of bytes: as declared if that fits, else UTF-8, else GB 18030, else what can be read of it."""
    declared = OTHER_NAMES.get((charset or "").lower(), charset)
    for name in dict.fromkeys(filter(None, (declared, "utf-8", "gb18030"))):
        try:
            return content.decode(name)
        except (UnicodeDecodeError, LookupError, ValueError):
            continue
    return content.decode("utf-8", "replace")


def decoded(value):
    """A header as people read it: encoded words and bare bytes of any character set."""
    try:
        pieces = header.decode_header(value)
    except (header.HeaderParseError, ValueError):
        pieces = [(value, None)]
    made = "".join(to_text(_as_bytes(piece), charset) for piece, charset in pieces)
    return CONTROL.sub("", made)


def _as_bytes(piece):
    return piece if isinstance(piece, bytes) else piece.encode("utf-8", "surrogateescape")


def _line(text):
    return " ".join(clean(text).split())


def clean(text):
    """Without characters that no screen shows and no database takes."""
    text = CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    return text.encode("utf-8", "replace").decode("utf-8").strip()
