"""What past ledgers add to the words of histories."""

from django.utils.translation import gettext_lazy

from core import history

HISTORY = {
    "brought_in": gettext_lazy("Brought in from a past ledger"),
    "take_back": gettext_lazy("The import was taken back"),
}  # fmt: skip


def register():
    history.add_words(HISTORY, app="complaints")
