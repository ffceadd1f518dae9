"""Names between braces in prepared texts."""

import pytest
from django.core.exceptions import ValidationError
from django.utils import translation

from complaints import placeholders
from complaints.forms.work import TemplateForm
from complaints.models import ReplyTemplate
from complaints.services import reply_templates
from tests.factories.complaints import make_complaint

KNOWN = ("number", "title", "unit")
TEXTS = {f"{part}_{language}": "{number}" for part in ReplyTemplate.PARTS for language in ("zh", "en")}
NAMES = {"name_zh": "通用", "name_en": "General", "category": ""}
LIST = "{number}, {title}, {unit}"
ALONE = f"A brace stands alone. Placeholders are written like these: {LIST}."


def said(text):
    try:
        placeholders.check(text, KNOWN)
    except ValidationError as error:
        return error.messages
    return []


def test_placeholders_which_nobody_fills_are_named():
    with translation.override("en"):
        found = {
            text: said(text)
            for text in ("", "{number}：{title}", "{nubmer} {unit} {who}", "{number", "｛number｝", "{}", "{Number}")
        }
    assert found == {
        "": [], "{number}：{title}": [], "{nubmer} {unit} {who}": [f"Unknown: {{nubmer}}, {{who}}. There are: {LIST}."],
        "{number": [ALONE], "｛number｝": [ALONE], "{}": [ALONE], "{Number}": [ALONE],
    }  # fmt: skip


def test_placeholders_are_filled_once():
    assert placeholders.fill("{number} {title} {other}", {"number": "{title}", "title": "x"}) == "{title} x {other}"


@pytest.mark.django_db
def test_a_reply_template_is_stored_only_with_placeholders_that_are_filled():
    with translation.override("en"):
        wrong = TemplateForm({**NAMES, **TEXTS, "result_en": "About {nubmer}"})
        right = TemplateForm({**NAMES, **TEXTS})
        assert (wrong.errors, right.errors) == (
            {"result_en": [f"Unknown: {{nubmer}}. There are: {LIST}."]}, {},
        )  # fmt: skip


def test_a_subject_with_braces_is_put_in_as_it_is(crew):
    complaint = make_complaint(crew.agent, title="模板里的{unit}")
    template = reply_templates.create(by=crew.lead, **NAMES, **TEXTS | {"result_zh": "{title}"})
    assert reply_templates.filled(template, complaint)["result"] == "模板里的{unit}"
