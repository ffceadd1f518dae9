"""Registration: numbers, receipts, personal data, one record per form and follow-up."""

import pytest

from complaints.models import Complaint
from complaints.services.registration import register


@pytest.mark.django_db
def test_a_customers_form_gets_a_number_and_a_code():
    complaint, code = register(
        kind="complaint", title="换讲师", text="没有通知", channel="web",
        complainant={"name": "刘芳", "phone": "138 1234 5678", "email": "liu@example.com", "consent": True}, form_key="f1",
    )  # fmt: skip
    again, same = register(kind="complaint", title="x", text="y", channel="web", complainant=None, form_key="f1")
    assert complaint.number.startswith("TS-") and complaint.number.endswith("-000001")
    assert (again.pk, same, len(code)) == (complaint.pk, code, 8)
    assert Complaint.objects.count() == 1
