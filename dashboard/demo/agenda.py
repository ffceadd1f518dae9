"""What happens when: acts of the past in the order of their moments, each done at its own moment."""

import heapq
from itertools import count

from dashboard.demo.clock import at


class Agenda:
    """Acts up to ``until``; an act may add later ones. What would fall behind ``until`` has not happened yet."""

    def __init__(self, until):
        self.until = until
        self._acts, self._order = [], count()

    def add(self, moment, act, *args):
        """Do ``act(*args)`` at the aware ``moment``; acts of one moment keep the order in which they were added."""
        heapq.heappush(self._acts, (moment, next(self._order), act, args))

    def run(self):
        while self._acts and self._acts[0][0] <= self.until:
            moment, _order, act, args = heapq.heappop(self._acts)
            with at(moment):
                act(*args)
