"""Reading aids of survey pages."""

from django import template

from core.i18n import suffix
from surveys.choices import Method, QuestionKind
from surveys.models.plan import PARTS

register = template.Library()


@register.filter
def both(row, name):
    """``name_zh`` or ``name_en`` of a dict, by the reader's language."""
    wanted = suffix()
    return row.get(f"{name}_{wanted}") or row.get(f"{name}_{'zh' if wanted == 'en' else 'en'}") or ""


@register.filter
def plan_parts(revision):
    """[(label, text)] of the six parts of a stored revision."""
    parts = revision.content["parts"]
    return [(label, both(parts, key)) for key, label in PARTS.items()]


@register.filter
def method_label(value):
    return Method(value).label if value in Method.values else value


@register.filter
def words(text):
    """{"zh", "en"} in the reader's language."""
    return both({"t_zh": (text or {}).get("zh"), "t_en": (text or {}).get("en")}, "t")


@register.filter
def kind_label(value):
    return QuestionKind(value).label if value in QuestionKind.values else value
