"""Pauses, extensions and policies, made the way people do it; and the clock on the wall set to another moment."""

from contextlib import contextmanager
from datetime import datetime, timedelta
from unittest import mock
from zoneinfo import ZoneInfo

from django.utils import timezone

from complaints.models import PauseReason
from complaints.services import extensions, pauses, policies
from tests.factories.complaints import fresh

SHANGHAI = ZoneInfo("Asia/Shanghai")


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@contextmanager
def clock(text):
    """Everything inside happens at this moment."""
    with mock.patch("django.utils.timezone.now", lambda: at(text)):
        yield at(text)


def reason(code="third_party"):
    return PauseReason.objects.get(code=code)


def ask_pause(complaint, by, until, code="third_party"):
    return pauses.ask(fresh(complaint), by=by, reason=reason(code), resume_on=at(until).date(), comment="等供应商答复")


def paused(complaint, crew, until, code="third_party"):
    """Asked for by the handler, granted by the lead."""
    ask_pause(complaint, crew.handler, until, code)
    return pauses.grant_pause(fresh(complaint), by=crew.lead)


def ask_more(complaint, by, days=2):
    return extensions.ask_extension(fresh(complaint), by=by, days=days, reason="检测未完", told="还需要一些时间。")


def extended(complaint, crew, days=2):
    ask_more(complaint, crew.handler, days)
    return extensions.approve_extension(fresh(complaint), by=crew.lead)


def policy(by, **fields):
    given = {"kind": "complaint", "response_amount": 24, "result_amount": 3, "effective_from": timezone.localdate()}
    return policies.add(by=by, **given | fields)


def days(n):
    return timezone.localdate() + timedelta(days=n)
