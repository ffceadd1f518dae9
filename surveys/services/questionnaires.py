"""Instruments: designed by one person, published by another, frozen from then on."""

import hashlib
import json
from copy import deepcopy as copy_of
from itertools import count

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core.workflow import InvalidTransition, contribute, has_contributed, start
from core.workflow import edit as edit_row
from surveys.choices import ChangeClass, VersionState
from surveys.errors import NotReady
from surveys.instrument import identified, new_uid, parse
from surveys.instrument_review import classify, problems, renamed, with_new_identities
from surveys.models import Question, Questionnaire, QuestionnaireVersion
from surveys.selectors.bank import estranged
from surveys.selectors.questionnaires import draft_of, latest_published
from surveys.workflows import VERSION


@transaction.atomic
def create(*, code, name_zh, name_en, unit, by, definition=None):
    """A questionnaire with its first draft (``questionnaire.draft``). IntegrityError: the code is taken."""
    questionnaire = Questionnaire.objects.create(code=code, name_zh=name_zh, name_en=name_en, unit=unit, created_by=by)
    definition = definition or {"title": {"zh": name_zh, "en": name_en}, "intro": None, "sections": []}
    questionnaire.draft = _draft(questionnaire, no=1, definition=definition, by=by)
    return questionnaire


@transaction.atomic
def edit_draft(version, *, definition, by, note=None, expected_version=None):
    """Store the definition of a draft. Missing identities are given, and questions that no longer compare
    get new ones.

    Raises InvalidTransition for a published version, LostRace when somebody else saved meanwhile.
    """
    if version.state != VersionState.DRAFT:
        raise InvalidTransition(_("A published version never changes. Make a new version."))
    definition, change_class = _compared(version.questionnaire, definition)
    fields = {"definition": definition, "change_class": change_class}
    if note is not None:
        fields["change_note"] = note
    edit_row(version, by=by, expected_version=expected_version, **fields)
    contribute(version, by, "designed")
    return version


@transaction.atomic
def new_version(questionnaire, *, by):
    """A draft that starts as a copy of the newest version; the existing draft if there is one."""
    existing = draft_of(questionnaire)
    if existing:
        return existing
    last = questionnaire.versions.order_by("-no").first()
    return _draft(questionnaire, no=last.no + 1, definition=last.definition, by=by)


@transaction.atomic
def publish(version, *, by, note="", expected_version=None):
    """Freeze a draft and write its questions.

    Raises NotReady with every gap and its exact place, InvalidTransition when ``by`` designed it.
    """
    if version.author_id == by.pk or has_contributed(version, by, "designed"):
        raise InvalidTransition(_("A questionnaire is published by somebody who did not design it."))
    found = problems(version.definition)
    if found:
        raise NotReady(found)
    version.change_class = _compared(version.questionnaire, version.definition)[1]
    VERSION.move(
        version, VersionState.PUBLISHED, by=by, comment=note, published_at=timezone.now(), published_by=by,
        sha256=fingerprint(version.definition), change_class=version.change_class,
        expected_version=expected_version,
    )  # fmt: skip
    Question.objects.bulk_create(_question_rows(version))
    return version


@transaction.atomic
def retire(version, *, by, reason, expected_version=None):
    """No new wave may use the version; those that do go on."""
    VERSION.move(version, VersionState.RETIRED, by=by, comment=reason, expected_version=expected_version)
    return version


@transaction.atomic
def copy(version, *, code, name_zh, name_en, unit, by):
    """A questionnaire of its own that starts as this version; questions keep their identity, so results
    compare.
    """
    return create(code=code, name_zh=name_zh, name_en=name_en, unit=unit, by=by, definition=version.definition)


def classify_change(version):
    """ChangeClass of a draft against the newest published version."""
    return _compared(version.questionnaire, version.definition)[1]


def fingerprint(definition):
    """SHA-256 of the definition in one canonical writing."""
    return hashlib.sha256(
        json.dumps(definition, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    ).hexdigest()


def _draft(questionnaire, *, no, definition, by):
    definition, change_class = _compared(questionnaire, definition)
    version = QuestionnaireVersion(
        questionnaire=questionnaire, no=no, definition=definition, change_class=change_class, author=by
    )
    start(version, by=by)
    contribute(version, by, "designed")
    return version


def _compared(questionnaire, definition):
    """(definition with all identities, its ChangeClass against the newest published version)."""
    definition = _with_codes(definition)
    if others := estranged(definition):
        definition = renamed(definition, others)  # it asks something else now: no longer the question of the bank
    published = latest_published(questionnaire)
    if published is None:
        return definition, ChangeClass.FIRST
    definition = with_new_identities(published.definition, definition)
    return definition, classify(published.definition, definition)


def _with_codes(definition):
    """A copy in which every section and question has its code and identity."""
    definition = copy_of(definition)
    sections = definition.get("sections") or []
    items = [item for part in sections for item in part.get("questions") or []]
    for found, letter in ((sections, "S"), (items, "Q")):
        taken = {entry.get("code") for entry in found}
        free = (f"{letter}{no}" for no in count(1) if f"{letter}{no}" not in taken)
        for entry in found:
            entry["code"] = entry.get("code") or next(free)
    _code_rows(items)
    for item in identified(definition):
        item["uid"] = item.get("uid") or new_uid()
    return definition


def _code_rows(items):
    """Rows of a matrix are numbered after its code, each with a number that no other row of it has."""
    for item in items:
        rows, code = item.get("items") or [], item.get("code")
        taken = {row.get("code") for row in rows}
        free = (f"{code}.{no}" for no in count(1) if f"{code}.{no}" not in taken)
        for row in rows if code else []:
            row["code"] = row.get("code") or next(free)


def _question_rows(version):
    return [
        Question(
            questionnaire_version=version, uid=question.uid, code=question.code, kind=question.kind,
            position=question.number, dimension=question.dimension, is_overall=question.is_overall,
            title_zh=question.titles["zh"], title_en=question.titles["en"],
        )
        for question in parse(version.definition).questions
    ]  # fmt: skip
