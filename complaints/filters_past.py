"""Records of one import of past ledgers: where its page leads."""

import django_filters
from django import forms
from django.utils.translation import gettext_lazy as _

from complaints.models import PastImport


def imports(request):
    return PastImport.objects.visible_to(request.user) if request else PastImport.objects.none()


class PastImportFilter(django_filters.ModelChoiceFilter):
    def __init__(self, **kwargs):
        super().__init__(
            queryset=imports,
            field_name="past__batch",
            label=_("Import of past ledgers"),
            widget=forms.HiddenInput,
            **kwargs,
        )
