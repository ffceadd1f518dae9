"""Which of a report's numbers its reader can follow to their records: a link that would be refused is not shown."""

from dataclasses import replace
from urllib.parse import urlsplit

from django.urls import Resolver404, resolve

from core.charts import KINDS


def can_open(user, url):
    """Whether a role of ``user`` includes the page at ``url``; one record's page is sure only for who sees all of its kind."""
    try:
        found = resolve(urlsplit(url).path)
    except Resolver404:
        return False
    access = getattr(found.func, "access", ())
    if found.kwargs:
        access = tuple(name for name in access if name.endswith("see_all")) or access
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
    chart, key = figure.chart, KINDS[figure.chart.kind]
    items = [item | {"url": _open_to(user, item["url"])} if item.get("url") else item for item in chart.items]
    rows_url = _open_to(user, chart.rows_url)
    if items == chart.items and rows_url == chart.rows_url:
        return figure
    return replace(figure, chart=replace(chart, data=chart.data | {key: items}, rows_url=rows_url))


def _open_to(user, url):
    return url if url and can_open(user, url) else ""
