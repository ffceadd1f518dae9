"""Panels of upper apps on the pages of lower ones: the page names a place, the upper app registers a renderer."""

from collections import defaultdict

PANELS = defaultdict(list)


def add_panel(place, render, order=50):
    """``render(request, obj) -> html or ""`` is shown at ``place`` (for example ``customers.customer``)."""
    PANELS[place].append((order, render))


def panels(place, request, obj):
    """Rendered panels of ``place`` in their order, empty ones left out."""
    rendered = (render(request, obj) for _order, render in sorted(PANELS[place], key=lambda pair: pair[0]))
    return [html for html in rendered if html]
