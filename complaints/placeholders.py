"""Names between braces in prepared texts, as {number}: which there are, and what is wrong with others."""

import re

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

NAME = re.compile(r"\{([a-z_]+)\}")
BRACES = re.compile(r"[{}｛｝]")  # also the wide ones of a Chinese keyboard


def check(text, known):
    """Raises ValidationError for a placeholder that nobody would fill, and so a customer would read."""
    unknown = sorted({name for name in NAME.findall(text) if name not in known})
    if unknown:
        raise ValidationError(
            _("Unknown: %(wrong)s. There are: %(known)s."),
            params={"wrong": _listed(unknown), "known": _listed(known)},
        )
    if BRACES.search(NAME.sub("", text)):
        raise ValidationError(
            _("A brace stands alone. Placeholders are written like these: %(known)s."), params={"known": _listed(known)}
        )


def fill(text, values):
    """``text`` with each placeholder in ``values`` replaced, once: a value that holds braces stays as it is."""
    return NAME.sub(lambda found: values.get(found[1], found[0]), text)


def _listed(names):
    return ", ".join(f"{{{name}}}" for name in names)
