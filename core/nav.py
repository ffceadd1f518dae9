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

    ``count`` is a callable ``(user) -> int`` and counts only what is due from the user.
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


def build(request):
    """List of sections for the layout: {label, icon, url, active, count, children}."""
    user, path = request.user, request.path
    sections = [(label, icon, _children(key, user, path)) for key, label, icon in SECTIONS]
    _keep_nearest([child for _label, _icon, children in sections for child in children])
    return [_section(label, icon, children) for label, icon, children in sections if children]


def _children(key, user, path):
    entries = sorted((entry for entry in ENTRIES if entry.section == key), key=lambda entry: entry.order)
    return [
        _child(entry, user, path)
        for entry in entries
        if not entry.needs or any(user.has_perm(name) for name in entry.needs)
    ]


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


def _child(entry, user, path):
    url = reverse(entry.url_name)
    prefix = entry.prefix or url
    active = path == url if prefix == "/" else path.startswith(prefix)
    count = entry.count(user) if entry.count else 0
    return {"label": entry.label, "url": url, "prefix": prefix, "active": active, "count": count, "icon": ""}


def _keep_nearest(children):
    """Of several entries above the current page only the nearest is marked."""
    nearest = max((child["prefix"] for child in children if child["active"]), key=len, default="")
    for child in children:
        child["active"] = child["active"] and child["prefix"] == nearest
