"""What could help against a result below target: the regulation's rules from what was found to what is done (IMP-14). Pure.

Quality unsatisfactory: better process and quality control; service: training; price unreasonable: review the prices; advice:
listen and adopt; done well: keep and develop; can improve: adjust. The portal suggests, people plan.
"""

from dataclasses import dataclass

from django.db.models import TextChoices
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from surveys.choices import Direction, Theme
from surveys.opinions import theme_of

LEAST = 3  # comments of a kind, from which they speak for more than one person


class Remedy(TextChoices):
    PROCESS = "process", _("Improve the process and its quality control")
    TRAINING = "training", _("Train the people who serve")
    PRICES = "prices", _("Review prices and how they are explained")
    ADJUST = "adjust", _("Adjust what can be improved, step by step")
    ADOPT = "adopt", _("Listen and adopt: decide on each suggestion and answer it")
    KEEP = "keep", _("Keep what is praised, and develop it")


BY_THEME = {
    Theme.CONTENT: Remedy.PROCESS, Theme.PLACE: Remedy.PROCESS, Theme.PAPERS: Remedy.PROCESS, Theme.SPEED: Remedy.PROCESS,
    Theme.ATTITUDE: Remedy.TRAINING, Theme.SOLVING: Remedy.TRAINING, Theme.NOTICE: Remedy.TRAINING,
    Theme.PRICE: Remedy.PRICES, Theme.MANAGEMENT: Remedy.ADJUST,
}  # fmt: skip
BY_DIRECTION = {Direction.SUGGESTION: Remedy.ADOPT, Direction.PRAISE: Remedy.KEEP}


@dataclass(frozen=True)
class Suggestion:
    """A remedy and what speaks for it: the ``theme`` the finding is about, and how many ``comments`` say so."""

    remedy: Remedy
    themes: tuple = ()
    comments: int = 0
    is_subject: bool = False

    @property
    def about(self):
        return gettext(", ").join(str(Theme(theme).label) for theme in self.themes)


def suggest(title, counts):
    """[Suggestion], what the finding is about first, then by comments.

    ``title`` is the question or dimension in any language; ``counts`` are {(theme, direction): comments} of the wave. A
    finding about nothing named, whose comments name nothing either, can always be adjusted.
    """
    found = {}
    subject = theme_of(title)
    if subject:
        _add(found, BY_THEME[subject], subject, counts.get((subject, Direction.PROBLEM.value), 0), is_subject=True)
    for theme, remedy in BY_THEME.items():
        n = counts.get((theme.value, Direction.PROBLEM.value), 0)
        if n >= LEAST and theme.value != subject:
            _add(found, remedy, theme.value, n)
    for direction, remedy in BY_DIRECTION.items():
        n = sum(count for (_theme, given), count in counts.items() if given == direction.value)
        if n >= LEAST:
            _add(found, remedy, "", n)
    if not any(remedy not in BY_DIRECTION.values() for remedy in found):
        _add(found, Remedy.ADJUST, "", 0)
    return sorted(found.values(), key=lambda row: (not row.is_subject, -row.comments, row.remedy))


def _add(found, remedy, theme, n, *, is_subject=False):
    before = found.get(remedy, Suggestion(remedy))
    themes = (*before.themes, theme) if theme else before.themes
    found[remedy] = Suggestion(remedy, themes, before.comments + n, before.is_subject or is_subject)
