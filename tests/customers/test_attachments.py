"""Files of contacts and follow-ups: taken with what they belong to, given to whoever sees that, and to nobody else."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.choices import Role
from core import attachments
from core.models import Attachment
from customers.models import Interaction
from customers.services import interactions
from tests.factories import customers as make

PDF = b"%PDF-1.7\n...\n%%EOF\n"


@pytest.fixture(autouse=True)
def store(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def upload(name="合同.pdf", content=PDF):
    return SimpleUploadedFile(name, content)


def names_of(obj):
    return [row.name for row in attachments.of(obj)]


def stored_in(folder):
    return [path for path in folder.rglob("*") if path.is_file()]


def log(client, *files):
    facts = {"act": "save", "channel": "phone", "direction": "in", "summary": "发来合同", "who": "unknown"}
    return client.post(reverse("customers:call"), facts | {"files": list(files)})


def test_files_of_a_call_and_of_its_additions_stand_on_its_page(as_agent, agent):
    assert log(as_agent, upload(), upload("说明.txt", "说明".encode())).status_code == 302
    interaction = Interaction.objects.get()
    as_agent.post(interaction.get_absolute_url(), {"text": "补发一份", "files": [upload("补充.pdf")]})
    assert names_of(interaction) == ["合同.pdf", "说明.txt", "补充.pdf"]
    page = as_agent.get(interaction.get_absolute_url()).content.decode()
    for row in attachments.of(interaction):
        assert row.name in page and reverse("core:attachment", args=[row.pk]) in page
    assert 'enctype="multipart/form-data"' in page


def test_a_follow_up_is_finished_with_files(as_agent, beijing):
    follow_up = make.make_follow_up(make.make_customer(unit=beijing))
    url = reverse("customers:follow_up_finish", args=[follow_up.pk])
    assert 'enctype="multipart/form-data"' in as_agent.get(url).content.decode()
    as_agent.post(url, {"outcome": "resolved", "note": "见附件", "files": [upload("回执.pdf")]})
    assert names_of(follow_up) == ["回执.pdf"]
    assert "回执.pdf" in as_agent.get(follow_up.get_absolute_url()).content.decode()


def test_a_file_that_is_not_taken_stops_the_call(as_agent):
    response = log(as_agent, upload(), upload("程序.pdf", b"MZ\x90\x00"))
    assert response.status_code == 200
    assert "文件内容" in str(response.context["form"].errors["files"])
    assert (Interaction.objects.count(), Attachment.objects.count()) == (0, 0)


def test_nothing_is_stored_when_one_file_fails(agent, store, monkeypatch):
    interaction, add = make.make_interaction(agent), attachments.add

    def add_one_only(obj, file, *, by):
        if attachments.of(obj).exists():
            raise OSError("disk full")
        return add(obj, file, by=by)

    monkeypatch.setattr(attachments, "add", add_one_only)
    with pytest.raises(OSError, match="disk full"):
        interactions.add(interaction, by=agent, text="两份", files=[upload(), upload("二.pdf")])
    assert (names_of(interaction), interaction.addenda.count(), stored_in(store)) == ([], 0, [])


def test_only_who_sees_the_row_gets_its_file(client, agent, beijing, shanghai):
    customer = make.make_customer(unit=beijing, owner=agent)
    rows = [make.make_interaction(agent, customer=customer), make.make_follow_up(customer, owner=agent)]
    stranger = make.make_person(Role.AGENT, unit=shanghai)
    for row in rows:
        url = reverse("core:attachment", args=[attachments.add(row, upload(), by=agent).pk])
        client.force_login(stranger)
        assert client.get(url).status_code == 404
        client.force_login(agent)
        response = client.get(url)
        assert b"".join(response.streaming_content) == PDF
        assert response["Content-Disposition"].startswith("attachment")
        assert response["X-Content-Type-Options"] == "nosniff"
