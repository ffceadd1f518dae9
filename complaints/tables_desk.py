"""Lists of taking in: canned answers, early risks."""

import django_filters
import django_tables2 as tables
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from complaints.choices import CannedState, Category, Kind, RiskState
from complaints.models import CannedAnswer, PreventionItem
from core.forms import PortalFilterSet
from core.tables import BadgeColumn, CodeColumn, DayColumn, NumberColumn, PortalTable
from customers.filters import UnitFilter


class CannedFilter(PortalFilterSet):
    """Without a word on it: what is not retired."""

    q = django_filters.CharFilter(label=_("Words of the question"), method="search")
    state = django_filters.ChoiceFilter(label=_("State"), choices=CannedState)
    topic = django_filters.ChoiceFilter(label=_("Topic"), choices=Category)
    kind = django_filters.ChoiceFilter(label=_("For"), choices=Kind)

    class Meta:
        model = CannedAnswer
        fields = ("q", "state", "topic", "kind")

    def search(self, rows, name, value):
        return rows.matching(value)

    def filter_queryset(self, rows):
        rows = super().filter_queryset(rows)
        return rows if self.form.cleaned_data.get("state") else rows.exclude(state=CannedState.RETIRED)


class CannedTable(PortalTable):
    title = tables.Column(verbose_name=_("Title"), accessor="title", orderable=False)
    topic = tables.Column(verbose_name=_("Topic"), accessor="get_topic_display", order_by="topic", default="–")
    kind = tables.Column(verbose_name=_("For"), accessor="get_kind_display", order_by="kind", default="–")
    owner = tables.Column(verbose_name=_("Owner"), order_by="owner__name_key")
    uses = NumberColumn(verbose_name=_("Used"), accessor="uses_n")
    state = BadgeColumn("state_badge", verbose_name=_("State"), order_by="state")

    class Meta(PortalTable.Meta):
        model = CannedAnswer
        fields = ("title", "topic", "kind", "owner", "uses", "state")
        empty_text = _("Nothing here. Write the answer to a question that comes again and again.")


class RiskFilter(PortalFilterSet):
    """Without a word on it: what is not closed."""

    q = django_filters.CharFilter(label=_("Words"), field_name="title", lookup_expr="icontains")
    state = django_filters.ChoiceFilter(label=_("State"), choices=RiskState)
    unit = UnitFilter(field_name="unit")

    class Meta:
        model = PreventionItem
        fields = ("q", "state", "unit")

    def filter_queryset(self, rows):
        rows = super().filter_queryset(rows)
        return rows if self.form.cleaned_data.get("state") else rows.open()


class RiskTable(PortalTable):
    number = CodeColumn(verbose_name=_("Number"))
    title = tables.Column(verbose_name=_("About"), orderable=False)
    unit = tables.Column(verbose_name=_("Unit"), order_by="unit__path", default="–")
    weight = NumberColumn(verbose_name=_("Weight"), accessor="weight", orderable=False, default="–")
    reporter = tables.Column(verbose_name=_("Noticed by"), order_by="reporter__name_key")
    owner = tables.Column(verbose_name=_("Who does it"), order_by="owner__name_key", default="–")
    due_on = DayColumn(verbose_name=_("Until"), default="–")
    state = BadgeColumn("state_badge", verbose_name=_("State"), order_by="state")

    class Meta(PortalTable.Meta):
        model = PreventionItem
        fields = ("number", "title", "unit", "weight", "reporter", "owner", "due_on", "state")
        empty_text = pgettext_lazy("risk", "Nothing here. Note what may become a complaint before anybody complains.")
