import io

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from core import jobs
from core.choices import JobState
from core.imports import service
from core.models import Job
from tests.core.imports.guests import CAPABILITY, good, planted, workbook


@pytest.fixture
def visit(core_pages, guests, client, importer):
    client.force_login(importer)
    return client


def upload(client, content, name="guests.xlsx"):
    return client.post(reverse("imports:start", args=["guests"]), {"file": SimpleUploadedFile(name, content)})


def run_of(response):
    """The job the answer leads to, after its run."""
    job = Job.objects.get(pk=response.url.split("/")[-2])
    jobs.run(job.pk)
    return job


def test_from_the_template_to_the_import(visit):
    page = visit.get(reverse("imports:index")).content.decode()
    assert reverse("imports:start", args=["guests"]) in page
    assert visit.get(reverse("imports:start", args=["guests"])).status_code == 200
    template = visit.get(reverse("imports:template", args=["guests"]))
    assert "attachment" in template["Content-Disposition"]
    book = openpyxl.load_workbook(io.BytesIO(template.content))
    for place, value in enumerate(good(1), 1):
        book.worksheets[0].cell(3, place).value = value
    filled = io.BytesIO()
    book.save(filled)
    answer = upload(visit, filled.getvalue())
    assert "hx-trigger" in visit.get(answer.url).content.decode()
    check = run_of(answer)
    assert reverse("imports:commit", args=[check.pk]) in visit.get(answer.url).content.decode()
    answer = visit.post(reverse("imports:commit", args=[check.pk]))
    run_of(answer)
    assert "/guests/" in visit.get(answer.url).content.decode()
    assert (
        reverse("imports:commit", args=[check.pk])
        not in visit.get(reverse("imports:result", args=[check.pk])).content.decode()
    )


def test_faults_are_listed_with_their_cells_and_the_workbook(visit):
    rows, expected = planted(240, 120)
    answer = upload(visit, workbook(rows))
    check = run_of(answer)
    first, second = (visit.get(f"{answer.url}?page={page}").content.decode() for page in (1, 2))
    assert sum(f">{cell}<" in first for cell, _reason in expected) == 100
    assert sum(f">{cell}<" in second for cell, _reason in expected) == 20
    assert reverse("core:job_file", args=[check.pk]) in first
    assert reverse("imports:commit", args=[check.pk]) not in first
    file = visit.get(reverse("core:job_file", args=[check.pk]))
    assert file.getvalue()[:4] == b"PK\x03\x04"


def test_a_refused_file_shows_why(visit):
    answer = upload(visit, b"PK\x03\x04 nothing")
    job = run_of(answer)
    job.refresh_from_db()
    assert job.note in visit.get(answer.url).content.decode()


def test_a_wrong_upload_stays_on_the_page(visit):
    response = upload(visit, b"MZ", name="a.exe")
    assert response.status_code == 200
    assert response.context["form"].errors
    assert not Job.objects.exists()


def test_the_same_file_again_is_warned_about(visit):
    content = workbook([good(1)])
    first = run_of(upload(visit, content))
    run_of(visit.post(reverse("imports:commit", args=[first.pk])))
    again = upload(visit, content)
    run_of(again)
    assert "G-1" in str(Job.objects.get(pk=again.url.split("/")[-2]).result)


def test_others_see_nothing_of_it(visit, make_user):
    check = run_of(upload(visit, workbook([good(1)])))
    codes = {}
    for user in (make_user("wang", CAPABILITY), make_user("zhao")):
        visit.force_login(user)
        codes[user.username] = [
            visit.get(reverse("imports:result", args=[check.pk])).status_code,
            visit.post(reverse("imports:commit", args=[check.pk])).status_code,
            visit.get(reverse("imports:start", args=["guests"])).status_code,
            visit.get(reverse("imports:template", args=["guests"])).status_code,
            visit.get(reverse("imports:index")).status_code,
        ]
    assert codes == {"wang": [404, 404, 200, 200, 200], "zhao": [404, 404, 403, 403, 403]}


def test_who_sees_all_jobs_cannot_import_for_another(visit, make_user):
    check = run_of(upload(visit, workbook([good(1)])))
    visit.force_login(make_user("admin", CAPABILITY, "core.see_all_jobs"))
    assert visit.get(reverse("imports:result", args=[check.pk])).status_code == 200
    assert visit.post(reverse("imports:commit", args=[check.pk])).status_code == 403
    assert not Job.objects.filter(kind=service.COMMIT).exists()


def test_a_double_commit_leads_to_the_same_run(visit):
    check = run_of(upload(visit, workbook([good(1)])))
    address = reverse("imports:commit", args=[check.pk])
    assert visit.post(address).url == visit.post(address).url
    assert visit.get(address).status_code == 405


def test_unknown_imports_are_not_found(visit):
    assert visit.get(reverse("imports:start", args=["nothing"])).status_code == 404


def test_the_job_page_leads_to_the_result(visit):
    check = run_of(upload(visit, workbook([good(1)])))
    assert Job.objects.get(pk=check.pk).state == JobState.DONE
    assert (
        reverse("imports:result", args=[check.pk])
        in visit.get(reverse("core:job_detail", args=[check.pk])).content.decode()
    )
