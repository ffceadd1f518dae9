"""The company's colour and logo on customers' pages and papers, as the server is set up (PORTAL_COLOUR, PORTAL_LOGO)."""

from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.http import Http404, HttpResponse
from django.views.decorators.cache import cache_control

from core.access import public
from core.contrast import palette

DAY = 24 * 3600


@lru_cache(maxsize=4)
def sheet(colour):
    """The style sheet that puts ``colour`` in the place of the portal's own."""
    found = {
        theme: "; ".join(f"--{name}: {value}" for name, value in tokens.items())
        for theme, tokens in palette(colour).items()
    }
    return (
        f":root {{ {found['light']} }}\n"
        f"@media screen and (prefers-color-scheme: dark) {{ :root {{ {found['dark']} }} }}\n"
    )


def print_sheet(colour):
    """The same for papers, which are white."""
    return (
        f".cover .band {{ background: {colour} }} .cover .per {{ color: {colour} }} "
        f".heads > div {{ border-top-color: {colour} }}"
    )


@public
@cache_control(max_age=DAY, public=True)
def brand_css(request):
    return HttpResponse(sheet(settings.PORTAL["colour"]), content_type="text/css")


@public
@cache_control(max_age=DAY, public=True)
def brand_logo(request):
    if not settings.PORTAL["logo"]:
        raise Http404
    return HttpResponse(Path(settings.PORTAL["logo"]).read_bytes(), content_type="image/png")
