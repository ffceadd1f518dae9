"""Answers that other survey tools collected: a file comes in, a person says what its columns mean, its rows become answers.

Every row is taken by itself, through the same door as answers typed in: same rules, one invitation one answer. The same
row twice adds nothing. Nothing of an anonymous wave says from which row an answer came.
"""

import hashlib
import json
import secrets
import tempfile
import uuid
from collections import Counter, defaultdict
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import PurePath

from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.attachments import clean_name, digest
from core.imports import errors as reasons
from core.imports.checking import Outcome
from core.imports.guard import Refused
from core.imports.reader import rows_of
from core.imports.schema import Column, Row, Schema
from core.imports.service import KINDS, check_upload
from core.imports.template import write_errors
from core.jobs.progress import Cancelled
from core.workflow import edit, record, start
from customers.models import ContactPerson
from surveys import outside, outside_columns, replies
from surveys.choices import ResponseMode
from surveys.models import AnswerFile, AnswerMapping, ImportedAnswer, Invitation
from surveys.selectors.outside import faults, seen
from surveys.selectors.questionnaires import instrument_of
from surveys.services import answering, entering

ROWS = 20_000  # in one file
LOOKED = 200  # rows kept for the page of the mapping
CELL = 2_100  # characters kept of a cell
SEEN = 400_000  # characters kept of all of them
FILE_DAYS = 30
SHOWN = 20  # refused rows on the page of the mapping
OUTSIDE = uuid.UUID("0d9a3c56-3f5e-4a83-9f2a-53a6a3a8f4b1")  # names the rows among all keys
NEW, THERE, REFUSED = "new", "there", "refused"


class NotReady(ValueError):
    """The mapping cannot be used; ``faults`` are the sentences that say why and what to do."""

    def __init__(self, faults):
        super().__init__("\n".join(faults))
        self.faults = faults


# The file --------------------------------------------------------------------------------------------


@transaction.atomic
def bring(wave, *, file, tool, by, heading_row=None):
    """Keep an uploaded file of answers of ``wave``. Returns the AnswerFile. Raises ValidationError."""
    check_upload(file)
    suffix = PurePath(file.name).suffix.lower()
    row = AnswerFile(
        wave=wave, tool=tool, name=clean_name(file.name)[:200], kind=KINDS[suffix], sha256=digest(file),
        heading_row=heading_row, by=by,
        upload=default_storage.save(f"answers/{secrets.token_urlsafe(24)}{suffix}", file),
    )  # fmt: skip
    return start(row, by=by)


def earlier(row):
    """The same file as it came before, with rows imported, or None."""
    same = AnswerFile.objects.filter(wave=row.wave_id, sha256=row.sha256).exclude(pk=row.pk).exclude(outcome={})
    return same.select_related("by").first()


@contextmanager
def opened(row, tick=lambda: None):
    """(header, rows) of a kept file. Raises ValueError with what is wrong and what to do."""
    if not row.upload or not default_storage.exists(row.upload):
        raise ValueError(_("The uploaded file is no longer kept. Please upload it again."))
    with default_storage.open(row.upload) as stored, tempfile.NamedTemporaryFile(suffix=f".{row.kind}") as copy:
        for block in stored.chunks():
            copy.write(block)
        copy.flush()
        reading = {"kind": row.kind, "headings": None, "limit": ROWS, "tick": tick, "row": row.heading_row}
        try:
            with rows_of(copy.name, **reading) as (facts, rows):
                yield facts["header"], rows
        except Refused as refusal:
            raise ValueError(_refused(refusal)) from refusal


def _refused(refusal):
    if refusal.code == "no_headings":
        return _(
            "The file has no row of headings in its first rows. Say in which row they stand, or put them into row 1."
        )
    return reasons.sentence(refusal)


def look(row, *, by, tick=lambda: None):
    """Read headings and first rows for the page of the mapping, and guess. What is wrong with the file stays with it."""
    try:
        with opened(row, tick) as (header, rows):
            first, count = _first(rows)
        if not count:
            raise ValueError(_("There are no rows below the headings."))
    except ValueError as wrong:
        return edit(row, by=by, event="answers_refused", refusal=str(wrong))
    kept = AnswerMapping.objects.filter(questionnaire=row.wave.questionnaire_version.questionnaire_id, tool=row.tool)
    kept = kept.first()
    instrument = instrument_of(row.wave.questionnaire_version)
    known = kept.mapping if kept else {}
    guess = outside_columns.guess(instrument, header, known.get("columns"), is_anonymous=row.wave.is_anonymous)
    mapping = {
        "targets": guess.targets, "sure": [round(score, 2) for score in guess.likeness],
        "numbers": known.get("numbers", outside.VALUES),
        "values": {uid: said for uid, said in known.get("values", {}).items() if uid in instrument.by_uid},
        "is_kept": kept is not None,
    }  # fmt: skip
    shown = json.dumps({"header": header, "rows": first}, ensure_ascii=False)
    return edit(row, by=by, event="answers_read", look=shown, rows_n=count, mapping=mapping, refusal="")


def _first(rows):
    """(the first rows as far as they are kept, how many there are)."""
    first, count, size = [], 0, 0
    for number, cells in rows:
        count += 1
        if len(first) < LOOKED and size < SEEN:
            cut = [cell[:CELL] if isinstance(cell, str) else cell for cell in cells]
            size += sum(len(cell) for cell in cut if isinstance(cell, str))
            first.append([number, cut])
    return first, count


# The mapping -----------------------------------------------------------------------------------------


def correct(row, *, by, targets, values, numbers, expected_version=None):
    """What a person says the columns and their words mean. Raises ValueError for what the questionnaire does not know."""
    instrument = instrument_of(row.wave.questionnaire_version)
    known, header = outside_columns.keys_of(instrument), seen(row)[0]
    if len(targets) != len(header) or not set(targets) <= known or numbers not in (outside.VALUES, outside.PLACES):
        raise ValueError(_("This page is older than the questionnaire. Please open it again."))
    mapping = row.mapping | {"targets": targets, "numbers": numbers, "values": _fitting(instrument, values)}
    return edit(row, by=by, expected_version=expected_version, event="answers_mapped", mapping=mapping)


def _fitting(instrument, values):
    """Only meanings that the questions have."""
    found = {}
    for uid, said in values.items():
        question = instrument.by_uid.get(uid)
        for spelling, value in said.items() if question else ():
            if value in ("", *question.by_value) or (value == replies.NA and question.na):
                found.setdefault(uid, {})[spelling] = value
    return found


@transaction.atomic
def keep(row, *, by):
    """Keep the mapping for the next file of the same tool and questionnaire."""
    header, _rows = seen(row)
    AnswerMapping.objects.update_or_create(
        questionnaire_id=row.wave.questionnaire_version.questionnaire_id, tool=row.tool,
        defaults={"by": by, "mapping": {
            "columns": outside_columns.keep(header, row.mapping["targets"]), "numbers": row.mapping["numbers"],
            "values": row.mapping["values"],
        }},
    )  # fmt: skip
    record(row, "answers_mapping_kept", by=by)


# Who answered ----------------------------------------------------------------------------------------


class People:
    """The invitations of a wave by what a column says of them: a few queries for all rows."""

    def __init__(self, wave, kind, said):
        self.wave, self.kind = wave, kind
        self._found = defaultdict(list)
        said = sorted({text for text in said if text})
        if kind == "customer":
            self._add(Invitation.objects.filter(customer__code__in=said), lambda row: row.customer.code)
        elif kind in ("mobile", "email"):
            self._by_contact({"mobile": "phone_index", "email": "email_index"}[kind], said)

    def _add(self, rows, key):
        rows = rows.filter(wave=self.wave).select_related("customer", "contact", "draft")
        for row in rows.order_by("pk"):
            self._found[key(row)].append(row)

    def _by_contact(self, column, said):
        field = ContactPerson._meta.get_field(column)  # never by the plain text
        marks = {text: field.digest(text) for text in said}
        rows = Invitation.objects.filter(**{f"contact__{column}__in": sorted(filter(None, marks.values()))})
        self._add(rows, lambda row: getattr(row.contact, column))
        self._found = defaultdict(list, {text: self._found[mark] for text, mark in marks.items() if mark})

    def of(self, text):
        """{"invitation"} or {"number"} of who is named, {} of nobody where the wave takes that. Raises ValueError."""
        if not text:
            if self.wave.is_open_link:
                return {}
            raise ValueError(_("Nothing says who answered, and this wave asks only people who were invited."))
        if self.kind == "serial":
            number = entering.find_sheet(self.wave, text)
            sheet = entering.sheet_of(self.wave, number)
            return {"invitation": sheet.invitation} if sheet else {"number": number}
        if self.kind == "link":
            return {"invitation": self._by_link(text)}
        found = self._found.get(text, [])
        if len(found) == 1:
            return {"invitation": found[0]}
        if found:
            raise ValueError(_("“%(text)s”: %(n)s people were invited under it. Name the person by mobile number, e-mail or link.")
                             % {"text": self._shown(text), "n": len(found)})  # fmt: skip
        raise ValueError(_("“%(text)s”: nobody of this wave was invited under it.") % {"text": self._shown(text)})

    def _by_link(self, text):
        token = text.rstrip("/").rpartition("/")[2]
        found = answering.find_invitation(token)
        if found is None or found.wave_id != self.wave.pk:
            raise ValueError(_("This is no personal link of this wave."))
        return found

    def _shown(self, text):
        return text if self.kind == "customer" else f"{text[:3]}***"


# The rows --------------------------------------------------------------------------------------------


def sha256(cells):
    return hashlib.sha256(json.dumps(cells, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


class Taker:
    """Takes the rows of one file, each by itself; ``counts`` says what became of them."""

    def __init__(self, row, *, by, rows):
        self.file, self.wave, self.by = row, row.wave, by
        self.instrument = instrument_of(self.wave.questionnaire_version)
        self.mapping, self.today = row.mapping, timezone.localdate()
        self.counts, self._same = Counter({NEW: 0, THERE: 0, REFUSED: 0}), Counter()
        self._ids = {}
        kind = next((one[4:] for one in self.mapping["targets"] if one.startswith("who:")), "")
        said = [self._read(cells).who for _number, cells in rows] if kind not in ("", "link", "serial") else []
        self.people = People(self.wave, kind, said)

    def _read(self, cells):
        return outside.read(self.instrument, self.mapping, cells, today=self.today)

    def check(self, number, cells):
        """{place of the column or None: sentence} of what is wrong with a row; nothing is written."""
        reading = self._read(cells)
        wrong = dict(reading.errors)
        if not wrong:
            _values, missing = replies.check(self.instrument, reading.payload)
            wrong |= {self.place_of(uid): sentence for uid, sentence in missing.items()}
        if self._seen_before(reading, number):
            wrong[None] = _("The tool's number “%(id)s” stands in row %(row)s already.") % {
                "id": reading.outside_id, "row": self._ids[reading.outside_id],
            }  # fmt: skip
        try:
            self.people.of(reading.who)
        except ValueError as unknown:
            wrong[self.place_of("who")] = str(unknown)
        return wrong

    def _seen_before(self, reading, number):
        return bool(reading.outside_id) and self._ids.setdefault(reading.outside_id, number) != number

    def take(self, number, cells):
        """Store a row as an answer, or not at all. Returns {place or None: sentence} of what keeps it out."""
        wrong = self.check(number, cells)
        if wrong:
            self.counts[REFUSED] += 1
            return wrong
        reading, mark = self._read(cells), sha256(cells)
        key = self._key(reading, mark)
        before = ImportedAnswer.objects.filter(wave=self.wave, key=key).first()
        if before:
            return self._there(before, mark)
        became = NEW
        try:
            with transaction.atomic():
                self._store(number, reading, key, mark)
        except answering.NotTaken:
            wrong = {None: _("The wave was closed before this row was taken over.")}
        except entering.AlreadyThere as there:
            became, wrong = THERE, self._answered(there.response, key)
        except IntegrityError:  # a second run of the same file was faster with this row
            if not ImportedAnswer.objects.filter(wave=self.wave, key=key).exists():
                raise
            became = THERE
        self.counts[REFUSED if wrong else became] += 1
        return wrong

    def leave(self):
        self.counts[REFUSED] += 1
        return {None: _("The work was stopped before this row was taken over.")}

    def _there(self, before, mark):
        if before.row_sha256 == mark:
            self.counts[THERE] += 1
            return {}
        self.counts[REFUSED] += 1
        return {
            None: _(
                "This answer was imported before and reads otherwise now; the first stays. Correct it on its own page."
            )
        }

    def _key(self, reading, mark):
        """By the tool's number, else by the content: the n-th row of the same content is the n-th such answer."""
        if reading.outside_id:
            return uuid.uuid5(OUTSIDE, f"{self.wave.pk}:{self.file.tool}:{reading.outside_id}")
        self._same[mark] += 1
        return uuid.uuid5(OUTSIDE, f"{self.wave.pk}:{mark}:{self._same[mark]}")

    def _store(self, number, reading, key, mark):
        whose = self.people.of(reading.who)
        receipt = entering.enter(
            payload=reading.payload, by=self.by, mode=ResponseMode.IMPORT, wave=self.wave, key=key,
            given_on=reading.given_on, **whose,
        )  # fmt: skip
        if not self.wave.is_anonymous:
            response = self.wave.responses.only("pk").get(receipt=receipt.code)
            ImportedAnswer.objects.create(
                wave=self.wave, file=self.file, row=number, key=key, outside_id=reading.outside_id, row_sha256=mark,
                response=response, by=self.by,
            )  # fmt: skip

    def _answered(self, response, key):
        """The very same row adds nothing, and an anonymous wave knows no other; somebody's second answer is told."""
        if response is None or ImportedAnswer.objects.filter(wave=self.wave, key=key).exists():
            return {}
        told = {
            "moment": date_format(localtime(response.submitted_at), "DATETIME_FORMAT"),
            "way": response.get_mode_display(),
        }
        return {self.place_of("who"): _("The answers came already: %(moment)s, %(way)s. They stay as they are.") % told}

    def place_of(self, uid):
        """The column that gives a question (or "who"), or None."""
        wanted = (f"{uid}:",) if uid == "who" else tuple(f"{mark}:{uid}" for mark in "qorp")
        return next((n for n, target in enumerate(self.mapping["targets"]) if target.startswith(wanted)), None)


@dataclass(frozen=True)
class Preview:
    """What would become of the first rows: how many were looked at, and [(row number, [sentence])] of the refused."""

    looked: int
    refused: list

    @property
    def shown(self):
        return self.refused[:SHOWN]


def preview(row, *, by):
    """The Preview of a mapped file, None while its mapping has faults."""
    if faults(row):
        return None
    _header, rows = seen(row)
    taker = Taker(row, by=by, rows=rows)
    found = ((number, taker.check(number, cells)) for number, cells in rows)
    return Preview(len(rows), [(number, list(wrong.values())) for number, wrong in found if wrong])


def take_all(row, *, by, progress):
    """Take every row of the file. Returns (counts, header, [(row number, cells, wrong)]). Raises NotReady, ValueError."""
    found = faults(row)
    if found:
        raise NotReady(found)
    refused = []
    with opened(row, lambda: progress.step(0)) as (header, rows):
        rows = list(rows)
        if header != seen(row)[0]:
            raise ValueError(_("The headings are not those of the mapping. Please upload the file again."))
        progress.total(len(rows), _("Taking over the answers"))
        taker, is_stopped = Taker(row, by=by, rows=rows), False
        for number, cells in rows:
            wrong = taker.leave() if is_stopped else taker.take(number, cells)
            if wrong:
                refused.append((number, cells, wrong))
            is_stopped = is_stopped or not _goes_on(progress)
    return taker.counts, header, refused


def _goes_on(progress):
    """Whoever stops the work keeps what was taken over; the rest is told as left out."""
    try:
        progress.step()
    except Cancelled:
        return False
    return True


def write_refused(header, refused, file):
    """The refused rows as they came, what is wrong beside them: to correct and bring again."""
    schema = Schema()
    schema.title = _("To correct")
    schema.columns = [Column(str(place), heading) for place, heading in enumerate(header)]
    rows = []
    for number, cells, wrong in refused:
        row = Row(number, cells)
        for place, sentence in wrong.items():
            row.fail(
                "" if place is None else str(place), _("Row %(row)s: %(reason)s") % {"row": number, "reason": sentence}
            )
        rows.append(row)
    places = {str(place): place for place in range(len(header))}
    write_errors(schema, Outcome("", header, places, [], rows), file, tick=lambda: None)


@transaction.atomic
def finish(row, counts, *, by):
    """Keep what came of a run; the file of an anonymous wave is not kept any longer."""
    outcome = {name: counts[name] for name in (NEW, THERE, REFUSED)} | {"at": timezone.now().isoformat()}
    edit(row, by=by, event="answers_imported", comment=_said(counts), outcome=outcome)
    if row.wave.is_anonymous:
        forget(row)


def _said(counts):
    return ngettext("%(n)s answer taken over.", "%(n)s answers taken over.", counts[NEW]) % {"n": counts[NEW]}


@transaction.atomic
def forget(row):
    """Remove the file and what was kept of its rows; what became of them stays."""
    path = row.upload
    edit(row, by=None, event="answers_file_removed", upload="", look="")
    if path:
        transaction.on_commit(lambda: default_storage.delete(path))


def old_files(now=None):
    """Files whose time is over."""
    limit = (now or timezone.now()) - timedelta(days=FILE_DAYS)
    return AnswerFile.objects.filter(created_at__lt=limit).exclude(upload="")
