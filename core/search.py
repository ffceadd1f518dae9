"""Search everything: each app offers what of its own the user may see."""

from dataclasses import dataclass

PROVIDERS = []


@dataclass(frozen=True)
class Hit:
    kind: str
    title: str
    url: str
    sub: str = ""


def add_search(provider):
    """Register ``provider(user, text) -> iterable of Hit`` (at most ten, already filtered by visible_to)."""
    PROVIDERS.append(provider)


def find(user, text):
    text = text.strip()
    return [hit for provider in PROVIDERS for hit in provider(user, text)] if text else []
