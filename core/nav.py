"""The left navigation, in the order of the cycle. Apps add their entries in AppConfig.ready()."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

SECTIONS = (
    ("home", _("Home"), "home"),
    ("surveys", _("Surveys"), "clipboard-list"),
    ("voice", _("Voice of customers"), "inbox"),
    ("improvement", _("Improvement"), "tool"),
    ("supervision", _("Supervision"), "eye-check"),
    ("appraisal", _("Appraisal"), "chart-bar"),
    ("reports", _("Reports"), "report"),
    ("customers", _("Customers"), "users"),
    ("settings", _("Settings"), "settings"),
)
ENTRIES = []


@dataclass(frozen=True)
class Entry:
    """One entry: in which section, its text, URL name, the capabilities of which one is needed, an optional counter.

    ``count`` is a callable ``(user) -> queryset`` of what is due from the user, or None; the counters of a page are one query.
    """

    section: str
    label: str
    url_name: str
    needs: tuple = ()
    count: object = None
    order: int = 50
    prefix: str = ""


def add(*entries):
    ENTRIES.extend(entries)


def used_by(user):
    """Entries of ``user`` in their order."""
    return [
        entry for entry in sorted(ENTRIES, key=lambda entry: entry.order)
        if not entry.needs or any(user.has_perm(name) for name in entry.needs)
    ]  # fmt: skip


def build(request, counted=None):
    """List of sections for the layout: {label, icon, url, active, count, children}; ``counted``: {entry: number}."""
    used, path, counted = used_by(request.user), request.path, counted or {}
    sections = [
        (label, icon, [_child(entry, path, counted.get(entry, 0)) for entry in used if entry.section == key])
        for key, label, icon in SECTIONS
    ]
    _keep_nearest([child for _label, _icon, children in sections for child in children])
    return [_section(label, icon, children) for label, icon, children in sections if children]


def _section(label, icon, children):
    """A section of one entry is that entry."""
    only = len(children) == 1
    return {
        "label": label,
        "icon": icon,
        "url": children[0]["url"],
        "active": any(child["active"] for child in children),
        "count": children[0]["count"] if only else 0,
        "children": [] if only else children,
    }


def _child(entry, path, count):
    url = reverse(entry.url_name)
    prefix = entry.prefix or url
    active = path == url if prefix == "/" else path.startswith(prefix)
    return {"label": entry.label, "url": url, "prefix": prefix, "active": active, "count": count, "icon": ""}


def _keep_nearest(children):
    """Of several entries above the current page only the nearest is marked."""
    nearest = max((child["prefix"] for child in children if child["active"]), key=len, default="")
    for child in children:
        child["active"] = child["active"] and child["prefix"] == nearest
