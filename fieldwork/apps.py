from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class FieldworkConfig(AppConfig):
    name = "fieldwork"
    verbose_name = _("Call lists")

    def ready(self):
        from fieldwork import home, imports, messages  # noqa: F401  (they register schemas and message kinds)

        home.register()
