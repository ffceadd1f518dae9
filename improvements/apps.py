from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ImprovementsConfig(AppConfig):
    name = "improvements"
    verbose_name = _("Improvement and supervision")

    def ready(self):
        from improvements import home, messages, receivers, report_sections  # noqa: F401  (register kinds and receivers)

        home.register()
        report_sections.register()
