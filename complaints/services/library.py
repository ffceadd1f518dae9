"""The case library: drafts made from records without personal data, confirmed by a second person, revised by editions."""

from collections import Counter

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from complaints import anonymise
from complaints.choices import EditionState, LibraryKind
from complaints.models import LibraryEdition, LibraryEntry
from complaints.workflows_learning import EDITION
from core import numbering
from core.workflow import InvalidTransition, contribute, edit, has_contributed, record, start
from customers.names import grams
from notifications.services import outbox

NUMBER_KIND = "AL"
TEXTS = ("title", *LibraryEdition.PARTS, "lesson")


def from_record(complaint):
    """What an entry begins with: the record's words without personal data, and how often something was taken out."""
    cycle = complaint.cycle
    found = cycle.determinations.last()
    reply = getattr(cycle, "reply", None)
    called = cycle.call_backs.exclude(comment="").last()
    words = {
        "title": complaint.title,
        "background": complaint.text,
        "process": found.facts if found else "",
        "solution": "\n".join(filter(None, [found.remedy if found else "", reply.measures if reply else "", reply.result if reply else ""])),
        "feedback": called.comment if called else "",
        "lesson": "",
    }  # fmt: skip
    words, masked = cleaned(words, complaint)
    units = [unit for unit in {complaint.unit, complaint.desk} if unit]
    return {**words, "category": complaint.category, "units": units}, masked


def cleaned(words, complaint=None):
    """({name: masked words}, {kind: how often}) of ``words``, with the names that ``complaint`` knows."""
    known = _known(complaint) if complaint else {}
    counts, made = Counter(), {}
    for name, text in words.items():
        found = anonymise.mask(text, **known)
        made[name] = found.text
        counts += found.found
    return made, dict(counts)


def _known(complaint):
    """Names of the people and the customer around a record."""
    person, customer = complaint.complainant, complaint.customer
    names = {person.name, complaint.contact.name if complaint.contact_id else ""}
    companies = set()
    if customer is not None:
        names |= {contact.name for contact in customer.contacts.all()}
        companies = {customer.name_zh, customer.name_en, customer.code}
    users = [complaint.handler, complaint.receiver]
    users += list(User.objects.filter(pk__in=_parts(complaint)))
    names |= {name for user in users if user for name in (user.name_zh, user.name_en)}
    return {"names": names, "companies": companies}


def _parts(complaint):
    from complaints.selectors.people import parts

    return list(parts(complaint))


@transaction.atomic
def write(
    *, by, kind=LibraryKind.CASE, category="", difficulty="easy", units=(), complaint=None, cluster=None, **words
):
    """A new entry with its first draft; personal data in ``words`` are taken out whoever typed them."""
    entry = LibraryEntry(
        number=numbering.take(NUMBER_KIND), kind=kind, complaint=complaint, cluster=cluster, category=category,
        difficulty=difficulty,
    )  # fmt: skip
    start(entry, by=by)
    entry.units.set(units)
    _draft(entry, 1, words, by=by)
    return entry


def _draft(entry, no, words, *, by):
    words, masked = cleaned(words, entry.complaint)
    row = LibraryEdition(entry=entry, no=no, prepared_by=by, masked=masked, words=_grams(words), **words)
    start(row, by=by)
    contribute(row, by, "wrote")
    return row


def _grams(words):
    return grams(*(words.get(name, "") for name in TEXTS))


@transaction.atomic
def revise(entry, *, by, kind=None, category=None, difficulty=None, units=None, expected_version=None, **words):
    """The next draft of an entry: the one that is unfinished, or a new edition beside the shared one."""
    facts = {"kind": kind, "category": category, "difficulty": difficulty}
    row = entry.editions.filter(state__in=EditionState.unfinished()).first()
    facts = {name: value for name, value in facts.items() if value is not None}
    edit(entry, by=by, expected_version=None if row else expected_version, **facts)
    if units is not None:
        entry.units.set(units)
    if row is None:
        return _draft(entry, entry.editions.count() + 1, words, by=by)
    if row.state != EditionState.DRAFT:
        raise InvalidTransition(_("This edition waits for confirmation. Send it back first."))
    words, masked = cleaned(words, entry.complaint)
    counted = Counter(row.masked) + Counter(masked)
    edit(row, by=by, expected_version=expected_version, masked=dict(counted), words=_grams(words), **words)
    contribute(row, by, "wrote")
    return row


@transaction.atomic
def hand_in(row, *, by, expected_version=None):
    """Ask a second person to confirm that nothing personal remains."""
    EDITION.move(row, EditionState.TO_CONFIRM, by=by, expected_version=expected_version)
    people = User.objects.with_capability("complaints.confirm_library").exclude(pk=by.pk)
    _tell("library_to_confirm", row, people)
    return row


@transaction.atomic
def confirm(row, *, by, expected_version=None):
    """Nothing personal remains: share it. The edition before is replaced, and stays readable."""
    if by.pk == row.prepared_by_id or has_contributed(row, by, "wrote"):
        raise InvalidTransition(
            _("That nothing personal remains is confirmed by somebody who did not write the entry.")
        )
    for old in row.entry.editions.filter(state=EditionState.SHARED):
        replace(old, by=by)
    now = timezone.now()
    EDITION.move(
        row, EditionState.SHARED, by=by, expected_version=expected_version, confirmed_by=by, confirmed_at=now,
    )  # fmt: skip
    record(row.entry, "shared", by=by, payload={"edition": row.no})
    _tell("library_shared", row, [row.prepared_by])
    return row


def replace(row, *, by):
    """The next edition takes the place of this one."""
    return EDITION.move(row, EditionState.REPLACED, by=by)


@transaction.atomic
def send_back(row, *, by, reason, expected_version=None):
    """Something personal is still in it, or it is not clear; the writer reads why."""
    EDITION.move(row, EditionState.DRAFT, by=by, comment=reason, expected_version=expected_version)
    _tell("library_sent_back", row, [row.prepared_by])
    return row


@transaction.atomic
def retire(row, *, by, reason, expected_version=None):
    """Take the shared edition out of the library; it stays readable with the entry."""
    EDITION.move(row, EditionState.RETIRED, by=by, comment=reason, expected_version=expected_version)
    return row


def _tell(kind, row, users):
    for user in users:
        outbox.queue(
            f"complaints.{kind}", to_user=user, context={"entry": row.entry.number}, url=row.get_absolute_url(),
            dedupe_key=f"complaints.{kind}:{row.pk}:{row.version}:{user.pk}",
        )  # fmt: skip
