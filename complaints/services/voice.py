"""What a customer says by the public form becomes a record."""

import re

from django.utils.translation import gettext as _

from complaints.services.registration import register
from customers.choices import Channel

HEADLINE = 40  # characters


def say(said, *, key, language, files=()):
    """Register the cleaned values of the public form, once for its ``key``. Returns the Complaint.

    Raises ValidationError for a file that is not taken.
    """
    text = said["text"]
    if said["wish"]:
        text += "\n\n" + _("What the customer asks for: %(wish)s") % {"wish": said["wish"]}
    person = {name: said[name] for name in ("name", "phone", "email", "consent")}
    complaint, _code = register(
        kind=said["kind"], title=headline(said["text"]), text=text, channel=Channel.WEB, complainant=person,
        files=files, language=language, form_key=key,
    )  # fmt: skip
    return complaint


def headline(text):
    """The first sentence, cut where it is long."""
    first = re.split(r"(?<=[。！？!?；;\n])|(?<=\.)\s", text.strip(), maxsplit=1)[0].strip(" 。\n")
    return first if len(first) <= HEADLINE else first[: HEADLINE - 1].rstrip() + "…"
