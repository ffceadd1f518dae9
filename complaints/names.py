"""What types and causes are called."""

from complaints.choices import Category, Cause


def _named(choices, code):
    return str(choices(code).label) if code in choices.values else code


def category_name(code):
    return _named(Category, code)


def cause_name(code):
    return _named(Cause, code)
