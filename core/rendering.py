"""Widgets drawn without templates: the same HTML as Django's own, for the kinds of which a page holds dozens."""

from django.forms.renderers import TemplatesSetting
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import mark_safe

OPTION = "django/forms/widgets/select_option.html"
INPUTS = ("text", "number", "email", "url", "password", "hidden", "date", "datetime", "time")


def _attrs(attrs):
    parts = (
        f" {conditional_escape(name)}"
        if value is True
        else f' {conditional_escape(name)}="{conditional_escape(value)}"'
        for name, value in attrs.items()
        if value is not False
    )
    return mark_safe("".join(parts))


def _input(widget):
    value = "" if widget["value"] is None else format_html(' value="{}"', widget["value"])
    return format_html(
        '<input type="{}" name="{}"{}{}>', widget["type"], widget["name"], value, _attrs(widget["attrs"])
    )


def _option(widget):
    return format_html('<option value="{}"{}>{}</option>', widget["value"], _attrs(widget["attrs"]), widget["label"])


def _select(widget):
    """None where an option has a template of its own."""
    parts = []
    for name, options, _index in widget["optgroups"]:
        if any(option["template_name"] != OPTION for option in options):
            return None
        drawn = mark_safe("\n".join(_option(option) for option in options))
        parts.append(format_html('<optgroup label="{}">\n{}\n</optgroup>', name, drawn) if name else drawn)
    body = mark_safe("\n".join(parts))
    return format_html('<select name="{}"{}>\n{}\n</select>', widget["name"], _attrs(widget["attrs"]), body)


DRAWN = {f"django/forms/widgets/{kind}.html": _input for kind in INPUTS} | {"django/forms/widgets/select.html": _select}


class PortalRenderer(TemplatesSetting):
    def render(self, template_name, context, request=None):
        draw = DRAWN.get(template_name)
        drawn = draw(context["widget"]) if draw else None
        return super().render(template_name, context, request) if drawn is None else drawn
