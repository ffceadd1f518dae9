"""What types and causes are called, those included that a lead added to the lists."""

from complaints.choices import CodeList
from complaints.models.work import CodeEntry


def category_name(code):
    return str(CodeEntry.label(CodeList.CATEGORY, code))


def cause_name(code):
    return str(CodeEntry.label(CodeList.CAUSE, code))
