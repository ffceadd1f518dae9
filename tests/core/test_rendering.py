"""Widgets are drawn as Django draws them."""

import re

import pytest
from django import forms
from django.forms.renderers import TemplatesSetting
from django.utils.safestring import mark_safe

from core.rendering import PortalRenderer

GROUPS = [("", "—"), ("区域", [(1, "a<b"), ("x&y", "上海")]), ("None", "无")]
CASES = [
    (forms.TextInput(attrs={"class": "a\"b", "required": True, "disabled": False, "data-n": 3}), '"<旧>&'),
    (forms.TextInput(), None), (forms.TextInput(), mark_safe("&lt;a")), (forms.HiddenInput(), 7), (forms.NumberInput(), 1234.5),
    (forms.DateInput(attrs={"type": "date"}), "2026-01-05"), (forms.PasswordInput(), "x"), (forms.Select(choices=GROUPS), "x&y"),
    (forms.Select(choices=GROUPS), None), (forms.SelectMultiple(choices=GROUPS), ["1", "x&y"]),
    (forms.NullBooleanSelect(), True), (forms.Select(choices=[]), None),
]  # fmt: skip


@pytest.mark.parametrize(("widget", "value"), CASES)
def test_widget_as_django_draws_it(widget, value):
    drawn = [
        re.sub(r"\s*\n\s*", "", widget.render("name<", value, attrs={"id": "id_1"}, renderer=renderer))
        for renderer in (PortalRenderer(), TemplatesSetting())
    ]
    assert drawn[0] == drawn[1]
