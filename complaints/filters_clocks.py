"""By where the clock stands, and by who handles it: where the ageing board leads."""

import django_filters
from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from complaints.choices import ClockState
from complaints.selectors.board import with_clock_state


class PlaceFilter(django_filters.ChoiceFilter):
    """Open records by the place in which the ageing board counts them."""

    def __init__(self, **kwargs):
        super().__init__(label=_("Place on the ageing board"), choices=ClockState, widget=forms.HiddenInput, **kwargs)

    def filter(self, rows, value):
        return with_clock_state(rows.open()).filter(clock_state=value) if value else rows


class PersonFilter(django_filters.ModelChoiceFilter):
    """Records of one person, reached from the ageing board."""

    def __init__(self, **kwargs):
        people = User.objects.with_capability("complaints.handle")
        super().__init__(
            queryset=people, field_name="handler", label=_("Handled by"), widget=forms.HiddenInput, **kwargs
        )
