"""Rectification notices: drafted from observations, issued once and frozen, answered, verified by others, closed."""

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from core import attachments, numbering
from core.i18n import CHINESE, ENGLISH
from core.workflow import InvalidTransition, contribute, record, start
from core.workflow import edit as edit_row
from improvements import papers
from improvements.choices import VerificationResult
from improvements.choices_supervision import NoticeState
from improvements.models import NoticeCheck, NoticeFile, NoticeItem, NoticeReply, Observation, RectificationNotice
from improvements.rules import is_apart
from improvements.workflows import NOTICE
from notifications.services import outbox

NUMBER_KIND = "ZG"


@transaction.atomic
def draft(*, by, unit, title, due_at, items, note=""):
    """A draft for ``unit``. ``items``: triples (observation, requirement, how it is verified). Returns the notice."""
    made = RectificationNotice(unit=unit, title=title, due_at=due_at, note=note, drafted_by=by)
    start(made, by=by)
    _write_items(made, items)
    return made


@transaction.atomic
def edit(notice, *, by, items, expected_version=None, **fields):
    """Rewrite a draft."""
    if notice.state != NoticeState.DRAFT:
        raise InvalidTransition(_("Only a draft can be changed: an issued notice stays as it is."))
    edit_row(notice, by=by, expected_version=expected_version, **fields)
    if [(row.observation, row.requirement, row.criterion) for row in notice.items.all()] != list(items):
        notice.items.all().delete()
        _write_items(notice, items)
        record(notice, "items_changed", by=by)
    return notice


@transaction.atomic
def discard(notice, *, by, reason, expected_version=None):
    """Give a draft up: its observations are free for another notice. The history names them."""
    items = [row.observation.number for row in notice.items.select_related("observation")]
    notice.items.all().delete()  # while it is a draft: the database allows it no later
    NOTICE.move(
        notice, NoticeState.DISCARDED, by=by, comment=reason, expected_version=expected_version,
        payload={"observations": items},
    )  # fmt: skip
    return notice


def _write_items(notice, items):
    """Raises InvalidTransition for an observation of another unit, an unsettled one, or one in another notice."""
    if not items:
        raise InvalidTransition(_("A notice needs at least one observation."))
    keys = [observation.pk for observation, _requirement, _criterion in items]
    free = Observation.objects.select_for_update(of=("self",)).filter(pk__in=keys, unit=notice.unit_id)
    if len(free.free()) != len(set(keys)):
        raise InvalidTransition(_("An observation is not settled, is in another notice, or is of another unit."))
    NoticeItem.objects.bulk_create(
        NoticeItem(notice=notice, no=no, observation=observation, requirement=requirement, criterion=criterion)
        for no, (observation, requirement, criterion) in enumerate(items, 1)
    )


@transaction.atomic
def issue(notice, *, by, expected_version=None):
    """Number the notice, store its text and papers in both languages, and tell the unit. Nothing of it changes after."""
    if not is_apart(by, notice):
        raise InvalidTransition(_("A notice is issued by somebody who is not of the responsible unit."))
    now = timezone.now()
    if notice.due_at <= now:
        raise InvalidTransition(_("The due date has passed. Choose a later one first."))
    number = numbering.take(NUMBER_KIND)
    words = papers.words_in_both(notice, number=number, issued_by=by, issued_at=now)
    NOTICE.move(
        notice, NoticeState.ISSUED, by=by, expected_version=expected_version, number=number, issued_at=now, issued_by=by,
        words=words,
    )  # fmt: skip
    _store_papers(notice)
    tell(notice, "improvements.notice_issued", answering(notice), by=by)
    return notice


def _store_papers(notice):
    stored = []
    try:
        for language in (CHINESE, ENGLISH):
            paper = papers.make(notice, language)
            file = ContentFile(paper.content, name=f"{notice.number}-{language}.pdf")
            stored.append(NoticeFile.objects.create(
                notice=notice, language=language, name=paper.name, sha256=paper.sha256, file=file,
            ))  # fmt: skip
    except BaseException:
        for row in stored:
            row.file.storage.delete(row.file.name)
        raise


@transaction.atomic
def acknowledge(notice, *, by, executor, comment="", expected_version=None):
    """The head of the unit has received it and names who carries it out. Tells that person and the issuer."""
    NOTICE.move(
        notice, NoticeState.ACKNOWLEDGED, by=by, comment=comment, expected_version=expected_version, executor=executor,
        acknowledged_at=timezone.now(), acknowledged_by=by,
    )  # fmt: skip
    contribute(notice, by, "acknowledged")
    contribute(notice, executor, "executed")
    tell(notice, "improvements.notice_acknowledged", [notice.issued_by], by=by)
    tell(notice, "improvements.notice_yours", [executor], by=by)
    return notice


@transaction.atomic
def reply(notice, *, by, cause, text, files, expected_version=None):
    """Answer with the cause, what was put right, and files that show it. Tells the verifiers. Returns the NoticeReply."""
    if not files:
        raise InvalidTransition(_("Attach at least one file that shows what was done."))
    now = timezone.now()
    NOTICE.move(
        notice, NoticeState.REPLIED, by=by, expected_version=expected_version, replied_at=now,
        first_replied_at=notice.first_replied_at or now,
    )  # fmt: skip
    made = NoticeReply.objects.create(notice=notice, round=notice.round, cause=cause, text=text, by=by, at=now)
    attachments.add_all(made, files, by=by)
    contribute(notice, by, "replied")
    apart = [user for user in User.objects.with_capability("improvements.verify_notice") if is_apart(user, notice)]
    tell(notice, "improvements.notice_replied", apart, by=by)
    return made


@transaction.atomic
def verify(notice, *, by, sampled, comment="", expected_version=None):
    """The problem is put right; ``sampled`` says what was looked at. Tells the unit. Returns the NoticeCheck."""
    made = _check(notice, VerificationResult.ACCEPTED, by, sampled, comment)
    NOTICE.move(
        notice, NoticeState.VERIFIED, by=by, comment=comment, expected_version=expected_version,
        verified_at=timezone.now(), verified_by=by,
    )  # fmt: skip
    tell(notice, "improvements.notice_verified", answering(notice), by=by)
    return made


@transaction.atomic
def send_back(notice, *, by, sampled, reason, due_at, expected_version=None):
    """It is not put right: why, and by when the next answer is owed. Tells the unit. Returns the NoticeCheck."""
    if not reason.strip():
        raise InvalidTransition(_("Please give a reason."))
    if due_at <= timezone.now():
        raise InvalidTransition(_("The due date has passed. Choose a later one first."))
    made = _check(notice, VerificationResult.RETURNED, by, sampled, reason)
    NOTICE.move(
        notice, NoticeState.RETURNED, by=by, comment=reason, expected_version=expected_version, round=notice.round + 1,
        redo_due=due_at,
    )  # fmt: skip
    tell(notice, "improvements.notice_returned", answering(notice), by=by)
    return made


@transaction.atomic
def close(notice, *, by, comment="", expected_version=None):
    """End a verified notice; never by who worked on it or is of its unit. Tells the unit."""
    if not is_apart(by, notice):
        raise InvalidTransition(_("Nobody closes their own rectification."))
    NOTICE.move(
        notice, NoticeState.CLOSED, by=by, comment=comment, expected_version=expected_version, closed_at=timezone.now(),
        closed_by=by,
    )  # fmt: skip
    tell(notice, "improvements.notice_closed", answering(notice), by=by)
    return notice


def _check(notice, result, by, sampled, comment):
    if notice.state != NoticeState.REPLIED:
        raise InvalidTransition(_("Only a notice that was answered can be verified."))
    if not is_apart(by, notice):
        raise InvalidTransition(
            _("A rectification is verified by somebody who never worked on it and is not of the responsible unit.")
        )
    return NoticeCheck.objects.create(
        notice=notice, round=notice.round, result=result, sampled=sampled, comment=comment, by=by
    )


def answering(notice):
    """The head of the unit and who carries it out; without either, everybody of the unit who may answer."""
    people = {person for person in (notice.unit.head, notice.executor) if person is not None and person.is_active}
    if people:
        return people
    return User.objects.with_capability("improvements.reply_notice").filter(
        memberships__unit__path__startswith=notice.unit.path, memberships__until=None
    )


def tell(notice, kind, people, *, by=None, stage="", **context):
    """Inbox line and mail to each of ``people``, once per kind, stage and version; never to who did it."""
    for person in set(people):
        if person is None or not person.is_active or person.pk == getattr(by, "pk", None):
            continue
        outbox.queue(
            kind, to_user=person, url=notice.get_absolute_url(), context={"notice": notice.pk, **context},
            dedupe_key=f"{kind}:{notice.pk}:{stage or notice.version}:{person.pk}",
        )  # fmt: skip
