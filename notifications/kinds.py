"""What kinds of messages there are. Each app registers its own in ``messages.py`` (imported in ready())."""

from collections.abc import Callable
from dataclasses import dataclass, field

from django.template.loader import render_to_string
from django.utils.translation import override

from notifications.choices import Guarantee

KINDS: dict[str, "Kind"] = {}


@dataclass(frozen=True)
class Mail:
    """What goes out: address, subject, plain text, HTML, extra headers (for example List-Unsubscribe)."""

    to: str
    subject: str
    text: str
    html: str
    headers: dict = field(default_factory=dict)
    attachments: tuple = ()


@dataclass(frozen=True)
class Kind:
    """A kind of message.

    ``render(message, context) -> Mail | None`` runs at sending in the recipient's language; None means "not needed any
    more" (answered meanwhile, opted out). ``line(context) -> str`` is the inbox line; without it nothing goes to the inbox.
    ``prepare(messages)`` may read for a handful of messages at once what ``render`` needs of each; it leaves it on the message.
    ``on_sent(message)`` and ``on_failed(message, permanent)`` tell the owner app; both are safe to call twice, and so is
    ``on_bounced(message)``: the mail came back later, ``message.bounce`` says how.
    """

    code: str
    title: str
    render: Callable | None = None
    prepare: Callable | None = None
    line: Callable | None = None
    guarantee: str = Guarantee.AT_LEAST_ONCE
    on_sent: Callable | None = None
    on_failed: Callable | None = None
    on_bounced: Callable | None = None


def register(kind):
    KINDS[kind.code] = kind
    return kind


def from_template(name, context, *, to, subject, language, headers=None):
    """A Mail from ``emails/<name>.txt`` and ``.html`` in ``language``."""
    with override(language):
        from django.conf import settings

        from core.i18n import suffix

        context = {"portal": settings.PORTAL, "portal_name": settings.PORTAL[f"name_{suffix(language)}"],
                   "base_url": settings.BASE_URL, "subject": str(subject), "language": language, **context}  # fmt: skip
        return Mail(
            to=to, subject=str(subject), text=render_to_string(f"emails/{name}.txt", context).strip() + "\n",
            html=render_to_string(f"emails/{name}.html", context), headers=headers or {},
        )  # fmt: skip
