import csv
from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("statistics", deadline=None)  # the first call of a library loads it
settings.load_profile("statistics")

DATA = Path(__file__).parent / "data"


@pytest.fixture
def read_table():
    """Names and rows of a public reference data set (R's `swiss` and `attitude`)."""

    def read(name):
        names, *rows = csv.reader((DATA / f"{name}.csv").open(encoding="utf-8"))
        return names, [[float(value) for value in row] for row in rows]

    return read
