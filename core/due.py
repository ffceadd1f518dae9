"""What is due from a person, what is late, what is new: one small interface that every app joins (home pages, counters)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

PROVIDERS: dict[str, Callable] = {}
TILES: dict[str, Callable] = {}


@dataclass(frozen=True)
class DueItem:
    """One thing a person owes: ``kind`` is a short word, ``act`` what to do, ``due_at`` an aware moment or None."""

    kind: str
    title: str
    url: str
    act: str
    due_at: datetime | None = None
    number: str = ""
    sub: str = ""


@dataclass(frozen=True)
class Tile:
    """A number of a home page with its rows: value, its base or note, and the address of the rows behind it."""

    label: str
    value: str
    url: str
    note: str
    tone: str = ""
    order: int = 50


def add_due(name, provider):
    """Register ``provider(user) -> iterable of DueItem`` (only what is due from that user, at most 50)."""
    PROVIDERS[name] = provider


def add_tiles(name, provider):
    """Register ``provider(user) -> iterable of Tile`` for the user's roles."""
    TILES[name] = provider


def items_for(user):
    """All due items of ``user``, the soonest first, those without a date last."""
    found = [item for provider in PROVIDERS.values() for item in provider(user)]
    return sorted(found, key=lambda item: (item.due_at is None, item.due_at and item.due_at.timestamp(), item.title))


def tiles_for(user):
    return sorted((tile for provider in TILES.values() for tile in provider(user)), key=lambda tile: tile.order)
