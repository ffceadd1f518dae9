from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.forms import PortalModelForm
from customers.choices import Priority, ServiceKind
from customers.forms.customers import units_for
from customers.forms.fields import DayField, Versioned
from customers.models import Project, ProjectMilestone, ServiceRecord


class ProjectForm(Versioned, PortalModelForm):
    starts_on = DayField(label=_("Starts on"))
    ends_on = DayField(label=_("Ends on"), required=False)

    class Meta:
        model = Project
        fields = [
            "name_zh",
            "name_en",
            "code",
            "manager",
            "sales_owner",
            "quality_group",
            "unit",
            "starts_on",
            "ends_on",
        ]
        help_texts = {"code": _("Left empty, the next number is taken.")}

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["code"].required = bool(self.instance.pk)
        self.fields["unit"].queryset = units_for(user)
        for name in ("manager", "sales_owner"):
            self.fields[name].queryset = User.objects.active()


class MilestoneForm(PortalModelForm):
    due_on = DayField(label=_("Due on"))

    class Meta:
        model = ProjectMilestone
        fields = ["name_zh", "name_en", "due_on", "is_key"]
        help_texts = {"is_key": _("A key milestone makes a sales survey due when it is reached.")}


class ServiceRecordForm(Versioned, PortalModelForm):
    happened_on = DayField(label=_("Date"))
    closed_on = DayField(label=_("Closed on"), required=False)

    class Meta:
        model = ServiceRecord
        fields = [
            "kind", "number", "priority", "name_zh", "name_en", "contact", "project", "unit", "staff", "happened_on",
            "closed_on", "amount",
        ]  # fmt: skip

    def __init__(self, *args, user, customer, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["contact"].queryset = customer.contacts.all()
        self.fields["project"].queryset = customer.projects.all()
        self.fields["unit"].queryset = units_for(user)
        self.fields["staff"].queryset = User.objects.active()

    def clean(self):
        data = super().clean()
        if data.get("kind") == ServiceKind.CASE and data.get("priority") not in Priority.values:
            self.add_error("priority", _("A case has a priority from P1 to P4."))
        if data.get("kind") != ServiceKind.CASE and data.get("priority"):
            self.add_error("priority", _("Only a case has a priority."))
        return data
