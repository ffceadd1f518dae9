"""Programs are kept from the form, and people from each other's flood. Who is refused keeps what was typed."""

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.doors import Bucket, take

TRAP = "website"  # nobody sees this field; programs fill it in
FILES_PER_HOUR = 10  # refused forms of one network of which the files are kept


def suspicion(post, stamp):
    """Why this post does not look like a person's, as a sentence for the person it may come from after all."""
    if post.get(TRAP):
        return _(
            "A field that has to stay empty was filled in, perhaps by your browser. It is empty again: please press Send once more."
        )
    if not stamp.is_ours or stamp.is_old:
        return _("This page had been open for very long. Please look it over and press Send once more.")
    if stamp.wait:
        return _("That was very quick. Please look it over and press Send once more.")
    return ""


def wait_to_send(request, key):
    """0, or seconds until somebody of this network may send; sending the form ``key`` again is free."""
    return take(
        Bucket.of_network("voice", request, settings.VOICE_OF_NETWORK_PER_10_MINUTES),
        Bucket("voice", settings.VOICE_PER_10_MINUTES), once=f"voice:{key}",
    )  # fmt: skip


def busy(wait):
    """What somebody reads who has to wait so many seconds."""
    minutes = -(-wait // 60)
    return ngettext(
        "Very many messages are coming in just now. Nothing is lost: please press Send again in %(minutes)s minute.",
        "Very many messages are coming in just now. Nothing is lost: please press Send again in %(minutes)s minutes.",
        minutes,
    ) % {"minutes": minutes}


def may_keep_files(request):
    return not take(Bucket.of_network("voice-files", request, FILES_PER_HOUR, 3600))
