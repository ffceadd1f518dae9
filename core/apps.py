from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class CoreConfig(AppConfig):
    name = "core"
    verbose_name = _("Core")

    def ready(self):
        from core import checks  # noqa: F401  (registers the system checks)
        from core.db import after_migrate

        post_migrate.connect(after_migrate, sender=self, dispatch_uid="core.after_migrate")
