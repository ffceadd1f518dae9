"""The way from a number to its records: one word in the ledger's address names the figure, the part of it and the days."""

from dataclasses import replace
from datetime import date
from urllib.parse import urlencode

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from accounts.models import OrgUnit
from accounts.selectors import subtree
from complaints.selectors import clusters
from complaints.selectors.indicators import REGISTRY, Scope, records
from core.forms import within_reach

MOST = 2**31  # keys of units
PARTS = ("among", "counted", "missed")
NARROWED = ("unit", "only", "channel", "category", "severity", "tier", "cause")


class Choice:
    """``code:part:from:until`` and what narrows it, as ``unit=3`` (with everything below it), ``only=3`` (the unit alone)."""

    def __init__(self, text):
        code, part, start, end, *narrowed = text.split(":")
        if code not in REGISTRY or part not in PARTS:
            raise ValueError(text)
        self.text, self.code, self.part = text, code, part
        self.start, self.end = date.fromisoformat(start), date.fromisoformat(end)
        self.narrowed = dict(one.split("=", 1) for one in narrowed)
        if set(self.narrowed) - set(NARROWED) or self.end < self.start:
            raise ValueError(text)
        for day in (self.start, self.end):
            within_reach(day)
        for name in ("unit", "only"):
            if not 0 <= int(self.narrowed.get(name, 0)) < MOST:
                raise ValueError(text)

    def __str__(self):
        words = {
            "among": pgettext("figure", "all"),
            "counted": pgettext("figure", "counted"),
            "missed": pgettext("figure", "not counted"),
        }
        days = " – ".join(date_format(day, "SHORT_DATE_FORMAT") for day in (self.start, self.end))
        return f"{REGISTRY[self.code].title} ({words[self.part]}), {days}"

    def scope(self):
        given = dict(self.narrowed)
        cause, unit, only = (given.pop(name, None) for name in ("cause", "unit", "only"))
        units = None
        if unit:
            units = subtree(OrgUnit.objects.filter(pk=unit).first() or OrgUnit(path="-"))
        return Scope(self.start, self.end, [int(only)] if only else units, **given), cause

    def of(self, rows):
        scope, cause = self.scope()
        rows = rows.filter(pk__in=records(self.code, scope, self.part))
        if cause is not None:
            rows = rows.filter(
                pk__in=clusters.complaints(replace(scope, units=None)).filter(cause=cause).order_by().values("pk")
            )
        return rows


class FigureField(forms.CharField):
    widget = forms.HiddenInput

    def to_python(self, value):
        text = super().to_python(value)
        if not text:
            return None
        try:
            return Choice(text)
        except (ValueError, ValidationError):
            raise ValidationError(_("This figure does not exist."))


class FigureFilter(django_filters.Filter):
    """The records behind a figure, as they stand now."""

    field_class = FigureField

    def __init__(self, **kwargs):
        super().__init__(label=gettext_lazy("Figure"), **kwargs)

    def filter(self, rows, value):
        return value.of(rows) if value else rows


def rows_url(code, scope, part="among", **more):
    """Where the records of a figure stand in the ledger; ``more`` narrows further (only, cause, channel …)."""
    narrowed = scope.narrows | {name: value for name, value in more.items() if value}
    words = [
        code,
        part,
        scope.start.isoformat(),
        scope.end.isoformat(),
        *(f"{name}={value}" for name, value in narrowed.items()),
    ]
    return f"{reverse('complaints:list')}?{urlencode({'view': 'all', 'figure': ':'.join(words)}, safe=':=')}"
