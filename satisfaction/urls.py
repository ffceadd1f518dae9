"""Every door of the portal. What needs no login says so in core.access.PUBLIC."""

from django.urls import include, path
from django.views.generic import RedirectView

from core import health

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("", include("surveys.urls_public")),
    path("voice/", include("complaints.urls_public")),
    path("", include("dashboard.urls")),
    path("", include("core.urls")),
    path(
        "account/email/", RedirectView.as_view(pattern_name="accounts:profile"), name="account_email_closed"
    ),  # the administrator's matter
    path("account/", include("allauth.urls")),
    path("people/", include("accounts.urls")),
    path("inbox/", include("notifications.urls")),
    path("customers/", include("customers.urls")),
    path("surveys/", include("surveys.urls")),
    path("", include("fieldwork.urls")),
    path("complaints/", include("complaints.urls")),
    path("improvements/", include("improvements.urls")),
    path("appraisal/", include("appraisal.urls")),
    path("imports/", include("core.imports.urls")),
    path("reports/", include("reports.urls")),
]

handler400 = "core.errors.bad_request"
handler403 = "core.errors.refused"
handler404 = "core.errors.not_found"
handler429 = "core.errors.too_many"  # asked by allauth
handler500 = "core.errors.server_error"
