"""Private files of rows: checked when they come in, given only to who may see the row.

    register_owner("customers.interaction", Interaction)     # in AppConfig.ready(); it has visible_to()
    attachments.add(interaction, form.cleaned_data["file"], by=request.user)

Nothing is ever shown inside the browser: every answer is a download that cannot run anything.
"""

import hashlib
import re
import secrets
import unicodedata
from dataclasses import dataclass
from pathlib import PurePath

from django.core.exceptions import ValidationError
from django.core.files.base import File
from django.db import transaction
from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core.access import everyone
from core.imports import guard
from core.models import Attachment

MAX_SIZE = 10 * 2**20
LOOK = 4096
OWNERS = {}
# Invisible, or turning the direction of writing
UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")


@dataclass(frozen=True)
class Kind:
    """A type of file that is let in: its media type and the test of its content."""

    media_type: str
    fits: object


def _starts(*signatures):
    return lambda file: file.read(LOOK).startswith(signatures)


def _ends(signature, mark):
    def fits(file):
        if not file.read(LOOK).startswith(signature):
            return False
        file.seek(max(file.size - 1024, 0))
        return mark in file.read()

    return fits


def _office(kind):
    def fits(file):
        try:
            return guard.media_kind(file) == kind
        except guard.Refused:
            return False

    return fits


def _is_text(file):
    """UTF-8 or GB 18030 without control characters."""
    data = file.read()
    if re.search(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]", data):
        return False
    for encoding in ("utf-8", "gb18030"):
        try:
            data.decode(encoding)
            return True
        except UnicodeDecodeError:
            continue
    return False


_OFFICE = "application/vnd.openxmlformats-officedocument."
_TEXT = Kind("text/plain; charset=utf-8", _is_text)
_JPEG = Kind("image/jpeg", _starts(b"\xff\xd8\xff"))
KINDS = {
    ".pdf": Kind("application/pdf", _ends(b"%PDF-", b"%%EOF")),
    ".png": Kind("image/png", _ends(b"\x89PNG\r\n\x1a\n", b"IEND")),
    ".jpg": _JPEG,
    ".jpeg": _JPEG,
    ".xlsx": Kind(_OFFICE + "spreadsheetml.sheet", _office("xlsx")),
    ".docx": Kind(_OFFICE + "wordprocessingml.document", _office("docx")),
    ".csv": Kind("text/csv; charset=utf-8", _is_text),
    ".txt": _TEXT,
}
ACCEPT = ",".join(KINDS)  # for <input type="file" accept="…">


def check(file):
    """The Kind of an uploaded file; for ``clean_file`` of a form. Raises ValidationError."""
    if file.size > MAX_SIZE:
        raise ValidationError(_("The file is larger than %(limit)s MB.") % {"limit": MAX_SIZE // 2**20})
    if not file.size:
        raise ValidationError(_("The file is empty."))
    kind = KINDS.get(PurePath(file.name).suffix.lower())
    if kind is None:
        possible = ", ".join(sorted(suffix[1:] for suffix in KINDS))
        raise ValidationError(_("Files of this type are not taken. Possible: %(types)s.") % {"types": possible})
    file.seek(0)
    fits = kind.fits(file)
    file.seek(0)
    if not fits:
        raise ValidationError(_("The content of the file is not what its name says, or it holds macros or a password."))
    return kind


def add(obj, file, *, by):
    """Store an uploaded file as belonging to ``obj``. Returns the Attachment. Raises ValidationError."""
    if obj._meta.label_lower not in OWNERS:
        raise ValueError(f"{obj._meta.label_lower} is no registered owner of attachments")
    kind = check(file)
    name = clean_name(file.name)
    row = Attachment(
        subject=obj._meta.label_lower,
        subject_id=obj.pk,
        name=name,
        media_type=kind.media_type,
        size=file.size,
        sha256=digest(file),
        added_by=by,
    )
    row.file.save(secrets.token_urlsafe(24) + PurePath(name).suffix.lower(), File(file), save=False)
    try:
        row.save(force_insert=True)
    except Exception:
        row.file.delete(save=False)
        raise
    return row


def add_all(obj, files, *, by):
    """Store several uploaded files, usually those of ``core.forms.FilesField``; all of them or none."""
    stored = []
    try:
        with transaction.atomic():
            for file in files:
                stored.append(add(obj, file, by=by))
    except BaseException:
        for row in stored:
            row.file.storage.delete(row.file.name)
        raise
    return stored


def of(obj):
    """Files of ``obj``, oldest first."""
    return (
        Attachment.objects.filter(subject=obj._meta.label_lower, subject_id=obj.pk)
        .select_related("added_by")
        .order_by("pk")
    )


def of_many(rows):
    """{id: [files]} of rows of one model, oldest first; one query."""
    found = {}
    if rows:
        subject = rows[0]._meta.label_lower
        for file in Attachment.objects.filter(subject=subject, subject_id__in=[row.pk for row in rows]).order_by("pk"):
            found.setdefault(file.subject_id, []).append(file)
    return found


def register_owner(label, model):
    """Rows of ``model`` ("app.model") may own files; its ``visible_to(user)`` decides who gets them."""
    OWNERS[label.lower()] = model


def clean_name(name):
    """The last part of ``name`` without invisible characters, at most 200 characters, the suffix kept."""
    name = UNSEEN.sub("", unicodedata.normalize("NFC", name)).replace("\\", "/").rpartition("/")[2]
    path = PurePath(name.strip(" .") or "file")
    return path.stem[: 200 - len(path.suffix)] + path.suffix


def digest(file):
    """SHA-256 of the content, as hex."""
    file.seek(0)
    found = hashlib.sha256()
    for block in iter(lambda: file.read(2**16), b""):
        found.update(block)
    file.seek(0)
    return found.hexdigest()


@everyone
@require_safe
def download(request, pk):
    row = get_object_or_404(Attachment, pk=pk)
    model = OWNERS.get(row.subject)
    if model is None or not model.objects.visible_to(request.user).filter(pk=row.subject_id).exists():
        raise Http404
    return private_file(row.file, row.name, row.media_type)


def private_file(stored, name, media_type=None):
    """An answer that downloads a stored file under ``name``; the browser can neither run nor guess it."""
    kind = KINDS.get(PurePath(name).suffix.lower())
    media_type = media_type or (kind.media_type if kind else "application/octet-stream")
    try:
        response = FileResponse(stored.open("rb"), as_attachment=True, filename=name, content_type=media_type)
    except FileNotFoundError:
        raise Http404
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cache-Control"] = "private, no-store"
    return response
