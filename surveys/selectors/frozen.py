"""Figures that were kept as JSON, made into the same objects again: what was drawn once is drawn alike
years later.
"""

from dataclasses import is_dataclass, replace
from datetime import datetime
from enum import Enum
from typing import get_args, get_type_hints

from core.statistics.drivers import ImportanceMap, MapPoint
from surveys.choices import CustodyState
from surveys.instrument import Choice, Question
from surveys.models import DisposalItem
from surveys.selectors.figures import (
    BandShare,
    Cell,
    DimensionResult,
    GroupResult,
    Groups,
    Place,
    QuestionResult,
    Scores,
    Stage,
    TrendPoint,
    WaveResults,
)

# What a tuple or a dict holds, where the annotation does not say it
MEMBERS = {
    (WaveResults, "dimensions"): DimensionResult,
    (WaveResults, "questions"): QuestionResult,
    (WaveResults, "bands"): BandShare,
    (QuestionResult, "cells"): Cell,
    (QuestionResult, "places"): Place,
    (Question, "choices"): Choice,
    (Groups, "rows"): GroupResult,
    (GroupResult, "dimensions"): Scores,
    (TrendPoint, "dimensions"): Scores,
    (ImportanceMap, "points"): MapPoint,
}

__all__ = ["Groups", "ImportanceMap", "Stage", "TrendPoint", "WaveResults", "remaining", "thaw"]


def remaining(wave_ids):
    """{wave id: WaveResults} of waves whose answers are being disposed of, or are gone: what was frozen before."""
    lines = DisposalItem.objects.filter(custody__wave__in=wave_ids, custody__state__in=CustodyState.gone())
    rows = lines.exclude(snapshot=None).values_list("custody__wave", "snapshot__numbers")
    found = {pk: thaw(WaveResults, numbers) for pk, numbers in rows}
    return {pk: replace(row, as_of=datetime.fromisoformat(row.as_of)) for pk, row in found.items()}


def thaw(kind, data):
    """The ``kind`` (dataclass of figures) that ``services.snapshots.as_json`` made ``data`` of; None stays
    None.
    """
    if data is None:
        return None
    hints = get_type_hints(kind)
    return kind(**{name: _member(kind, name, hints.get(name), value) for name, value in data.items()})


def _member(kind, name, hint, value):
    inside = MEMBERS.get((kind, name))
    if inside and isinstance(value, dict):
        return {key: thaw(inside, item) for key, item in value.items()}
    if inside:
        return tuple(thaw(inside, item) for item in value)
    if isinstance(value, list):
        return _tuples(value)
    for one in get_args(hint) or (hint,):
        if is_dataclass(one):
            return thaw(one, value)
        if isinstance(one, type) and issubclass(one, Enum):
            return value if value is None else one(value)
    return value


def _tuples(value):
    return tuple(_tuples(item) if isinstance(item, list) else item for item in value)
