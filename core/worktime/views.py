"""The working calendar: a year at a glance, days and weeks changed, a year confirmed."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core.access import everyone, needs
from core.models import Calendar
from core.views import posted, render_page
from core.worktime import selectors, store
from core.worktime.engine import CalendarError
from core.worktime.forms import DayForm, WeekForm
from core.worktime.words import sessions_text


def default_calendar():
    return Calendar.objects.get(is_default=True)


def year_or_404(text):
    if not 2000 <= int(text) <= 2100:
        raise Http404
    return int(text)


@everyone
def calendar(request, year=None):
    year = year_or_404(year or timezone.localdate().year)
    code = default_calendar().code
    context = {"view": selectors.year_view(year, code), "versions": selectors.versions(code)[:20], "year": year}
    return render_page(request, "core/calendar.html", context)


@needs("core.change_working_time")
def day_edit(request):
    form = DayForm(posted(request), initial={"day": request.GET.get("day"), "kind": "rest"})
    if form.is_valid():
        day, what = form.cleaned_data["day"], form.what()
        try:
            if what is None:
                store.clear_day(default_calendar(), day, by=request.user)
            else:
                store.change_day(default_calendar(), day, what, by=request.user)
        except (ValueError, ValidationError) as error:
            form.add_error("hours", str(error))
        else:
            messages.success(request, _("Saved as a new version; running clocks follow it."))
            return redirect("core:calendar", day.year)
    return render_page(request, "core/calendar_form.html", {"form": form, "title": _("Change a day")})


@needs("core.change_working_time")
def week_edit(request):
    today = timezone.localdate()
    current = store.calendar_for().week_on(today)
    initial = {f"day{number}": sessions_text(sessions) if sessions else "" for number, sessions in current.items()}
    form = WeekForm(posted(request), initial=initial | {"valid_from": today})
    if form.is_valid():
        store.change_week(default_calendar(), form.week(), valid_from=form.cleaned_data["valid_from"], by=request.user)
        messages.success(request, _("Saved as a new version; running clocks follow it."))
        return redirect("core:calendar_now")
    return render_page(request, "core/calendar_form.html", {"form": form, "title": _("Working hours of the week")})


@require_POST
@needs("core.change_working_time")
def year_act(request, year):
    """Load the public holidays of a year, or confirm that its days are the announced ones."""
    year, act = year_or_404(year), request.POST.get("act")
    try:
        if act == "load":
            store.load_year(default_calendar(), year, by=request.user)
        elif act == "confirm":
            store.confirm_year(default_calendar(), year, by=request.user)
        else:
            raise Http404
        messages.success(request, _("Saved as a new version; running clocks follow it."))
    except CalendarError as error:
        messages.error(request, str(error))
    return redirect("core:calendar", year)
