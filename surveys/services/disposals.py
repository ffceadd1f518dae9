"""Material past its date: listed by the portal, proposed, approved by somebody else, then removed in batches (SEC-08).

What is removed and what remains stands in docs/adr/0014-disposal.md; the database itself removes nothing that no
approved list names (migration 0020).
"""

import hashlib
import json
from datetime import timedelta

from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from core.jobs import forget_files
from core.workflow import InvalidTransition, record, start
from notifications.services import outbox
from surveys.choices import CustodyState, DisposalState
from surveys.models import Custody, Disposal, DisposalItem
from surveys.selectors import custody as selector
from surveys.services import snapshots
from surveys.workflows import CUSTODY, DISPOSAL

BATCH = 500  # answers in one transaction
WARNED_DAYS = 30  # before the due day


@transaction.atomic
def list_due(day=None):
    """Put all material past its date on the list that is being drawn up. Deletes nothing; safe to repeat. Returns how many."""
    rows = list(Custody.objects.past_due(day).filter(disposals=None).select_for_update(of=("self",), skip_locked=True))
    if not rows:
        return 0
    found = Disposal.objects.filter(state=DisposalState.LISTED).first()
    found = found or start(Disposal(listed_on=timezone.localdate()), by=None)
    DisposalItem.objects.bulk_create(
        DisposalItem(disposal=found, custody=row, due_on=row.due_on, held=selector.rows_held(row.wave_id))
        for row in rows
    )
    record(found, "lines_added", by=None, payload={"lines": len(rows)})
    for user in _concerned(rows):
        outbox.queue(
            "surveys.disposal_listed", to_user=user, mail=False, url=found.get_absolute_url(),
            context={"number": found.number, "n": len(rows)},
            dedupe_key=f"surveys.disposal_listed:{found.pk}:{found.transitions.count()}:{user.pk}",
        )  # fmt: skip
    return len(rows)


def _concerned(rows):
    """The custodians of ``rows`` and who manages custody."""
    keepers = Q(pk__in=[row.custodian_id for row in rows if row.custodian_id])
    managers = Q(pk__in=User.objects.with_capability("surveys.manage_custody").values("pk"))
    return User.objects.active().filter(keepers | managers)


def to_warn(day=None):
    """Material that is due within WARNED_DAYS."""
    day = day or timezone.localdate()
    soon = Custody.objects.living().filter(due_on__gt=day, due_on__lte=day + timedelta(days=WARNED_DAYS))
    return soon.select_related("wave__owner", "custodian")


def warn(custody):
    """Tell the custodian, or the wave's owner, that retention ends soon; once for each due day (REM-10)."""
    outbox.queue(
        "surveys.retention_ends", to_user=custody.custodian or custody.wave.owner, mail=False,
        url=custody.get_absolute_url(), context={"wave": custody.wave.code, "due": custody.due_on.isoformat()},
        dedupe_key=f"surveys.retention_ends:{custody.pk}:{custody.due_on}",
    )  # fmt: skip


@transaction.atomic
def propose(disposal, *, by, remark="", expected_version=None):
    """Hand the list in. What it holds is counted anew; from now on it is complete."""
    lines = list(disposal.items.select_for_update(of=("self",)).select_related("custody"))
    if not lines:
        raise InvalidTransition(_("Nothing stands on this list any more."))
    for line in lines:
        line.held = selector.rows_held(line.custody.wave_id)
        line.save(update_fields=["held"])
    DISPOSAL.move(
        disposal, DisposalState.PROPOSED, by=by, proposed_by=by, proposed_at=timezone.now(), remark=remark,
        expected_version=expected_version,
    )  # fmt: skip
    return disposal


@transaction.atomic
def approve(disposal, *, by, expected_version=None):
    """Somebody else agrees to exactly this list; its fingerprint is kept."""
    if by.pk == disposal.proposed_by_id:
        raise InvalidTransition(_("A disposal list is approved by somebody else than who proposed it."))
    DISPOSAL.move(
        disposal, DisposalState.APPROVED, by=by, approved_by=by, approved_at=timezone.now(),
        list_sha256=fingerprint(disposal), expected_version=expected_version,
    )  # fmt: skip
    return disposal


@transaction.atomic
def send_back(disposal, *, by, reason, expected_version=None):
    """Not like this: the list is drawn up further."""
    _back(disposal, by, reason, expected_version)
    return disposal


@transaction.atomic
def take_back(disposal, *, by, reason, expected_version=None):
    """The approval does not hold any more; nothing has been removed yet."""
    _back(disposal, by, reason, expected_version)
    return disposal


def _back(disposal, by, reason, expected_version):
    DISPOSAL.move(
        disposal, DisposalState.LISTED, by=by, comment=reason, expected_version=expected_version, proposed_by=None,
        proposed_at=None, approved_by=None, approved_at=None, list_sha256="",
    )  # fmt: skip


def fingerprint(disposal):
    """SHA-256 of the list: which waves, due when, holding what."""
    lines = [
        [line.custody.wave.code, line.due_on.isoformat(), line.held]
        for line in disposal.items.select_related("custody__wave").order_by("custody__wave__code")
    ]
    return hashlib.sha256(json.dumps(lines, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


# Carrying out ----------------------------------------------------------------------------------------


@transaction.atomic
def carry_out(disposal, *, by, expected_version=None):
    """Begin: from now on the database lets the rows of these waves go. Raises InvalidTransition where the list changed."""
    if disposal.list_sha256 != fingerprint(disposal):
        raise InvalidTransition(_("The list is not the one that was approved."))
    DISPOSAL.move(disposal, DisposalState.RUNNING, by=by, expected_version=expected_version)
    return disposal


def run(disposal, progress=None):
    """Everything that is still to do of a running list, in batches; goes on where an earlier run stopped."""
    lines = disposal.items.filter(done_at=None).select_related("custody__wave__questionnaire_version")
    for line in lines:
        begin(line, by=disposal.proposed_by)
        while removed := step(line):
            if progress:
                progress.step(sum(removed.values()))
        finish(line, by=disposal.proposed_by)
    return end(disposal, by=disposal.proposed_by)


@transaction.atomic
def begin(line, *, by):
    """Freeze the result that remains, then let the rows go. Nothing happens when another run has begun it."""
    custody = Custody.objects.select_for_update().get(pk=line.custody_id)
    if custody.state in CustodyState.gone():
        line.refresh_from_db(fields=["snapshot", "done_at"])
        return line
    line.snapshot = snapshots.take(line.custody.wave, by=by)
    line.save(update_fields=["snapshot"])
    CUSTODY.move(custody, CustodyState.DISPOSING, by=by, comment=line.disposal.number)
    return line


@transaction.atomic
def step(line, most=BATCH):
    """Remove one batch. Returns {table: rows}, empty when nothing is left; two at once follow each other."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT surveys_dispose(%s, %s)", [line.pk, most])
        found = cursor.fetchone()[0]
    return json.loads(found) if isinstance(found, str) else found


@transaction.atomic
def finish(line, *, by):
    """Nothing is left: exported files go too, and the material is disposed of."""
    line = DisposalItem.objects.select_for_update().get(pk=line.pk)
    if line.done_at:
        return line
    custody = Custody.objects.get(pk=line.custody_id)
    files = forget_files("surveys.export_answers", wave=custody.wave_id)
    line.removed = line.removed | ({"files": files} if files else {})
    line.done_at = timezone.now()
    line.save(update_fields=["removed", "done_at"])
    CUSTODY.move(custody, CustodyState.DISPOSED, by=by, disposed_at=timezone.now(), payload={"removed": line.removed})
    return line


@transaction.atomic
def end(disposal, *, by):
    """Every line is carried out."""
    row = Disposal.objects.select_for_update().get(pk=disposal.pk)
    if row.state == DisposalState.RUNNING and not row.items.filter(done_at=None).exists():
        DISPOSAL.move(row, DisposalState.DONE, by=by, done_at=timezone.now())
    return row
