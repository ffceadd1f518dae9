"""What the pages of calls share."""

from datetime import date, timedelta

from django.utils import timezone

from core import moments


def days_of(asked, *, usual):
    """(first, last) day that a page is asked for (``day_after``, ``day_before``); else the last ``usual`` days."""
    today = timezone.localdate()
    last = _day(asked.get("day_before")) or max(today, _day(asked.get("day_after")) or today)
    first = _day(asked.get("day_after")) or last - timedelta(days=usual - 1)
    return min(first, last), last


def words_of(first, last):
    """The days as people read them."""
    return moments.day_text(first) if first == last else f"{moments.day_text(first)} – {moments.day_text(last)}"


def _day(text):
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return None
