import io
import zipfile

import pytest
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from core import attachments
from core.models import Attachment, Job


class OwnJobs:
    """Stands in for a model whose rows only their owner sees."""

    class objects:
        @staticmethod
        def visible_to(user):
            return Job.objects.filter(owner=user)


@pytest.fixture
def owner(db, make_user, monkeypatch):
    monkeypatch.setattr(attachments, "OWNERS", {})
    attachments.register_owner("core.Job", OwnJobs)
    return make_user("lina")


class Thing:
    """A row with a whole number as its key, of the label core.job."""

    _meta = Job._meta

    def __init__(self, pk):
        self.pk = pk


def office(*names):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name in names:
            archive.writestr(name, "<x/>")
    return file.getvalue()


XLSX = office("[Content_Types].xml", "xl/workbook.xml")
PDF = b"%PDF-1.7\n...\n%%EOF\n"
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 30 + b"IEND\xaeB`\x82"
GOOD = {
    "Bericht.pdf": PDF,
    "bild.PNG": PNG,
    "foto.jpg": b"\xff\xd8\xff\xe0" + b"\x00" * 20,
    "foto.jpeg": b"\xff\xd8\xff\xe1" + b"\x00" * 20,
    "表.xlsx": XLSX,
    "文.docx": office("[Content_Types].xml", "word/document.xml"),
    "列.csv": "姓名,电话\n王,1".encode("gb18030"),
    "注.txt": "说明".encode(),
}
BAD = {
    "nothing.pdf": b"",
    "page.html": b"<script>alert(1)</script>",
    "picture.svg": b"<svg onload='alert(1)'/>",
    "no_suffix": PDF,
    "program.exe": b"MZ\x90\x00",
    "double.pdf.exe": PDF,
    "program.pdf": b"MZ\x90\x00" + PDF,
    "html.pdf": b"<html>%PDF-1.7 %%EOF",
    "cut.pdf": b"%PDF-1.7\n...",
    "gif.png": b"GIF89a" + b"\x00" * 40,
    "cut.png": PNG[:20],
    "html.jpg": b"<html></html>",
    "binary.txt": b"MZ\x90\x00\x03",
    "escape.csv": b"a,b\n\x07,1",
    "wrong.txt": b"\xff\xfe\xfd\xfc\xff",
    "docx.xlsx": GOOD["文.docx"],
    "zip.docx": office("readme.txt"),
    "macros.xlsx": office("[Content_Types].xml", "xl/workbook.xml", "xl/vbaProject.bin"),
    "climbs.xlsx": office("xl/workbook.xml", "../../etc/passwd"),
    "embedded.docx": office("word/document.xml", "word/embeddings/oleObject1.bin"),
    "old.xlsx": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 100,
    "cut.xlsx": XLSX[:-30],
    "empty_zip.xlsx": office(),
    "crowd.xlsx": office("xl/workbook.xml", *(f"xl/{n}.xml" for n in range(201))),
}


@pytest.mark.parametrize("name", GOOD)
def test_wanted_files_are_stored_under_random_names(owner, name):
    row = attachments.add(Thing(7), SimpleUploadedFile(name, GOOD[name]), by=owner)
    assert (row.subject, row.subject_id, row.name, row.size) == ("core.job", 7, name, len(GOOD[name]))
    assert name.rpartition(".")[0] not in row.file.name
    assert row.file.read() == GOOD[name]
    assert list(attachments.of(Thing(7))) == [row]


@pytest.mark.parametrize("name", BAD)
def test_hostile_files_are_refused_and_leave_nothing(owner, name):
    with pytest.raises(ValidationError):
        attachments.add(Thing(7), SimpleUploadedFile(name, BAD[name]), by=owner)
    assert not Attachment.objects.exists()


def test_a_large_file_is_refused_with_the_limit(owner):
    with pytest.raises(ValidationError, match="10"):
        attachments.add(Thing(7), SimpleUploadedFile("a.txt", b"a" * (10 * 2**20 + 1)), by=owner)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd.txt", "passwd.txt"),
        ("C:\\Users\\li\\报告.pdf", "报告.pdf"),
        ("gnp\u202e.exe.pdf", "gnp.exe.pdf"),
        ("a\r\nSet-Cookie: x.txt", "aSet-Cookie: x.txt"),
        ("", "file"),
        ("长" * 300 + ".pdf", "长" * 196 + ".pdf"),
    ],
)
def test_names_are_cleaned(given, kept):
    assert attachments.clean_name(given) == kept


def test_an_owner_that_was_not_registered_is_a_programming_error(owner):
    class Stray:
        _meta = Attachment._meta
        pk = 1

    with pytest.raises(ValueError, match="registered"):
        attachments.add(Stray(), SimpleUploadedFile("a.txt", b"a"), by=owner)


class Everything:
    """Only rows that ``user`` may see: here those whose number is the user's."""

    class objects:
        @staticmethod
        def visible_to(user):
            return get_user_model().objects.filter(pk=user.pk)


def test_only_who_may_see_the_row_gets_the_file(owner, make_user, core_pages, client, monkeypatch):
    monkeypatch.setattr(attachments, "OWNERS", {"core.job": Everything})
    row = attachments.add(Thing(owner.pk), SimpleUploadedFile("报 告.pdf", PDF), by=owner)
    address = reverse("core:attachment", args=[row.pk])
    assert client.get(address).status_code == 302
    client.force_login(make_user("wang"))
    assert client.get(address).status_code == 404
    client.force_login(owner)
    response = client.get(address)
    assert response.getvalue() == PDF
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"] == "attachment; filename*=utf-8''%E6%8A%A5%20%E5%91%8A.pdf"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert "no-store" in response["Cache-Control"]
    monkeypatch.setattr(attachments, "OWNERS", {})
    assert client.get(address).status_code == 404
