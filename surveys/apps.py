from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class SurveysConfig(AppConfig):
    name = "surveys"
    verbose_name = _("Surveys")

    def ready(self):
        from core import attachments
        from surveys import (  # noqa: F401  (register kinds, jobs and imports)
            database,
            home,
            imports,
            jobs,
            messages,
            report_published,
            report_sections,
            scales,
            signals,
            task_library,
            tasks,
        )
        from surveys.models import Filing

        post_migrate.connect(scales.after_migrate, sender=self, dispatch_uid="surveys.scales")
        post_migrate.connect(task_library.after_migrate, sender=self, dispatch_uid="surveys.task_library")
        post_migrate.connect(database.after_migrate, sender=self, dispatch_uid="surveys.database")
        signals.invitations_waiting.connect(tasks.tell_the_worker, dispatch_uid="surveys.invitations_waiting")
        attachments.register_owner("surveys.filing", Filing)
        home.register()
        report_sections.register()
        report_published.register()
