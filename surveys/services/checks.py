"""Checking the authenticity of answers: the portal marks, people decide, and two of them to leave one out (DAT-02)."""

from django.db import transaction
from django.utils import timezone

from core.models import Event
from core.workflow import event_of, start
from surveys.choices import CheckState
from surveys.models import Response, ResponseCheck
from surveys.selectors import authenticity
from surveys.workflows import CHECK

BATCH = 1000


def of(response, *, by):
    """The check of ``response``; an answer that nobody looked at gets an open one."""
    found = ResponseCheck.objects.filter(response=response).select_related("response__wave").first()
    return found or start(ResponseCheck(response=response), by=by)


@transaction.atomic
def examine(wave, *, by=None):
    """Mark the answers of ``wave`` that are worth a look. Decisions stay; safe to repeat. Returns how many are marked."""
    if wave.is_anonymous:
        return 0
    flags = authenticity.flags(wave)
    known = {check.response_id: check for check in ResponseCheck.objects.filter(response__wave=wave)}
    changed = [check for pk, check in known.items() if check.flags != flags.get(pk, [])]
    for check in changed:
        check.flags = flags.get(check.response_id, [])
    ResponseCheck.objects.bulk_update(changed, ["flags"], batch_size=BATCH)
    _start_many([ResponseCheck(response_id=pk, flags=marks) for pk, marks in flags.items() if pk not in known], by=by)
    return len(flags)


@transaction.atomic
def accept_rest(wave, *, by):
    """Accept the answers that carry no mark and that nobody looked at. Returns how many."""
    examine(wave, by=by)
    rest = Response.objects.filter(wave=wave, is_valid=True, check_row=None).values_list("pk", flat=True)
    now = timezone.now()
    fields = {"state": CheckState.ACCEPTED, "decided_by": by, "decided_at": now}
    return _start_many([ResponseCheck(response_id=pk, **fields) for pk in rest], by=by)


def _start_many(rows, *, by):
    """core.workflow.start for many rows: two statements for each batch."""
    rows = ResponseCheck.objects.bulk_create(rows, batch_size=BATCH)
    events = (event_of(row, "created", by=by, to_state=row.state, payload={"flags": row.flags}) for row in rows)
    Event.objects.bulk_create(events, batch_size=BATCH)
    return len(rows)


@transaction.atomic
def accept(check, *, by, comment="", expected_version=None):
    """It is what the respondent answered."""
    return _decide(check, CheckState.ACCEPTED, by=by, comment=comment, expected_version=expected_version)


@transaction.atomic
def doubt(check, *, by, reason, expected_version=None):
    """Propose to leave the answer out. It counts until somebody else agrees."""
    CHECK.move(
        check, CheckState.DOUBTED, by=by, comment=reason, expected_version=expected_version, reason=reason,
        doubted_by=by, decided_by=None, decided_at=None,
    )  # fmt: skip
    return check


@transaction.atomic
def leave_out(check, *, by, comment="", expected_version=None):
    """Agree: the answer leaves all figures. It stays stored with its reason and both names."""
    _decide(check, CheckState.REJECTED, by=by, comment=comment, expected_version=expected_version)
    _count(check, is_valid=False)
    return check


@transaction.atomic
def keep(check, *, by, comment="", expected_version=None):
    """Disagree: the answer goes on counting."""
    return _decide(check, CheckState.ACCEPTED, by=by, comment=comment, expected_version=expected_version)


@transaction.atomic
def take_back(check, *, by, reason, expected_version=None):
    """An answer that was left out counts again."""
    _decide(check, CheckState.ACCEPTED, by=by, comment=reason, expected_version=expected_version)
    _count(check, is_valid=True)
    return check


def _decide(check, state, **options):
    CHECK.move(check, state, decided_by=options["by"], decided_at=timezone.now(), **options)
    return check


def _count(check, *, is_valid):
    Response.objects.filter(pk=check.response_id).update(is_valid=is_valid)
    check.response.is_valid = is_valid
