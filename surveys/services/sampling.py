"""Drawing the respondents of a wave: everybody, or a random sample that can be repeated from its seed."""

import random
import secrets

from surveys.selectors.audience import population


def new_seed():
    return secrets.randbits(48)


def draw(audience, *, n=None, seed=None):
    """(ids of contact persons, size of the population). ``n`` None or too large: a census.

    The same seed on the same population draws the same persons (SMP-03).
    """
    everybody = list(population(audience).values_list("pk", flat=True))
    if n is None or n >= len(everybody):
        return everybody, len(everybody)
    return sorted(random.Random(seed).sample(everybody, n)), len(everybody)  # noqa: S311 (a repeatable draw)
