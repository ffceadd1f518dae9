from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class ComplaintsConfig(AppConfig):
    name = "complaints"
    verbose_name = _("Complaints and suggestions")

    def ready(self):
        from complaints import database, home, messages  # noqa: F401  (messages register their kinds)

        post_migrate.connect(database.after_migrate, sender=self, dispatch_uid="complaints.database")
        home.register()
