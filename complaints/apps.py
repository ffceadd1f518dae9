from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class ComplaintsConfig(AppConfig):
    name = "complaints"
    verbose_name = _("Complaints and suggestions")

    def ready(self):
        from complaints import (  # noqa: F401  (they register jobs and kinds)
            database,
            exports,
            home,
            home_calls,
            home_past,
            home_work,
            imports,
            messages,
            messages_calls,
            messages_work,
            receivers,
            report_sections,
        )
        from complaints.selectors import indicators_timing  # noqa: F401  (its figures join the registry)
        from complaints.services import mails
        from customers import signals
        from notifications.inbound.takers import add_taker

        post_migrate.connect(database.after_migrate, sender=self, dispatch_uid="complaints.database")
        home.register()
        home_work.register()
        home_calls.register()
        home_past.register()
        add_taker(mails.take_in)
        report_sections.register()
        signals.follow_up_escalated.connect(
            receivers.follow_up_escalated, dispatch_uid="complaints.follow_up_escalated"
        )
        signals.contact_erased.connect(receivers.contact_erased, dispatch_uid="complaints.contact_erased")
