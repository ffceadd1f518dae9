"""allauth's view of us: accounts are made by the administrator, mails go through the outbox."""

from allauth.account.adapter import DefaultAccountAdapter
from django.utils.translation import get_language


class PortalAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request):
        return False

    def send_mail(self, template_prefix, email, context):
        """Queue the message; its body is rendered at sending like every other."""
        from notifications.services import outbox

        plain = {name: str(value) for name, value in context.items() if isinstance(value, str | int)}
        language = getattr(context.get("user"), "language", None) or get_language()
        outbox.queue(
            "accounts.login_mail",
            to_email=email,
            context={"prefix": template_prefix, **plain},
            language=language,
            secret=True,
        )
