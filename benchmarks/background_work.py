"""The work that benchmarks/background.py times, inside the portal's environment; prints JSON."""

import json
import os
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.measure import wait_until

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "satisfaction.settings")


def mail(count):
    """Invite ``count`` people to a wave; a real worker sends. From the first claim to the last mail."""
    from django.db.models import Max, Min

    from notifications.models import Message
    from tests.surveys.asking import one_section, open_wave

    began = time.monotonic()
    wave = open_wave(one_section(), invited=count, questionnaire="mail")
    queued = time.monotonic()
    wait_until(lambda: Message.objects.filter(state="sent").count() == count, 240, every=0.2)
    sent = Message.objects.filter(state="sent")
    span = sent.aggregate(first=Min("claimed_at"), last=Max("sent_at"))
    seconds = (span["last"] - span["first"]).total_seconds()
    return {
        "mails": count, "sent": sent.count(), "seconds": round(seconds, 2), "per_s": round(sent.count() / seconds),
        "people made, wave opened, mails queued, s": round(queued - began, 2),
        "invitations marked sent": wave.invitations.filter(state="sent").count(),
    }  # fmt: skip


def workbook(rows, faults):
    """A workbook of customers with ``faults`` planted errors in the telephone column, as bytes."""
    import io

    import xlsxwriter
    from django.utils import translation

    from core.imports.schema import SCHEMAS

    schema = SCHEMAS["customers"]
    with translation.override("zh-hans"):
        labels = [str(column.label) for column in schema.columns]
        names = [column.name for column in schema.columns]
        examples = [str(column.example or "") for column in schema.columns]
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True})
    page = book.add_worksheet()
    page.write_row(0, 0, labels)
    step = rows // faults if faults else rows + 1
    for number in range(1, rows + 1):
        values = dict(zip(names, examples, strict=True))
        for name in names:
            if name in ("code", "name_zh", "name_en"):
                values[name] = f"{name.upper()}{number:06d}"
            elif "email" in name:
                values[name] = f"c{number}@x.example"
            elif "phone" in name:
                values[name] = "12" if faults and number % step == 0 else f"138{number:08d}"
        for column, name in enumerate(names):
            page.write_string(number, column, str(values[name]))
    book.close()
    return target.getvalue()


def imports(rows, faults):
    """Check a workbook with faults, then a clean one, and commit it; through the jobs a worker runs."""
    from django.core.files.uploadedfile import SimpleUploadedFile

    from accounts.choices import Role
    from core import jobs
    from core.imports import service
    from core.imports.schema import SCHEMAS
    from core.models import Job
    from customers.models import Customer
    from tests.factories.accounts import person, unit

    branch = unit("BJ", kind="branch", parent=unit("HQ9", kind="head_office"))
    person(Role.AGENT, username="lin.xiaoyu", unit=branch)
    user = person(Role.SURVEY_OFFICER, unit=branch)
    found = {"rows": rows, "faults planted": faults}
    before = Customer.objects.count()
    for name, planted in (("with faults", faults), ("clean", 0)):
        upload = SimpleUploadedFile("customers.xlsx", workbook(rows, planted))
        job = service.upload(SCHEMAS["customers"], upload, by=user)
        began = time.monotonic()
        jobs.run(job.pk)
        job = Job.objects.get(pk=job.pk)
        found[f"check, {name}, s"] = round(time.monotonic() - began, 2)
        found[f"result, {name}"] = {
            key: value for key, value in job.result.items() if isinstance(value, int)
        } or job.note
        if name == "clean" and not service.can_commit(job):
            raise SystemExit(
                f"the clean workbook was refused: {json.dumps(job.result, ensure_ascii=False, default=str)[:3000]}"
            )
        found[f"customers made by the check, {name}"] = Customer.objects.count() - before
    commit = service.start_commit(job, by=user)
    began = time.monotonic()
    jobs.run(commit.pk)
    commit.refresh_from_db()
    found |= {
        "commit, s": round(time.monotonic() - began, 2),
        "state": commit.state,
        "customers": Customer.objects.count() - before,
    }
    return found


def main(mails, rows, faults):
    import django

    django.setup()
    from core.crypto import make_keys

    make_keys()
    found = {"mail": mail(mails)} | ({"import": imports(rows, faults)} if rows else {})
    print(json.dumps(found, ensure_ascii=False, default=str))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:4]))
