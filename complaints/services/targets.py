"""Targets of the figures: set from a day on, never changed backwards."""

from complaints.models import FigureTarget


def set_target(*, by, code, value, valid_from):
    return FigureTarget.objects.create(code=code, value=value, valid_from=valid_from, by=by)
