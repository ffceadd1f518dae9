import io
import threading
import time
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language

from core import jobs
from core.choices import JobState
from core.jobs import runner
from core.models import Job
from core.signals import job_ended


@pytest.fixture
def handler(monkeypatch):
    """handler(function) registers a job kind for this test and returns its name."""
    monkeypatch.setattr(runner, "HANDLERS", dict(runner.HANDLERS))

    def register(run):
        jobs.job("tests.work")(run)
        return "tests.work"

    return register


@pytest.fixture
def owner(db, make_user):
    return make_user("lina")


def started(handler, owner, run, **params):
    return jobs.start(handler(run), by=owner, title="Work", params=params)


def fresh(job):
    return Job.objects.get(pk=job.pk)


def count_to_three(job, progress):
    progress.total(3)
    for number in range(3):
        progress.step(note=f"row {number}")
    return {"rows": 3}


def test_a_job_runs_to_its_end(handler, owner):
    job = started(handler, owner, count_to_three)
    assert (job.state, job.attempts) == (JobState.QUEUED, 0)
    jobs.run(job.pk)
    job = fresh(job)
    assert (job.state, job.done, job.total, job.note, job.result) == (JobState.DONE, 3, 3, "", {"rows": 3})
    assert job.attempts == 1
    assert job.started_at <= job.ended_at


def test_a_kind_nobody_handles_is_refused_when_started(owner):
    with pytest.raises(ValueError, match="no job handler"):
        jobs.start("nothing.like.this", by=owner, title="x")


def test_starting_tells_the_workers_after_commit(handler, owner, monkeypatch, django_capture_on_commit_callbacks):
    told = []
    monkeypatch.setattr("core.nudge.publish", lambda task, *args: told.append((task.name, *args)))
    with django_capture_on_commit_callbacks(execute=True):
        job = started(handler, owner, count_to_three)
        assert told == []
    assert told == [("core.run_job", str(job.pk))]


def test_run_twice_is_run_once(handler, owner):
    runs = []
    job = started(handler, owner, lambda job, progress: runs.append(1))
    jobs.run(job.pk)
    jobs.run(job.pk)
    assert runs == [1]


def test_texts_are_in_the_language_of_who_started_it(handler, owner, settings):
    from django.utils import translation

    with translation.override("en"):
        job = started(handler, owner, lambda job, progress: {"language": get_language()})
    with translation.override("zh-hans"):
        jobs.run(job.pk)
        assert get_language() == "zh-hans"
    assert fresh(job).result == {"language": "en"}


def test_a_fault_ends_the_job_with_a_plain_sentence(handler, owner, caplog):
    job = started(handler, owner, lambda job, progress: 1 / 0)
    jobs.run(job.pk)
    job = fresh(job)
    assert job.state == JobState.FAILED
    assert "ZeroDivision" not in job.note
    assert job.note
    assert "ZeroDivisionError" in caplog.text


def test_a_known_reason_is_shown(handler, owner):
    def run(job, progress):
        raise jobs.Failed("Too few rows.", {"url": "/there/"})

    job = started(handler, owner, run)
    jobs.run(job.pk)
    assert (fresh(job).state, fresh(job).note, fresh(job).result) == (
        JobState.FAILED,
        "Too few rows.",
        {"url": "/there/"},
    )


def test_cancelling_a_waiting_job_ends_it(handler, owner):
    job = started(handler, owner, count_to_three)
    assert jobs.cancel(job) is True
    jobs.run(job.pk)
    assert (fresh(job).state, fresh(job).done) == (JobState.CANCELLED, 0)
    assert jobs.cancel(job) is False


def test_the_end_is_announced_and_a_deaf_receiver_does_no_harm(handler, owner):
    heard = []

    def hear(job, **kwargs):
        heard.append(job.state)
        raise RuntimeError

    job_ended.connect(hear)
    try:
        job = started(handler, owner, count_to_three)
        jobs.run(job.pk)
    finally:
        job_ended.disconnect(hear)
    assert heard == [JobState.DONE]
    assert fresh(job).state == JobState.DONE


def keep_text(job, progress):
    jobs.keep_file(job, "客户.txt", io.BytesIO("一".encode()))


def test_the_file_is_stored_under_a_random_name(handler, owner):
    job = started(handler, owner, keep_text)
    jobs.run(job.pk)
    job = fresh(job)
    assert job.file_name == "客户.txt"
    assert "客户" not in job.file.name
    assert job.file.read() == "一".encode()


def test_the_file_of_a_cancelled_job_is_removed(handler, owner):
    names = []

    def run(job, progress):
        keep_text(job, progress)
        names.append(job.file.name)
        raise jobs.Cancelled

    job = started(handler, owner, run)
    jobs.run(job.pk)
    assert fresh(job).file_name == ""
    assert not Job._meta.get_field("file").storage.exists(names[0])


# A dead worker


def test_a_silent_job_starts_again_and_ends_after_three_attempts(handler, owner):
    job = started(handler, owner, count_to_three)
    long_ago = timezone.now() - timedelta(seconds=61)
    for attempt in (1, 2):
        Job.objects.filter(pk=job.pk).update(state=JobState.RUNNING, attempts=attempt, beat_at=long_ago)
        assert jobs.sweep() == {"again": 1, "lost": 0, "offered": 1, "forgotten": 0}
        assert fresh(job).state == JobState.QUEUED
    Job.objects.filter(pk=job.pk).update(state=JobState.RUNNING, attempts=3, beat_at=long_ago)
    assert jobs.sweep() == {"again": 0, "lost": 1, "offered": 0, "forgotten": 0}
    assert fresh(job).state == JobState.FAILED


def test_a_living_job_is_left_alone(handler, owner):
    job = started(handler, owner, count_to_three)
    Job.objects.filter(pk=job.pk).update(state=JobState.RUNNING, attempts=1, beat_at=timezone.now())
    assert jobs.sweep() == {"again": 0, "lost": 0, "offered": 0, "forgotten": 0}


def test_a_forgotten_hint_is_made_up_for(handler, owner):
    job = started(handler, owner, count_to_three)
    assert jobs.sweep()["offered"] == 0
    Job.objects.filter(pk=job.pk).update(created_at=timezone.now() - timedelta(seconds=31))
    assert jobs.sweep()["offered"] == 1


def test_a_run_that_was_taken_for_dead_stops_and_writes_nothing(handler, owner):
    def run(job, progress):
        Job.objects.filter(pk=job.pk).update(attempts=2)  # another worker has it now
        time.sleep(0.6)
        progress.step()

    job = started(handler, owner, run)
    jobs.run(job.pk)
    assert (fresh(job).state, fresh(job).attempts) == (JobState.RUNNING, 2)


def test_old_files_go_and_the_row_stays(handler, owner):
    job = started(handler, owner, keep_text)
    jobs.run(job.pk)
    name = fresh(job).file.name
    Job.objects.filter(pk=job.pk).update(ended_at=timezone.now() - timedelta(days=8))
    assert jobs.sweep()["forgotten"] == 1
    assert jobs.sweep()["forgotten"] == 0
    assert (fresh(job).file.name, fresh(job).file_name) == ("", "客户.txt")
    assert not Job._meta.get_field("file").storage.exists(name)


# Progress is seen while the work's own transaction is open


def in_thread(target, *args):
    def call():
        try:
            target(*args)
        finally:
            connection.close()

    thread = threading.Thread(target=call)
    thread.start()
    return thread


@pytest.mark.django_db(transaction=True)
def test_progress_and_cancel_pass_an_open_transaction(handler, make_user, wait_for):
    written = threading.Event()

    def run(job, progress):
        with transaction.atomic():
            Job.objects.create(kind="tests.other", title="written by the work")
            progress.total(10_000)
            written.set()
            for _ in range(10_000):
                progress.step(note="writing")
                time.sleep(0.01)

    job = started(handler, make_user("lina"), run)
    worker = in_thread(jobs.run, job.pk)
    try:
        assert written.wait(5)
        wait_for(lambda: fresh(job).done > 20, 5)
        assert (fresh(job).total, fresh(job).note) == (10_000, "writing")
        assert jobs.cancel(job) is True
        wait_for(lambda: fresh(job).state == JobState.CANCELLED, 5)
    finally:
        worker.join()
    assert not Job.objects.filter(kind="tests.other").exists()


@pytest.mark.django_db(transaction=True)
def test_only_one_of_two_workers_gets_the_job(handler, make_user):
    runs = []

    def run(job, progress):
        runs.append(1)
        time.sleep(0.3)

    job = started(handler, make_user("lina"), run)
    threads = [in_thread(jobs.run, job.pk) for _ in range(4)]
    for thread in threads:
        thread.join()
    assert runs == [1]


# Pages


@pytest.fixture
def page_of(core_pages, client):
    def get(user, name, job=None, **headers):
        client.force_login(user)
        return client.get(reverse(f"core:{name}", args=[job.pk] if job else []), headers=headers)

    return get


def test_everybody_sees_their_own_and_an_administrator_all(handler, owner, make_user, page_of):
    other, admin = make_user("wang"), make_user("admin", "core.see_all_jobs")
    job = started(handler, owner, count_to_three)
    seen = {user.username: page_of(user, "job_detail", job).status_code for user in (owner, other, admin)}
    assert seen == {"lina": 200, "wang": 404, "admin": 200}
    listed = {user.username: b"Work" in page_of(user, "job_list").content for user in (owner, other, admin)}
    assert listed == {"lina": True, "wang": False, "admin": True}


def test_the_list_asks_the_same_number_of_queries_for_one_and_three(
    handler, owner, core_pages, client, django_assert_max_num_queries
):
    client.force_login(owner)
    counts = []
    for more in (1, 2):
        for _ in range(more):
            started(handler, owner, count_to_three)
        with django_assert_max_num_queries(12) as captured:
            assert client.get(reverse("core:job_list")).status_code == 200
        counts.append(len(captured))
    assert counts[0] == counts[1]


def test_a_running_page_asks_again_and_an_ended_one_does_not(handler, owner, page_of):
    job = started(handler, owner, count_to_three)
    assert 'hx-trigger="every 2s"' in page_of(owner, "job_detail", job).content.decode()
    fragment = page_of(owner, "job_detail", job, **{"HX-Request": "true"}).content.decode()
    assert fragment.strip().startswith('<div id="live"')
    jobs.run(job.pk)
    assert "hx-trigger" not in page_of(owner, "job_detail", job).content.decode()


def test_the_file_is_for_its_owner_and_only_downloads(handler, owner, make_user, page_of):
    job = started(handler, owner, keep_text)
    assert page_of(owner, "job_file", job).status_code == 404
    jobs.run(job.pk)
    response = page_of(owner, "job_file", job)
    assert response.getvalue() == "一".encode()
    assert response["Content-Disposition"] == "attachment; filename*=utf-8''%E5%AE%A2%E6%88%B7.txt"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in response["Content-Security-Policy"]
    for reader in (make_user("wang"), make_user("admin", "core.see_all_jobs")):
        assert page_of(reader, "job_file", job).status_code == 404


def test_cancelling_is_a_post_of_who_ordered_it(handler, owner, make_user, core_pages, client):
    job = started(handler, owner, count_to_three)
    address = reverse("core:job_cancel", args=[job.pk])
    for reader in (make_user("wang"), make_user("admin", "core.see_all_jobs")):
        client.force_login(reader)
        assert client.post(address).status_code == 404
    client.force_login(owner)
    assert client.get(address).status_code == 405
    assert client.post(address).status_code == 302
    assert fresh(job).state == JobState.CANCELLED
