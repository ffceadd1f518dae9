from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class SurveysConfig(AppConfig):
    name = "surveys"
    verbose_name = _("Surveys")

    def ready(self):
        from surveys import home, messages  # noqa: F401  (messages register their kinds)
        from surveys.scales import after_migrate

        post_migrate.connect(after_migrate, sender=self, dispatch_uid="surveys.scales")
        home.register()
