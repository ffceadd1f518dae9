"""The home page: one for everybody, filled by role."""

from core import due
from core.access import everyone
from core.panels import panels
from core.views import render_page
from dashboard import selectors


@everyone
def home(request):
    groups = selectors.groups(request.user)
    context = {
        "tiles": due.tiles_for(request.user), "groups": groups, "total": sum(len(group.items) for group in groups),
        "minutes_left": selectors.working_time_today(), "panels": panels("dashboard.home", request, request.user),
        "side_panels": panels("dashboard.home_side", request, request.user),
    }  # fmt: skip
    return render_page(request, "dashboard/home.html", context)
