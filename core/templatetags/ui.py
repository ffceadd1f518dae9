"""Component tags: each is one template in templates/components/, shown in every variant on the gallery page.

Strict: an unknown or missing attribute stops the page when its template is compiled, a wrong value when it is
drawn. Tags with a body end with ``{% end %}`` or with their own name (``{% endcard %}``). What a component's
template sees is its attributes, so most functions check them and hand on ``locals()``.
"""

import re
from functools import lru_cache

import segno
from django import template
from django.conf import settings
from django.db.models import Choices, Model
from django.template import TemplateSyntaxError
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from core import components, history, moments
from core.components import check, check_pair
from core.permissions import is_visible
from core.workflow import REGISTRY
from core.worktime import words

register = template.Library()

SPRITE = "vendor/icons/sprite.svg"
COLOURS = ("info", "accent", "attention", "danger", "success", "neutral")
NOTE_ICONS = {"success": "circle-check", "attention": "alert-triangle", "danger": "alert-triangle"}


# ── with a body ──


@components.with_body(register)
def page_head(*, title, state=None, number="", sub="", over=()):
    """What this page is; the body holds its actions (at most one primary button). ``over`` are plain tags."""
    return locals()


@components.with_body(register)
def card(*, title="", sub="", more_url="", more_label="", foot="", flush=False, long=False, id=""):
    """A white surface. ``flush`` leaves the padding to the body (tables), ``long`` may break across paper."""
    check_pair("card", more_url=more_url, more_label=more_label)
    return locals()


@components.with_body(register)
def stats(*, label=""):
    """A strip that holds ``{% stat %}`` tags."""
    return locals()


@components.with_body(register)
def facts(*, columns=2):
    """Label above value; the body holds ``{% fact %}`` tags."""
    check("facts", "columns", columns, (1, 2, 3, 4))
    return locals()


@components.with_body(register)
def fact(label, *, wide=False):
    """One label and its value; an empty value shows as a dash."""
    return locals()


@components.with_body(register)
def note(*, tone="neutral", icon=""):
    """A remark beside the thing it is about: why one may or may not, what to look at."""
    check("note", "tone", tone, COLOURS)
    icon = icon or NOTE_ICONS.get(tone, "info-circle")
    return locals()


@components.with_body(register)
def filterbar(filterset, *, count=None):
    """Filters of a list as a pane, those in use as chips, the number of results; the body holds exports."""
    refused = ""
    if filterset.unknown:
        refused = _("This address asks for a filter that does not exist here: %(names)s.")
        refused %= {"names": ", ".join(filterset.unknown)}
    elif filterset.form.errors:
        refused = _("A filter has a value that cannot be used. Please open the filter and look at it.")
    return locals()


# ── without a body ──


@lru_cache(maxsize=1)
def icon_names():
    sprite = settings.BASE_DIR / "static" / SPRITE
    return frozenset(re.findall(r'id="([a-z0-9-]+)"', sprite.read_text(encoding="utf-8")))


@register.simple_tag
def icon(name, *, label="", small=False, large=False):
    """One of the vendored icons; decorative unless it has a ``label``."""
    if name not in icon_names():
        raise TemplateSyntaxError(f"{{% icon %}}: there is no icon {name!r} in {SPRITE}")
    size = " i-s" if small else " i-l" if large else ""
    said = format_html('role="img" aria-label="{}"' if label else 'aria-hidden="true"{}', label)
    return format_html('<svg class="i{}" {}><use href="{}#{}"></use></svg>', size, said, static(SPRITE), name)


@register.inclusion_tag("components/badge.html")
def badge(state, *, title=""):
    """A state's word in its colour: a TextChoices member with ``colour``, or a row with a ``state``."""
    state = state_of(state)
    if not hasattr(state, "label") or not hasattr(state, "colour"):
        raise TemplateSyntaxError(f"{{% badge %}}: {state!r} has no label and colour; give the row itself")
    check("badge", "colour", state.colour, COLOURS)
    return {"label": state.label, "colour": state.colour, "title": title}


def badge_html(state):
    """``{% badge %}`` for a cell of a list, drawn without its template."""
    shown = badge(state)
    return format_html('<span class="badge is-{}">{}</span>', shown["colour"], shown["label"])


def state_of(value):
    """The member of its states class for a row with a ``state`` column; anything else as it is."""
    if not isinstance(value, Model) or not hasattr(value, "state"):
        return value
    workflow = REGISTRY.get(value._meta.label_lower)
    states = workflow.states if workflow else type(value._meta.get_field("state").default)
    return states(value.state) if issubclass(states, Choices) else value.state


@register.inclusion_tag("components/stat.html")
def stat(
    label,
    value,
    *,
    unit="",
    base=None,
    note="",
    margin="",
    change="",
    verdict="",
    url="",
    rows="",
    tone="",
    icon="",
):
    """A headline number, never bare: ``base`` (n) or ``note`` is owed. ``verdict``: up, none, down."""
    if base is None and not note:
        raise TemplateSyntaxError(f"{{% stat %}}: {label!r} is a bare number; give base= or note=")
    if rows and not url:
        raise TemplateSyntaxError(f"{{% stat %}}: {label!r} names its rows but has no url=")
    check("stat", "tone", tone, ("", "danger", "attention"))
    check("stat", "verdict", verdict, ("", "up", "none", "down"))
    value, base = grouped(value), grouped(base)
    return locals()


@register.simple_tag(takes_context=True)
def linked(context, row, text=""):
    """A record by its name (or ``text``), as a link for who may open it."""
    words = text or str(row)
    if not is_visible(context["request"].user, row):
        return words
    return format_html('<a href="{}">{}</a>', row.get_absolute_url(), words)


def grouped(number):
    """3214 as 3,214; anything but a whole number as it is."""
    return f"{number:,}" if isinstance(number, int) else number


@register.inclusion_tag("components/due.html", takes_context=True)
def due(context, *, at, left=None, stopped="", original=None):
    """When something is due, and the working time left or over beneath.

    ``left`` is core.worktime.limits.Remaining or minutes; without it the default calendar counts from now.
    ``stopped`` says why the clock stands still, ``original`` is an earlier date that stays visible.
    """
    now = timezone.now()
    if at and left is None:
        left = working_time_left(context, now, at)
    return {
        "when": stopped or (moments.text(at) if at else "—"),
        "title": moments.full(at) if at else "",
        "tone": "stopped" if stopped else due_tone(at, left, now),
        "left": ""
        if left is None
        else remaining_text(left, is_stopped=bool(stopped), is_late=bool(at) and _is_past(at, now)),
        "original": moments.text(original) if original else "",
    }


def due_html(context, at, left=None, *, stopped="", original=None):
    """``{% due %}`` for a cell of a list, drawn without its template."""
    shown = due(context, at=at, left=left, stopped=stopped, original=original)
    tone = f" is-{shown['tone']}" if shown["tone"] else ""
    title = format_html(' title="{}"', shown["title"]) if shown["title"] else ""
    rest = format_html('<span class="left">{}</span>', shown["left"]) if shown["left"] else ""
    before = format_html("<del>{}</del>", shown["original"]) if shown["original"] else ""
    return format_html('<span class="due{}"{}>{}{}{}</span>', tone, title, before, shown["when"], rest)


def due_tone(at, left, now):
    """late, soon (ends today) or nothing."""
    if not at:
        return ""
    is_moment = hasattr(at, "hour")
    today = timezone.localdate(now)
    day = moments.local(at).date() if is_moment else at
    if (at < now if is_moment else at < today) or getattr(left, "minutes", left or 0) < 0:
        return "late"
    return "soon" if day == today else ""


def _is_past(at, now):
    return at < now if hasattr(at, "hour") else at < timezone.localdate(now)


def remaining_text(left, *, is_stopped, is_late=False):
    """Working time left or over; without any between now and then, only whether the moment has passed."""
    if not is_stopped and not getattr(left, "minutes", left):
        return _("overdue, outside working hours") if is_late else _("outside working hours")
    if hasattr(left, "minutes_per_day"):
        return words.left(left.minutes, left.minutes_per_day, is_stopped=is_stopped or left.is_stopped)
    return words.left(left, is_stopped=is_stopped)


def working_time_left(context, now, at):
    """Remaining by the default calendar, read once per request; None for a plain date or no calendar."""
    from core.worktime import engine, limits, store  # tables are ready only after the apps

    if not hasattr(at, "hour"):
        return None
    request = context.get("request")
    try:
        calendar = getattr(request, "working_calendar", None) or store.calendar_for()
        minutes = calendar.between(now, at) if at >= now else -calendar.between(at, now)
    except engine.CalendarError:
        return None
    if request is not None:
        request.working_calendar = calendar
    return limits.Remaining(minutes, calendar.minutes_per_day, is_stopped=False) if minutes else None


@register.inclusion_tag("components/timeline.html")
def timeline(events):
    """What happened, newest first: events of a row (``obj.transitions``) or core.history.Line."""
    if hasattr(events, "select_related"):
        events = events.select_related("by", "on_behalf_of")
    return {"rows": history.lines(events)}


@register.simple_tag
def qr_code(address):
    """A QR code as SVG inside the page or paper, without a quiet zone of its own."""
    # segno writes the address as bars: no character of it reaches the page
    return mark_safe(segno.make(address, error="m").svg_inline(scale=2, border=0, omitsize=True))


@register.inclusion_tag("components/empty.html")
def empty(*, text, action_url="", action_label="", icon="inbox"):
    """Why a list is empty, and the one button that fills it."""
    check_pair("empty", action_url=action_url, action_label=action_label)
    return locals()


@register.inclusion_tag("components/chips.html")
def chips(filterset):
    """The filters in use, each a link that takes it away."""
    return {"chips": filterset.chips()}


@register.inclusion_tag("components/tabs.html")
def tabs(items, *, label):
    """Saved views or bodies of one page: dicts with label, url, active and optionally count, hot."""
    for item in items:
        for key in item:
            check("tabs", "key", key, ("label", "url", "active", "count", "hot"))
    return locals()


@register.inclusion_tag("components/avatar.html")
def avatar(user, *, small=False, name=False):
    """The first letter of a person, with the ``name`` beside it where wanted."""
    initial = getattr(user, "initial", None) or str(user)[:1].upper()
    return locals()


@register.inclusion_tag("components/paginator.html", takes_context=True)
def paginator(context, page, *, count=None):
    """Previous and next. ``page`` counts pages, or goes by keys: ``previous_query`` and ``next_query``."""
    has_previous, has_next = page.has_previous(), page.has_next()
    if hasattr(page, "next_query"):
        previous, next, first, last = page.previous_query, page.next_query, 0, 0
    else:
        previous, next = (query(context, page=page.number + step) for step in (-1, 1))
        first = (page.number - 1) * page.paginator.per_page + 1 if has_previous or has_next else 0
        last = first + len(page) - 1
    return locals()


def query(context, **changes):
    params = context["request"].GET.copy()
    for name, value in changes.items():
        params[name] = value
    return params.urlencode()


@register.simple_tag(takes_context=True)
def table(context, table):
    """A PortalTable and its pages; an empty one says why: ``empty_text``, ``empty_url``, ``empty_action``."""
    table.context = context
    table.before_render(context["request"])
    return components.draw(context, "table", {"table": table})


@register.inclusion_tag("components/steps.html")
def steps(steps, *, current):
    """Where one is in a sequence; ``current`` counts from 1."""
    check("steps", "current", current, range(1, len(steps) + 1))
    return locals()


@register.inclusion_tag("components/meter.html")
def meter(parts, *, label):
    """Shares of a whole as one bar and in words: pairs (label, number), the last is the quiet rest."""
    x, rows = 0, []
    for index, (name, value) in enumerate(parts, 1):
        rows.append({"label": name, "value": value, "x": x, "hue": 0 if index == len(parts) > 1 else index})
        x += value
    said = ", ".join(f"{name} {value}" for name, value in parts)
    return {"parts": rows, "total": max(x, 1), "label": f"{label}: {said}"}


@register.inclusion_tag("components/todo.html", takes_context=True)
def todo(context, item, *, left=None):
    """One row of what is due: a core.due.DueItem."""
    return {"item": item, "left": left, "request": context.get("request")}


# ── filters ──


@register.filter
def moment(value):
    """今天 15:30, with the whole date and weekday as title."""
    return _time(value, moments.local(value).isoformat(), moments.text(value)) if value else _dash()


@register.filter
def day(value):
    """今天 or 4月8日, without the time."""
    return _time(value, f"{moments.local(value):%Y-%m-%d}", moments.day_text(value)) if value else _dash()


def _time(value, machine, text):
    return format_html('<time datetime="{}" title="{}">{}</time>', machine, moments.full(value), text)


def _dash():
    return format_html('<span class="{}">—</span>', "ink3")


@register.filter
def row_url(record, table):
    """Where a click on the row of ``record`` leads, or nothing."""
    get = getattr(table, "row_url", None)
    return (get(record) if get else "") or ""
