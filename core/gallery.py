"""Every component in every variant and the badge of every state: look here after a change of style."""

from datetime import timedelta
from importlib import import_module
from types import SimpleNamespace

import django_filters
import django_tables2 as tables
from django import forms
from django.apps import apps
from django.conf import settings
from django.db.models import TextChoices
from django.http import QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.utils.module_loading import module_has_submodule
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.access import everyone
from core.charts import Chart
from core.choices import JobState
from core.due import DueItem
from core.forms import PortalFilterSet, PortalForm
from core.history import Line
from core.models import Job
from core.tables import NumberColumn, PortalTable
from core.templatetags.ui import COLOURS, SPRITE, icon_names

HUES = {"c": 6, "s": 5}
PEOPLE = ("林小雨", "Ada Lovelace")


@everyone
def gallery(request):
    return render(request, "core/gallery.html", samples(request))


def samples(request):
    now = timezone.localtime().replace(hour=18, minute=0)
    return {
        "states": state_classes(),
        "colours": [SimpleNamespace(label=colour, colour=colour) for colour in COLOURS],
        "icons": sorted(icon_names()),
        "sprite": SPRITE,
        "people": PEOPLE,
        "dues": dues(now),
        "items": due_items(now),
        "lines": lines(now),
        "tabs": tab_items(request),
        "table": SampleTable(table_rows(now), request=request),
        "empty_table": SampleTable([], request=request),
        "filter": SampleFilters(sample_query(), queryset=Job.objects.none()),
        "form": checked_form(),
        "page": SimpleNamespace(
            has_previous=lambda: False, has_next=lambda: True, previous_query="", next_query="after=20"
        ),
        "shares": [(_("reached"), 9), (_("not reached"), 3), (_("still to call"), 8)],
        "charts": charts(),
        "hues": {kind: range(1, count + 1) for kind, count in HUES.items()},
        "running": JobState.RUNNING,
    }


def state_classes():
    """(app, class, members) for every TextChoices class with colours in our apps."""
    found = []
    for config in apps.get_app_configs():
        if (settings.BASE_DIR / config.label).is_dir() and module_has_submodule(config.module, "choices"):
            for value in vars(import_module(f"{config.name}.choices")).values():
                if (
                    isinstance(value, type)
                    and issubclass(value, TextChoices)
                    and value.values
                    and hasattr(value, "colour")
                ):
                    found.append((config.label, value.__name__, list(value)))
    return sorted(found)


def dues(now):
    """(situation, attributes of ``{% due %}``)."""
    day = timedelta(days=1)
    return [
        (_("Late"), {"at": now - day, "left": -90}),
        (_("Ends today"), {"at": timezone.now() + timedelta(minutes=1), "left": 390}),
        (_("Tomorrow"), {"at": now + day, "left": 870}),
        (_("Later"), {"at": now + 6 * day, "left": 2280}),
        (_("Date moved"), {"at": now + 6 * day, "left": 2280, "original": now - day}),
        (_("Clock stopped"), {"at": now + 3 * day, "left": 720, "stopped": _("Waits for the customer")}),
        (_("A day without a time"), {"at": timezone.localdate() + 3 * day, "left": None}),
    ]


def due_items(now):
    day = timedelta(days=1)
    sub = _("Mingde Medical · Ms Han")
    late = _("The invoice was wrong twice and is still not reissued")
    today = _("Not satisfied with the answers in the class group")
    later = _("Second quarter: open classes in both branches")
    return [
        DueItem(_("Complaint"), late, "#", _("Answer the customer"), now - day, "TS-2026-000119", sub),
        DueItem(
            _("Follow-up"),
            today,
            "#",
            _("Call back"),
            timezone.now() + timedelta(minutes=1),
            "HF-2026-000303",
            sub,
        ),
        DueItem(_("Plan"), later, "#", _("Approve"), now + 4 * day, "JH-2026-000007"),
    ]


def lines(now):
    hour = timedelta(hours=1)
    return [
        Line(now, _("Submitted for review"), "林小雨", tone="key"),
        Line(now - 2 * hour, _("Changed"), "林小雨", changes=[_("Owner: nobody → Lin Xiaoyu")]),
        Line(now - 26 * hour, _("Sent back"), "周敏", _("The second answer does not say by when."), tone="bad"),
        Line(now - 72 * hour, _("Created"), _("the portal")),
    ]


def charts():
    """Two pictures that carry the most colours; every kind is tested with core.charts."""
    scale = [_("very dissatisfied"), _("dissatisfied"), _("neither"), _("satisfied"), _("very satisfied")]
    answers = {_("Lecturers"): [4, 11, 60, 240, 232], _("Arrangements"): [21, 52, 96, 213, 165]}
    shares = {_("Lecturers"): (86.3, 83.1, 88.9), _("Arrangements"): (69.1, 65.1, 72.8)}
    return [
        Chart(
            kind="diverging",
            title=_("Satisfaction by subject"),
            sentence=_("The arrangements have more than four times as many dissatisfied answers as the lecturers."),
            data={
                "scale": scale,
                "rows": [{"label": label, "counts": counts} for label, counts in answers.items()],
            },
            table=([_("Subject"), *scale], [[label, *counts] for label, counts in answers.items()]),
        ),
        Chart(
            kind="dot_interval",
            title=_("Share of the satisfied"),
            sentence=_("The intervals do not touch: the difference is proven."),
            data={
                "unit": "%",
                "rows": [
                    {"label": label, "value": value, "low": low, "high": high, "n": 547}
                    for label, (value, low, high) in shares.items()
                ],
            },
            table=(
                [_("Subject"), "%", _("lower limit"), _("upper limit")],
                [[label, *row] for label, row in shares.items()],
            ),
        ),
    ]


def tab_items(request):
    rows = [
        (_("Not closed yet"), 38, False),
        (_("For me"), 4, False),
        (_("Late"), 2, True),
        (_("All"), None, False),
    ]
    return [
        {"label": label, "url": "#", "active": index == 0, "count": count, "hot": hot}
        for index, (label, count, hot) in enumerate(rows)
    ]


class SampleTable(PortalTable):
    number = tables.Column(verbose_name=gettext_lazy("Number"), attrs={"td": {"class": "mono"}})
    title = tables.Column(verbose_name=gettext_lazy("Subject"), attrs={"td": {"class": "cut"}})
    state = tables.TemplateColumn("{% badge value %}", verbose_name=gettext_lazy("State"))
    answers = NumberColumn(verbose_name=gettext_lazy("Answers"))
    due_at = tables.TemplateColumn("{% due at=value left=record.left %}", verbose_name=gettext_lazy("Due"))

    class Meta(PortalTable.Meta):
        empty_text = gettext_lazy(
            "No call list yet. It is drawn up every day at 08:30 from answered complaints and low scores."
        )
        orderable = True
        order_by = "due_at"

    empty_url, empty_action = "#", gettext_lazy("Draw up the list now")

    @staticmethod
    def row_url(record):
        return "#"


def table_rows(now):
    day = timedelta(days=1)
    rows = [
        (_("First quarter, open classes"), JobState.RUNNING, 547, now - day, -90),
        (_("First quarter, in-house training"), JobState.QUEUED, 128, now + day, 870),
        (
            _("A wave whose name is so long that the column cuts it at its end"),
            JobState.FAILED,
            3214,
            now + 6 * day,
            2280,
        ),
    ]
    return [
        {
            "number": f"DC-2026-{index:04}",
            "title": title,
            "state": state,
            "answers": f"{answers:,}",
            "due_at": at,
            "left": left,
        }
        for index, (title, state, answers, at, left) in enumerate(rows, 12)
    ]


class SampleFilters(PortalFilterSet):
    name = django_filters.CharFilter(label=gettext_lazy("Customer"))
    kind = django_filters.ChoiceFilter(label=gettext_lazy("State"), choices=JobState.choices)
    since = django_filters.DateFilter(label=gettext_lazy("Since"), widget=forms.DateInput(attrs={"type": "date"}))


def sample_query():
    query = QueryDict(mutable=True)
    query.update({"name": _("Mingde"), "kind": "queued"})
    return query


class SampleForm(PortalForm):
    phone = forms.CharField(
        label=gettext_lazy("Phone"),
        help_text=gettext_lazy("Only the person in charge sees the whole number."),
        widget=forms.TextInput(attrs={"type": "tel"}),
    )
    received = forms.DateField(label=gettext_lazy("Received on"), widget=forms.DateInput(attrs={"type": "date"}))
    amount = forms.IntegerField(label=gettext_lazy("Refund asked for"), required=False)
    how = forms.ChoiceField(
        label=gettext_lazy("How it reached us"),
        choices=[
            ("call", gettext_lazy("Phone call")),
            ("mail", gettext_lazy("E-mail")),
            ("visit", gettext_lazy("Visit")),
        ],
        widget=forms.RadioSelect,
    )
    state = forms.ChoiceField(label=gettext_lazy("State"), choices=JobState.choices)
    wish = forms.CharField(
        label=gettext_lazy("What the customer wishes"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    agreed = forms.BooleanField(label=gettext_lazy("The customer agrees to a call back"), required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["amount"].unit = _("yuan")

    def clean(self):
        self.add_error("phone", _("Eleven digits, or a number with its area code."))
        self.warn(_("600 yuan is more than the fee of this course."))


def checked_form():
    form = SampleForm({"phone": "1380013", "received": "2026-04-09", "amount": "600", "how": "call", "state": "queued"})
    form.is_valid()
    return form
