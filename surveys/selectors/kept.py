"""Figures of large waves are kept for a minute; those of small ones are always counted anew.

What people decide shows at once, whatever the size: an answer left out or corrected makes the figures be counted again.
"""

import logging

from django.core.cache import cache
from django.utils.translation import get_language
from redis.exceptions import RedisError

from surveys.choices import WaveState
from surveys.models import AnswerCorrection
from surveys.selectors import counts

log = logging.getLogger(__name__)

LARGE = 5_000  # valid answers, from which counting takes a reader's patience
SECONDS = 60


class Kept:
    """Figures of one ``wave``: ``kept(results.trend)`` is ``results.trend(wave)``, at most a minute old."""

    def __init__(self, wave):
        self.wave = wave
        self.valid, self.excluded = counts.responses([wave.pk]).get(wave.pk, (0, 0))

    def __call__(self, act, *arguments):
        if self.valid < LARGE:
            return act(self.wave, *arguments)
        key = ":".join(
            ["figures", act.__name__, str(self.wave.pk), self._decided, get_language(), *map(str, arguments)]
        )
        try:
            found = cache.get(key)
            if found is None:
                found = (act(self.wave, *arguments),)  # None is a figure too
                cache.set(key, found, SECONDS)
        except (RedisError, OSError) as away:
            log.warning("figures of wave %s are counted anew, the cache is away: %s", self.wave.pk, away)
            found = (act(self.wave, *arguments),)
        return found[0]

    @property
    def _decided(self):
        """What changes by a decision of people: the state, what is left out, and corrections."""
        corrected = AnswerCorrection.objects.filter(response__wave=self.wave).count()
        return f"{WaveState(self.wave.state).value}-{self.excluded}-{corrected}"
