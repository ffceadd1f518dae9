from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ImprovementsConfig(AppConfig):
    name = "improvements"
    verbose_name = _("Improvement and supervision")

    def ready(self):
        from improvements import (
            home,
            home_supervision,
            messages,  # noqa: F401  (registers kinds)
            messages_supervision,  # noqa: F401
            receivers,  # noqa: F401
            report_sections,
            report_supervision,
            survey_facts,
        )

        home.register()
        home_supervision.register()
        report_sections.register()
        survey_facts.register()
        report_supervision.register()
