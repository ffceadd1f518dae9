"""Numbers per kind and local year are 1..n without gap or repeat (N1)."""

import threading
from datetime import UTC, datetime
from unittest import mock

import pytest
from django.db import connection, transaction

from core import numbering
from core.models import NumberSequence


@pytest.mark.django_db(transaction=True)
def test_twenty_parallel_registrations_half_rolling_back_leave_no_gap():
    barrier, kept = threading.Barrier(20), []

    def register(number):
        barrier.wait()
        try:
            with transaction.atomic():
                taken = numbering.take("TS")
                if number % 2:
                    raise ZeroDivisionError
            kept.append(taken)
        except ZeroDivisionError:
            pass
        finally:
            connection.close()

    threads = [threading.Thread(target=register, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    year = sorted(kept)[0].split("-")[1]
    assert sorted(kept) == [f"TS-{year}-{number:06d}" for number in range(1, 11)]
    assert NumberSequence.objects.get(kind="TS").last == 10


@pytest.mark.django_db(transaction=True)
def test_outside_a_transaction_no_number_is_given():
    with pytest.raises(RuntimeError):
        numbering.take("TS")


@pytest.mark.django_db
def test_the_year_is_the_local_one():
    new_year_in_shanghai = datetime(2025, 12, 31, 16, 30, tzinfo=UTC)
    with mock.patch("django.utils.timezone.now", return_value=new_year_in_shanghai):
        assert numbering.take("JY") == "JY-2026-000001"


@pytest.mark.django_db
def test_kinds_count_apart():
    assert [numbering.take("ZG"), numbering.take("ZX"), numbering.take("ZG")][2].endswith("-000002")
