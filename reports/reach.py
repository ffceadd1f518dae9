"""Which of a report's numbers its reader can follow to their records: a link that would be refused is not shown."""

from dataclasses import replace
from urllib.parse import urlsplit

from django.urls import Resolver404, resolve


def can_open(user, url):
    """Whether a role of ``user`` includes the page at ``url``."""
    try:
        access = getattr(resolve(urlsplit(url).path).func, "access", ())
    except Resolver404:
        return False
    return access in (("public",), ("everyone",)) or any(user.has_perm(name) for name in access)


def within_reach(body, user):
    """The body of a report (``papers.body``) with the links that ``user`` can follow."""
    return [
        (section, [_head(head, user) for head in heads], [_figure(figure, user) for figure in figures], tables)
        for section, heads, figures, tables in body
    ]


def _head(head, user):
    return replace(head, url="") if head.url and not can_open(user, head.url) else head


def _figure(figure, user):
    chart = figure.chart
    if not chart.rows_url or can_open(user, chart.rows_url):
        return figure
    return replace(figure, chart=replace(chart, rows_url=""))
