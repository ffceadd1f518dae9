"""The Celery application and everything that time drives, on one page. Due dates live in rows; beat only looks."""

import os

from celery import Celery
from celery.schedules import crontab

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "satisfaction.settings")

app = Celery("satisfaction")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

MINUTE = 60.0
app.conf.beat_schedule = {
    # core
    "beat heartbeat": {"task": "core.beat_heartbeat", "schedule": MINUTE / 2},  # /readyz shows its age
    "jobs left behind": {"task": "core.sweep_jobs", "schedule": MINUTE},  # jobs of a dead worker start again
    "files left behind": {"task": "core.sweep_files", "schedule": crontab(hour=2, minute=20)},  # written, no row
    # notifications
    "deliver messages": {
        "task": "notifications.deliver_due",
        "schedule": MINUTE / 6,
    },  # queued rows, also after a crash
    "messages left behind": {"task": "notifications.sweep", "schedule": MINUTE},  # claimed and never finished
    "read mailboxes": {"task": "notifications.fetch_mail", "schedule": MINUTE},  # store what is new, then read it
    "count mailboxes": {
        "task": "notifications.count_mail",
        "schedule": crontab(hour=6, minute=50),
    },  # server against rows
    # surveys
    "open and close waves": {"task": "surveys.turn_waves", "schedule": MINUTE},  # by their window
    "links and mails of large waves": {"task": "surveys.send_out_invitations", "schedule": MINUTE},  # batch by batch
    "survey reminders": {"task": "surveys.remind_due", "schedule": 10 * MINUTE},  # only who has not answered
    "opinions to follow up": {"task": "surveys.follow_opinions", "schedule": 10 * MINUTE},  # after a crash
    "projects to ask": {"task": "surveys.remind_projects", "schedule": crontab(hour=8, minute=50)},  # REM-06
    "files of answers": {
        "task": "surveys.forget_answer_files",
        "schedule": crontab(hour=2, minute=50),
    },  # after a month
    "tasks of surveys come true": {"task": "surveys.tick_tasks", "schedule": 10 * MINUTE},  # facts, not people
    "tasks of surveys due": {"task": "surveys.remind_tasks", "schedule": crontab(hour=8, minute=35)},  # REM-07, 09
    "advance notice of surveys": {"task": "surveys.send_notices", "schedule": crontab(hour=8, minute=25)},  # REM-04
    "anonymous answers": {"task": "surveys.empty_boxes", "schedule": 10 * MINUTE},  # shuffled batches
    "retention": {
        "task": "surveys.watch_retention",
        "schedule": crontab(hour=3, minute=10),
    },  # SEC-08: lists, never deletes
    # fieldwork
    "call lists": {"task": "fieldwork.make_lists", "schedule": crontab(minute="*/30", hour="7-20")},
    "calls left lying": {"task": "fieldwork.put_back_left", "schedule": 10 * MINUTE},
    "appointments of tomorrow": {"task": "fieldwork.remind_meetings", "schedule": crontab(minute="*/30", hour="8-20")},
    # customers
    "follow-ups due": {"task": "customers.remind_follow_ups", "schedule": crontab(hour=8, minute=30)},
    "personal data past their date": {
        "task": "customers.erase_expired_contacts",
        "schedule": crontab(hour=2, minute=40),
    },
    # complaints
    "clocks of complaints": {"task": "complaints.watch_clocks", "schedule": 5 * MINUTE},  # warn, breach, recompute
    "deferred suggestions": {"task": "complaints.take_up_deferred", "schedule": crontab(hour=8, minute=10)},
    "the ledger adds up": {"task": "complaints.check_ledger", "schedule": crontab(hour=3, minute=20)},
    "case reports": {"task": "complaints.draft_case_reports", "schedule": crontab(minute=15)},  # CMP-42
    # improvements
    "measures due": {"task": "improvements.remind_measures", "schedule": crontab(hour=8, minute=20)},
    "notices due": {"task": "improvements.remind_notices", "schedule": 30 * MINUTE},  # soon, today, overdue
    # appraisal
    "ratings due": {"task": "appraisal.remind_ratings", "schedule": crontab(hour=8, minute=40)},
    # reports
    "periodic reports": {
        "task": "reports.make_due",
        "schedule": 10 * MINUTE,
    },  # drafts on the calendar, made up after downtime
}
