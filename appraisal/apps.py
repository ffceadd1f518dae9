from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AppraisalConfig(AppConfig):
    name = "appraisal"
    verbose_name = _("Appraisal")

    def ready(self):
        from appraisal import home, messages, report_sections, rules  # noqa: F401  (register kinds and rules)

        home.register()
        report_sections.register()
