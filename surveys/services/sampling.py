"""Drawing the respondents of a wave: everybody, or a sample that can be repeated from its rule and seed (SMP-01, 03, 05)."""

import random
import secrets
from collections import Counter
from dataclasses import dataclass

from core.statistics.sampling import allocate
from surveys.choices import Draw
from surveys.selectors.audience import population, strata


def new_seed():
    return secrets.randbits(48)


@dataclass(frozen=True)
class Drawn:
    """``ids`` of contact persons, size of the population, and its strata as they stood: [{value, population, drawn}]."""

    ids: list
    population: int
    frame: list


def draw(audience, *, n=None, seed=None, how=Draw.RANDOM, by="", least=0):
    """Drawn from the audience; ``n`` None or too large: a census.

    ``by`` is the column of Segment whose values are the strata; each gets its share of ``n``, at least ``least``.
    The same rule and seed on the same population draw the same persons.
    """
    people = strata(population(audience), by)  # [(id, stratum)]
    ids = _chosen(people, n, random.Random(seed), how, least)  # noqa: S311 (a repeatable draw)
    return Drawn(ids, len(people), _frame(people, set(ids)) if by else [])


def _chosen(people, n, rng, how, least):
    everybody = [pk for pk, _stratum in people]
    if n is None or n >= len(everybody):
        return everybody
    if how == Draw.SYSTEMATIC:
        step = len(everybody) / n
        start = rng.random() * step
        return sorted(everybody[int(start + number * step)] for number in range(n))
    if how == Draw.STRATIFIED:
        return _by_strata(people, n, rng, least)
    return sorted(rng.sample(everybody, n))


def _by_strata(people, n, rng, least):
    groups = {}
    for pk, stratum in people:
        groups.setdefault(stratum, []).append(pk)
    names = sorted(groups)
    counts = allocate(n, [len(groups[name]) for name in names], at_least=least).counts
    return sorted(pk for name, count in zip(names, counts, strict=True) for pk in rng.sample(groups[name], count))


def _frame(people, chosen):
    sizes = Counter(stratum for _pk, stratum in people)
    drawn = Counter(stratum for pk, stratum in people if pk in chosen)
    return [{"value": name, "population": sizes[name], "drawn": drawn[name]} for name in sorted(sizes)]
