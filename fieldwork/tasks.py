"""Doors of Celery into fieldwork. Everything here is safe to run twice and in parallel."""

from celery import shared_task

from core.batch import each
from fieldwork.services import calls, lists, meetings


@shared_task(name="fieldwork.make_lists")
def make_lists():
    """Beat, every half-hour of the day: today's call lists, and who was found since."""
    return each(lists.rules_due(), lists.make)


@shared_task(name="fieldwork.put_back_left")
def put_back_left():
    """Beat, every 10 minutes: calls somebody took and left lying go back to the list, pointless ones off it."""
    back = each(calls.left_behind(), calls.put_back)
    return back | {"dropped": each(calls.pointless(), calls.drop_pointless)["done"]}


@shared_task(name="fieldwork.remind_meetings")
def remind_meetings():
    """Beat, every half-hour of the day: the appointments of tomorrow, once for everybody who takes part."""
    return each(meetings.to_remind(), meetings.remind)
