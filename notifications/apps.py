from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NotificationsConfig(AppConfig):
    name = "notifications"
    verbose_name = _("Messages")

    def ready(self):
        from core import context, due, health, nav
        from notifications import messages, receivers  # noqa: F401  (kinds of this app; job ended → inbox)
        from notifications.selectors import (
            inbound_tiles,
            longest_unreached_seconds,
            oldest_waiting_seconds,
            tiles,
            unread,
        )

        nav.add(
            nav.Entry(
                "settings", _("Outgoing messages"), "notifications:outbox", ("notifications.see_outbox",), order=60
            ),
            nav.Entry(
                "settings", _("Incoming mail"), "notifications:inbound", ("notifications.see_inbound",), order=61
            ),
        )
        context.add_counter("inbox_count", unread)
        due.add_tiles("notifications", tiles)
        due.add_tiles("notifications.inbound", inbound_tiles)
        health.add_probe("mailboxes", longest_unreached_seconds, deadline=600)
        health.add_probe("outbox", oldest_waiting_seconds, deadline=300)
