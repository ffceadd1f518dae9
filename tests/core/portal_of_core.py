"""The addresses of core alone, with what its pages link to."""

from django.http import HttpResponse
from django.urls import include, path

from core.access import public


@public
def elsewhere(request):
    return HttpResponse("")


urlpatterns = [
    path("", include("core.urls")),
    path("imports/", include("core.imports.urls")),
    path("account/", include("allauth.urls")),
    path("inbox/", include(([path("", elsewhere, name="inbox")], "notifications"))),
]
handler403 = "core.errors.refused"
