"""``{% chart chart %}`` on a page, ``{% printed_chart chart number="F02" %}`` in a PDF."""

import re

from django import template

from core import charts

register = template.Library()


@register.filter
def columned(rows):
    """Rows as [(cell, class)]: "num" for a column of figures, "" for one of words and for the first, which names the row."""
    rows = [["–" if cell is None else cell for cell in row] for row in rows]
    classes = ["" if n == 0 or _holds_words(cells) else "num" for n, cells in enumerate(zip(*rows, strict=True))]
    return [list(zip(row, classes, strict=True)) for row in rows]


def _holds_words(cells):
    """Most cells are words without a digit; a dash is neither, and "too few" among figures makes no column of words."""
    told = [str(cell) for cell in cells if str(cell) not in ("", "–")]
    return 2 * sum(not re.search(r"\d", cell) for cell in told) > len(told)


@register.filter
def headed(headers, rows):
    """Headers as [(header, class)], each above its column as ``columned`` has it."""
    kinds = [kind for _cell, kind in columned(rows)[0]] if rows else ["", *["num"] * (len(headers) - 1)]
    return list(zip(headers, kinds, strict=True))


@register.inclusion_tag("components/chart.html")
def chart(chart, heading=2):
    """A card: heading, sentence, picture, its table one click away; without JavaScript the table is shown."""
    return {"chart": chart, "heading": heading}


@register.inclusion_tag("components/chart_print.html")
def printed_chart(chart, number="", detail="", table=False, width=charts.WIDTH):
    """A figure on paper: ``number`` before the title ("图2"), ``detail`` the number of its records."""
    picture = charts.svg(chart, width=width)
    return {"chart": chart, "svg": picture, "number": number, "detail": detail, "with_table": table}
