"""Answers as data for statistics (DAT-06, 09)."""

import csv
import io
import uuid
import zipfile

import openpyxl
import pytest
from django.urls import reverse
from django.utils import translation

from accounts.choices import Role
from core import jobs
from core.models import Event, Job
from surveys import exports
from surveys.models import Response
from surveys.selectors.questionnaires import instrument_of
from surveys.services import answering, checks
from tests.factories import surveys as make
from tests.surveys.asking import COMPLETE, links_of, open_wave, three_sections
from tests.surveys.routes import branched


def files(wave):
    target = io.BytesIO()
    with translation.override("en"):
        count = exports.write(target, wave, instrument_of(wave.questionnaire_version))
    with zipfile.ZipFile(target) as archive:
        text, syntax = (archive.read(name).decode("utf-8-sig") for name in ("answers.csv", "answers.sps"))
    return count, list(csv.DictReader(io.StringIO(text))), syntax


def returned(wave, payload):
    receipt = answering.submit(wave=wave, payload=payload, submit_key=uuid.uuid4(), language="en")
    return Response.objects.get(receipt=receipt.code)


@pytest.mark.django_db
def test_every_kind_in_codes():
    wave = open_wave(branched(), invited=0)
    returned(wave, {"all": "2", "came": "2", "wait": "15", "order": ["4", "1"], "since": "2026-03-15", "cost": "12.5",
                    "idea": "=1+1"})  # fmt: skip
    returned(wave, {"all": "5", "came": "1", "clear": "5", "kind": "4", "effort": "6"})
    count, rows, syntax = files(wave)
    first, second = sorted(rows, key=lambda row: row["all"])
    assert count == 2 and first["way"] == "open"
    assert {name: first[name] for name in ("all", "came", "wait", "cost", "since", "idea", "m1")} == {
        "all": "2", "came": "2", "wait": "15", "cost": "12.50", "since": "2026-03-15", "idea": "'=1+1", "m1": "",
    }  # fmt: skip
    assert [first[f"order_{code}"] for code in (1, 2, 3, 4)] == ["2", "0", "0", "1"]
    assert (second["m1"], second["m2"], second["order_1"], second["wait"]) == ("5", "4", "", "")
    for said in ("GET DATA /TYPE=TXT", "wait F12.0", "cost F12.2", "since SDATE10", 'm1 "How was the trainer?: Clear"',
                 '2 "Dissatisfied"', "EXECUTE."):  # fmt: skip
        assert said in syntax


@pytest.mark.django_db
def test_several_choices_and_what_does_not_apply():
    wave = open_wave(three_sections(), invited=0)
    payload = {name[2:]: value for name, value in COMPLETE.items()} | {"clear": "na", "why": ["1", "2"]}
    returned(wave, payload)
    _count, (row,), syntax = files(wave)
    assert (row["clear"], row["why_1"], row["why_2"], row["why_3"]) == ("-9", "1", "1", "0")
    assert "MISSING VALUES clear (-9)." in syntax and '-9 "I missed it"' in syntax


@pytest.mark.django_db
def test_quotes_and_lines_do_not_break_the_syntax():
    definition = three_sections()
    definition["sections"][0]["questions"][0]["title"]["en"] = 'Was it "clear"?\nReally.'
    _count, _rows, syntax = files(open_wave(definition, invited=0))
    assert 'clear "Was it ""clear""? Really."' in syntax


@pytest.mark.django_db
def test_what_was_left_out_is_not_in_the_file():
    wave, officer, lead = open_wave(three_sections(), invited=0), make.person(), make.person(Role.LEAD)
    payload = {name[2:]: value for name, value in COMPLETE.items()}
    bad, good = returned(wave, payload), returned(wave, payload)
    check = checks.of(bad, by=officer)
    checks.doubt(check, by=officer, reason="x")
    checks.leave_out(check, by=lead)
    assert [row["receipt"] for row in files(wave)[1]] == [good.receipt]


@pytest.mark.django_db
def test_a_workbook_in_words_with_numbers_as_numbers():
    wave = open_wave(branched(), invited=0)
    returned(wave, {"all": "2", "came": "2", "wait": "15", "order": ["4", "1"], "since": "2026-03-15", "cost": "12.5",
                    "idea": "=1+1"})  # fmt: skip
    target = io.BytesIO()
    with translation.override("en"):
        assert exports.write_words(target, wave, instrument_of(wave.questionnaire_version)) == 1
    _about, page = openpyxl.load_workbook(target)
    headers, row = page.iter_rows(values_only=True)
    said = dict(zip(headers, row, strict=True))
    assert {header.partition(". ")[2]: value for header, value in said.items() if ". " in header and value} == {
        "Are you satisfied?": 2, "Which form?": "Trainer", "How long did you wait?": 15, "What first? You chose –": "1. Price / 2. Content",
        "Which day?": "15 Mar 2026", "Cost": 12.5, "Anything else?": "=1+1",
    }  # fmt: skip
    assert said["Way"] == "Open link"


@pytest.mark.django_db
def test_what_is_filtered_is_what_is_exported(client):
    officer, wave = make.person(Role.SURVEY_OFFICER), open_wave(three_sections(), invited=0)
    payload = {name[2:]: value for name, value in COMPLETE.items()}
    low, other = returned(wave, payload | {"clear": "1"}), returned(wave, payload | {"clear": "5"})
    page = reverse("surveys:answers_export", args=[wave.pk])
    client.force_login(officer)
    for query, found in (("?question=clear&value=1&page=2", {low.receipt}), ("", {low.receipt, other.receipt})):
        client.post(page + query, {"format": "sps"})
        run = Job.objects.latest("created_at")
        jobs.run(run.pk)
        run.refresh_from_db()
        with zipfile.ZipFile(run.file) as archive:
            rows = csv.DictReader(io.StringIO(archive.read("answers.csv").decode("utf-8-sig")))
        assert {row["receipt"] for row in rows} == found
    assert client.post(page, {"format": "exe"}).status_code == 404
    older = jobs.start("surveys.export_answers", by=officer, title="x", params={"wave": wave.pk})
    jobs.run(older.pk)
    older.refresh_from_db()
    assert (older.state, older.result["rows"]) == ("done", 2)


@pytest.mark.django_db(transaction=True)
def test_it_is_drawn_up_in_the_background_and_remembered(client, celery_worker_process, wait_for):
    officer, wave = make.person(Role.SURVEY_OFFICER), open_wave(three_sections())
    (link,) = links_of(wave)
    answering.submit(payload={name[2:]: value for name, value in COMPLETE.items()}, invitation=wave.invitations.get())
    client.force_login(officer)
    client.post(reverse("surveys:answers_export", args=[wave.pk]))
    run = Job.objects.get(kind="surveys.export_answers")
    wait_for(lambda: Job.objects.get(pk=run.pk).state == "done")
    content = b"".join(client.get(reverse("core:job_file", args=[run.pk])).streaming_content)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert Response.objects.get().receipt in archive.read("answers.csv").decode()
    assert Event.objects.get(kind="exported", subject="surveys.wave").by == officer and link


@pytest.mark.django_db
def test_answers_without_names_are_not_exported(client):
    officer, wave = make.person(Role.SURVEY_OFFICER), open_wave(three_sections(), is_anonymous=True)
    client.force_login(officer)
    assert client.post(reverse("surveys:answers_export", args=[wave.pk])).status_code == 404
    assert not Job.objects.exists()
