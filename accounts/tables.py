import django_filters
import django_tables2 as tables
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.choices import Role
from accounts.models import OrgUnit, User
from core.forms import PortalFilterSet
from core.i18n import pick
from core.tables import NumberColumn, PortalTable


class UserFilter(PortalFilterSet):
    q = django_filters.CharFilter(label=_("Name or login"), method="search")
    role = django_filters.ChoiceFilter(label=_("Role"), choices=Role, field_name="groups__name")
    unit = django_filters.ModelChoiceFilter(label=_("Unit"), queryset=OrgUnit.objects.all(), method="in_unit")
    is_active = django_filters.BooleanFilter(label=_("Can log in"))

    class Meta:
        model = User
        fields = ("q", "role", "unit", "is_active")

    def search(self, rows, name, value):
        return rows.filter(
            Q(name_zh__icontains=value)
            | Q(name_en__icontains=value)
            | Q(name_key__icontains=value)
            | Q(username__icontains=value)
        )

    def in_unit(self, rows, name, value):
        return rows.filter(memberships__in=value.memberships.current())


class UserTable(PortalTable):
    name = tables.Column(verbose_name=_("Name"), accessor="get_full_name", order_by="name_key")
    username = tables.Column(verbose_name=_("Login"))
    unit = tables.Column(verbose_name=_("Unit"), empty_values=(), orderable=False)
    roles = tables.Column(verbose_name=_("Roles"), empty_values=(), orderable=False)
    is_active = tables.Column(verbose_name=_("Can log in"))
    last_login = tables.DateTimeColumn(verbose_name=_("Last login"), short=True)

    class Meta(PortalTable.Meta):
        model = User
        fields = ("name", "username", "unit", "roles", "is_active", "last_login")
        empty_text = _("Nobody matches.")

    @staticmethod
    def row_url(record):
        return reverse("accounts:user_detail", args=[record.pk])

    def render_unit(self, record):
        today = self.today
        names = [m.unit for m in record.memberships.all() if m.since <= today and (m.until is None or m.until >= today)]
        return "、".join(pick(unit, "name") for unit in names) or "–"

    def render_roles(self, record):
        return (
            "、".join(
                str(Role(g.name).label)
                for g in record.groups.all()
                if g.name in Role.values and g.name != Role.EMPLOYEE
            )
            or "–"
        )

    def render_is_active(self, value):
        return _("Yes") if value else _("No")

    @property
    def today(self):
        return timezone.localdate()


class UnitTable(PortalTable):
    name = tables.Column(verbose_name=_("Unit"), empty_values=(), orderable=False)
    code = tables.Column(verbose_name=_("Code"))
    kind = tables.Column(verbose_name=_("Kind"), accessor="get_kind_display", orderable=False)
    department_type = tables.Column(
        verbose_name=_("Department type"), accessor="get_department_type_display", orderable=False
    )
    heads = tables.Column(verbose_name=_("Head"), empty_values=(), orderable=False)
    people = NumberColumn(verbose_name=_("People"))

    class Meta(PortalTable.Meta):
        model = OrgUnit
        fields = ("name", "code", "kind", "department_type", "heads", "people")
        empty_text = _("No units yet. Begin with the head office.")

    @staticmethod
    def row_url(record):
        return reverse("accounts:unit_detail", args=[record.pk])

    def render_name(self, record):
        depth = record.path.count("/") - 2
        return ("　" * depth) + pick(record, "name")

    def render_heads(self, record):
        return "、".join(str(m.user) for m in record.current_heads) or "–"
