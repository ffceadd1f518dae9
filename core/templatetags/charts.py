"""``{% chart chart %}`` on a page, ``{% printed_chart chart number="F02" %}`` in a PDF."""

from django import template

from core import charts

register = template.Library()


@register.inclusion_tag("components/chart.html")
def chart(chart, heading=2):
    """A card: heading, sentence, picture, its table one click away; without JavaScript the table is shown."""
    return {"chart": chart, "heading": heading}


@register.inclusion_tag("components/chart_print.html")
def printed_chart(chart, number="", detail="", table=False, width=charts.WIDTH):
    """A figure on paper: ``number`` before the title ("图2"), ``detail`` the number of its records."""
    picture = charts.svg(chart, width=width)
    return {"chart": chart, "svg": picture, "number": number, "detail": detail, "with_table": table}
