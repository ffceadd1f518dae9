"""The bank of questions: written once, asked in many questionnaires, compared over all of them (QST-09, 10)."""

from copy import deepcopy

from django.db import transaction
from django.utils.translation import gettext as _

from core.workflow import InvalidTransition, compare_and_set, record, start
from core.workflow import edit as edit_row
from surveys import outline
from surveys.choices import QuestionKind, Use
from surveys.errors import NotReady
from surveys.instrument import new_uid
from surveys.instrument_review import gaps
from surveys.models import BankQuestion, BankWording
from surveys.routing import codes_in
from surveys.selectors import bank as selector
from surveys.services import questionnaires
from surveys.workflows import BANK_QUESTION

OF_ITS_PLACE = ("uid", "code", "dimension", "show_if", "is_overall")  # of a questionnaire, not of the question


@transaction.atomic
def create(*, code, item, indicator=None, by, uid="", note=""):
    """A question with its first wording. ``uid``: the identity under which it was asked already.

    Raises NotReady with what the wording lacks, InvalidTransition for what cannot be shared. IntegrityError: the code
    or the identity is taken.
    """
    item = checked(item)
    question = BankQuestion(code=code, uid=uid or new_uid(), kind=item["kind"], indicator=indicator)
    start(question, by=by)
    BankWording.objects.create(question=question, no=1, item=item, note=note, by=by)
    return question


@transaction.atomic
def reword(question, *, item, by, note="", expected_version=None):
    """A new wording for questionnaires to come; those that exist keep theirs. The question itself when nothing changed.

    Raises InvalidTransition where answers would no longer compare, NotReady, LostRace.
    """
    if question.state != Use.ACTIVE:
        raise InvalidTransition(_("What is retired stays as it was."))
    item, last = checked(item), question.wordings.last()
    if item == last.item:
        return question
    if selector.is_another(last.item, item):
        raise InvalidTransition(_("Answers would no longer compare. Put it into the bank as a question of its own."))
    compare_and_set(question, expected_version=expected_version)
    made = BankWording.objects.create(question=question, no=last.no + 1, item=item, note=note, by=by)
    record(question, "reworded", by=by, comment=note, payload={"wording": made.no})
    return question


@transaction.atomic
def place(question, *, indicator, by, expected_version=None):
    """Say which indicator the question measures."""
    return edit_row(question, by=by, expected_version=expected_version, indicator=indicator)


@transaction.atomic
def retire(question, *, by, reason, expected_version=None):
    """No questionnaire takes it any more; those that ask it go on, and its results stay."""
    BANK_QUESTION.move(question, Use.RETIRED, by=by, comment=reason, expected_version=expected_version)
    return question


@transaction.atomic
def restore(question, *, by, expected_version=None):
    """Take it into use again."""
    BANK_QUESTION.move(question, Use.ACTIVE, by=by, expected_version=expected_version)
    return question


@transaction.atomic
def add_to(version, section, questions, *, by, expected_version=None):
    """Ask ``questions`` of the bank at the end of a draft's section, in their newest wording.

    Raises InvalidTransition where one is retired or asked already.
    """
    asked, definition = selector.uids_of(version.definition), version.definition
    for question in questions:
        if question.state != Use.ACTIVE:
            raise InvalidTransition(_("%(code)s is retired from the bank.") % {"code": question.code})
        if question.uid in asked:
            raise InvalidTransition(_("%(code)s is asked in this questionnaire already.") % {"code": question.code})
        item = {**deepcopy(question.wordings.last().item), "uid": question.uid, "is_overall": False}
        definition = outline.put_question(definition, section, None, item)
    return questionnaires.edit_draft(version, definition=definition, by=by, expected_version=expected_version)


def checked(item):
    """``item`` as the bank keeps it: without what belongs to its place in a questionnaire."""
    item = {key: value for key, value in deepcopy(item).items() if key not in OF_ITS_PLACE}
    if item.get("kind") == QuestionKind.MATRIX:
        raise InvalidTransition(_("Several ratings under one title are put into the bank one by one, as ratings."))
    if any(codes_in(text or "") for text in (item.get("title") or {}).values()):
        raise InvalidTransition(_("A question that repeats an earlier answer belongs to its questionnaire."))
    if found := gaps(item):
        raise NotReady(found)
    return item
