"""Who takes a mail that a person wrote. One app registers for it in AppConfig.ready(); returned mail goes to the kind of message."""

from collections.abc import Callable

TAKERS: list[Callable] = []


def add_taker(take):
    """Register ``take(mail, letter)``: called in the transaction that ends the mail, so it writes rows and nothing else.

    ``mail`` is the InboundMail with ``answers``, the Message of ours that it answers, or None; ``letter`` what it says.
    """
    TAKERS.append(take)
