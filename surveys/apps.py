from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class SurveysConfig(AppConfig):
    name = "surveys"
    verbose_name = _("Surveys")

    def ready(self):
        from surveys import database, home, jobs, messages, report_sections, scales  # noqa: F401  (register kinds and jobs)

        post_migrate.connect(scales.after_migrate, sender=self, dispatch_uid="surveys.scales")
        post_migrate.connect(database.after_migrate, sender=self, dispatch_uid="surveys.database")
        home.register()
        report_sections.register()
