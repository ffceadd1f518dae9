"""What a record holds, asked at once: nothing that is there is left out, nothing that is not there is asked for."""

import pytest
from django.core.files.base import ContentFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from complaints.models import Complaint
from complaints.selectors import ledger, present
from core import attachments
from tests.factories.complaints import complaint_at, fresh, make_complaint

pytestmark = pytest.mark.django_db
MOST = 18  # queries of a record's page; its side tables are asked at once


def looked(complaint):
    complaint = Complaint.objects.select_related(*ledger.SHOWN).get(pk=complaint.pk)
    return complaint, [view.cycle for view in ledger.cycles_of(complaint)]


def test_what_is_not_there_is_not_asked_for(crew):
    complaint, (cycle,) = looked(make_complaint(crew.agent))
    assert complaint._held == frozenset()
    with CaptureQueriesContext(connection) as asked:
        found = [list(getattr(row, name).all()) for row, names in ((complaint, present.OF_RECORD), (cycle, present.OF_CYCLE))
                 for name in names if not row._meta.get_field(name).one_to_one]  # fmt: skip
        assert not hasattr(complaint, "implementation") and not hasattr(complaint.cycle, "remark")
    assert (found, asked.captured_queries) == ([[]] * 17, [])


def test_what_is_there_is_found(crew):
    complaint = complaint_at("closed", crew)
    attachments.add(complaint, ContentFile("电话记录".encode(), name="记录.txt"), by=crew.agent)
    row, (cycle,) = looked(complaint)
    there = {
        name
        for names, key, of in ((present.OF_RECORD, row.pk, Complaint), (present.OF_CYCLE, cycle.pk, type(cycle)))
        for name, model in names.items()
        if model.objects.filter(**{of._meta.get_field(name).field.name: key}).exists()
    }
    assert row._held == there | {"attachments"}
    assert {"determinations", "assignments", "call_backs"} <= row._held
    assert not present.holds(row, "measures") and present.holds(fresh(complaint), "measures")


def test_page_of_a_record_asks_little(crew, as_lead):
    complaint = complaint_at("handling", crew)
    as_lead.get(complaint.get_absolute_url())
    with CaptureQueriesContext(connection) as asked:
        assert as_lead.get(complaint.get_absolute_url()).status_code == 200
    assert len(asked) <= MOST
