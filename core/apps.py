from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class CoreConfig(AppConfig):
    name = "core"
    verbose_name = _("Core")

    def ready(self):
        from core import checks, nav  # noqa: F401  (checks register themselves)
        from core.db import after_migrate

        autodiscover_modules("workflows")
        post_migrate.connect(after_migrate, sender=self, dispatch_uid="core.after_migrate")
        nav.add(
            nav.Entry("settings", _("Working calendar"), "core:calendar_now", ("core.change_working_time",), order=35),
            nav.Entry("settings", _("Imports"), "imports:index", ("customers.import_data",), order=40),
            nav.Entry("settings", _("Long work"), "core:job_list", order=50),
        )
