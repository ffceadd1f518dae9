"""A lead adds to a list and retires from it; nothing is deleted, no words change."""

import re

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from complaints.choices import CodeList
from complaints.models import CodeEntry
from complaints.selectors.code_lists import choices, forget
from core.workflow import InvalidTransition, edit, start

CODE = re.compile(r"[a-z][a-z0-9_]{1,19}")


@transaction.atomic
def add(code_list, *, by, code, name_zh, name_en):
    """A new entry. Raises InvalidTransition for a code that is there already or is not one."""
    code_list = CodeList(code_list)
    if not CODE.fullmatch(code):
        raise InvalidTransition(_("A code is 2 to 20 small letters, digits or underlines, beginning with a letter."))
    if code not in code_list.own.values:
        try:
            with transaction.atomic():
                made = start(CodeEntry(list=code_list, code=code, name_zh=name_zh, name_en=name_en), by=by)
                forget()
                transaction.on_commit(forget)
                return made
        except IntegrityError:
            pass
    raise InvalidTransition(_("This code is on the list already, in use or retired."))


@transaction.atomic
def retire(code_list, code, *, by, comment):
    """It cannot be chosen any more; records that have it keep it. Raises InvalidTransition for the last one of a list."""
    if [one for one, _words in choices(code_list)] == [code]:
        raise InvalidTransition(_("A list needs at least one entry."))
    return edit(_row(code_list, code, by), by=by, event="retired", comment=comment, retired_at=timezone.now())


@transaction.atomic
def restore(code_list, code, *, by, comment=""):
    return edit(_row(code_list, code, by), by=by, event="restored", comment=comment, retired_at=None)


def _row(code_list, code, by):
    code_list = CodeList(code_list)
    found = CodeEntry.objects.select_for_update().filter(list=code_list, code=code).first()
    if found is not None:
        return found
    if code not in code_list.own.values:
        raise InvalidTransition(_("There is no such entry."))
    words = {}
    for language, name in (("zh-hans", "name_zh"), ("en", "name_en")):
        with override(language):
            words[name] = str(code_list.own(code).label)[:80]
    return start(CodeEntry(list=code_list, code=code, **words), by=by)
