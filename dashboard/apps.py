from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DashboardConfig(AppConfig):
    name = "dashboard"
    verbose_name = _("Home")

    def ready(self):
        from core import nav, panels
        from dashboard import chain

        nav.add(nav.Entry("home", _("Home"), "dashboard:home", prefix="/"))
        panels.add_panel("dashboard.home", chain.panel, order=20)
