"""A rectification notice as paper: its words fixed at issue, in both languages, and the PDF that shows them alone."""

import hashlib
from dataclasses import dataclass

from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from core import pdf
from core.i18n import CHINESE, ENGLISH, pick, speaking, suffix

NUMERALS = "一二三四五六七八九十"


@dataclass(frozen=True)
class Paper:
    name: str
    content: bytes

    @property
    def sha256(self):
        return hashlib.sha256(self.content).hexdigest()


def words_in_both(notice, **facts):
    """{"zh": words, "en": words}: everything the paper says (see ``words``)."""
    found = {}
    for language in (CHINESE, ENGLISH):
        with speaking(language):
            found[suffix(language)] = words(notice, **facts)
    return found


def words(notice, *, number, issued_by, issued_at):
    """What the paper says in the active language, as plain JSON."""
    rows = list(notice.items.select_related("observation__inspection"))
    seen = [row.observation for row in rows]
    return {
        "sender": settings.PORTAL[f"name_{suffix()}"], "number": number, "issuer": str(issued_by),
        "subject": notice.title, "unit": str(notice.unit), "intro": _intro(seen),
        "problems": [_problem(no, one) for no, one in enumerate(seen, 1)],
        "rules": list(dict.fromkeys(one.clause for one in seen)),
        "requirements": [[str(row.no), row.requirement, row.criterion] for row in rows],
        "due": _moment(notice.due_at), "note": notice.note, "day": _day(timezone.localdate(issued_at)),
    }  # fmt: skip


def _intro(seen):
    inspections = {one.inspection_id: one.inspection for one in seen}.values()
    said = _(" and ").join(
        _("the work from %(since)s to %(until)s (inspection %(number)s)")
        % {"since": _day(one.starts_on), "until": _day(one.ends_on), "number": one.number}
        for one in inspections
    )
    return _("The supervision group inspected %(inspections)s and found the problems below.") % {"inspections": said}


def _problem(no, observation):
    facts = {
        "no": NUMERALS[no - 1] if suffix() == "zh" and no <= len(NUMERALS) else no, "title": observation.title,
        "text": observation.text, "severity": observation.severity_badge.label,
    }  # fmt: skip
    return _("(%(no)s) %(title)s (%(severity)s). %(text)s") % facts


def _day(day):
    return date_format(day, "DATE_FORMAT")


def _moment(moment):
    local = timezone.localtime(moment)
    return f"{_day(local)} {local:%H:%M}"


def shown(notice):
    """The words as issued in the reader's language, or, of a draft, as they would be issued now."""
    if notice.words:
        return pick({"words": notice.words}, "words")
    return words(notice, number="", issued_by=notice.drafted_by, issued_at=timezone.now())


def make(notice, language):
    """The Paper of an issued notice in ``language``, from the frozen words alone."""
    said = notice.words[suffix(language)]
    with speaking(language):
        title = _("Rectification notice")
        content = pdf.render(
            "pdf/notice.html", {"words": said}, language=language, title=title, number=notice.number
        )  # fmt: skip
        return Paper(f"{notice.number} {title} {notice.title}.pdf", content)
