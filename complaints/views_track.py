"""How far a record is, for whoever has its number and its code.

Nothing is changed here, so a post needs no CSRF token: the receipt leads here by itself.
"""

from django.conf import settings
from django.shortcuts import render
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from complaints.forms.track import TrackForm
from complaints.public.progress import Progress
from complaints.selectors.tracking import tracked
from core import preferences
from core.access import public
from core.doors import Bucket, take


@public
@csrf_exempt  # it changes nothing, and the code in the body is the permission
@require_http_methods(["GET", "HEAD", "POST"])
def track(request):
    """Number and code travel in the body, never in an address. A wrong number and a wrong code look alike."""
    if request.method != "POST":
        return _page(request, TrackForm(initial={"number": request.GET.get("number", "")}))
    if request.POST.get("language") in dict(settings.LANGUAGES):
        translation.activate(request.POST["language"])
    form = TrackForm(request.POST)
    wait = take(Bucket.of_network("tracking", request, settings.TRACKING_OF_NETWORK_PER_10_MINUTES))
    if wait:
        return _page(request, form, status=429, wait=wait)
    if not form.is_valid():
        return _page(request, form, status=422)
    complaint = tracked(**form.cleaned_data)
    if complaint is None:
        form.add_error(None, _("Number and code do not belong together. Please compare both with your receipt."))
        return _page(request, form, status=404)
    return _page(request, form, progress=Progress(complaint))


def _page(request, form, *, status=200, progress=None, wait=0):
    template = "complaints/voice_progress.html" if progress else "complaints/voice_track.html"
    context = {"form": form, "progress": progress, "note": please_wait(wait) if wait else ""}
    response = render(request, template, context, status=status)
    if wait:
        response.headers["Retry-After"] = str(wait)
    language = request.POST.get("language") or request.GET.get("lang")
    if language in dict(settings.LANGUAGES):
        cookie = settings.LANGUAGE_COOKIE_NAME
        preferences.remember(request, response, cookie=cookie, field="language", value=language)
    return response


def please_wait(seconds):
    minutes = -(-seconds // 60)
    return ngettext(
        "Too many attempts from your network. Please try again in %(n)s minute, or call us.",
        "Too many attempts from your network. Please try again in %(n)s minutes, or call us.",
        minutes,
    ) % {"n": minutes}
