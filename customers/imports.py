"""Workbooks people already have: customers, contact persons, projects, service records, contacts that took place."""

from django.urls import reverse_lazy
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import OrgUnit, User
from accounts.selectors import units_of
from core import numbering
from core.imports.schema import Column, Schema, register
from customers.choices import (
    Audience,
    Channel,
    ConsentSource,
    CustomerType,
    Direction,
    DueKind,
    Priority,
    ProjectState,
    Relation,
    ServiceKind,
    Tier,
)
from customers.models import ContactPerson, Customer, Interaction, Project, ServiceDue, ServiceRecord
from customers.names import name_form
from customers.services import customers, service_dues

NAMES = [
    Column(
        "name_zh",
        gettext_lazy("Chinese name"),
        max_length=200,
        example="江海重工集团",
        aliases=("名称", "客户名称", "单位名称"),
    ),
    Column("name_en", gettext_lazy("English name"), max_length=200, example="Jianghai Heavy Industry"),
]
CUSTOMER = Column(
    "customer", gettext_lazy("Customer number"), kind="reference", required=True, example="KH-0001",
    help=gettext_lazy("The code of a customer that is in the portal."), aliases=("客户编号", "客户代码"),
)  # fmt: skip
UNIT = Column(
    "unit", gettext_lazy("Unit code"), kind="reference", example="BJ",
    help=gettext_lazy("Left empty: the branch of the customer."), aliases=("部门编号", "机构编号"),
)  # fmt: skip
CONTACT = [
    Column("name", gettext_lazy("Contact person"), max_length=100, personal=True, example="李静", aliases=("联系人", "姓名")),
    Column("phone", gettext_lazy("Phone"), kind="phone", personal=True, example="138 0000 0005", aliases=("电话", "手机", "联系电话")),
    Column("email", gettext_lazy("E-mail"), kind="email", personal=True, example="li.jing@example.com", aliases=("邮箱", "电子邮箱")),
    Column("title", gettext_lazy("Post"), max_length=80, example="培训主管", aliases=("职务",)),
    Column(
        "consent_source", gettext_lazy("Agrees to surveys, said in"), kind="choice", choices=ConsentSource,
        help=gettext_lazy("Left empty: no consent, nobody is invited."), example=ConsentSource.CONTRACT,
    ),
    Column("retention_until", gettext_lazy("Kept until"), kind="date", example="2029-12-31"),
]  # fmt: skip


def staff(name, label):
    return Column(name, label, kind="reference", help=gettext_lazy("Login name of the person."), example="lin.xiaoyu")


class CustomerSchema(Schema):
    """What the imports of customers share: who may import, and references that stay within the reader's view."""

    capability = "customers.import_data"

    def units(self, context):
        rows = OrgUnit.objects.filter(is_active=True)
        return rows if context.by.has_perm("customers.see_all") else rows.filter(pk__in=units_of(context.by))

    def refer(self, rows, context, *columns, unit=True):
        """Customers, units and people that the cells name."""
        if "customer" in columns:
            self.look_up(rows, "customer", Customer.objects.visible_to(context.by).select_related("unit"), field="code",
                         reason=_("There is no customer of this number that you may see."))  # fmt: skip
        if unit:
            self.look_up(rows, "unit", self.units(context), field="code")
        for column in columns:
            if column != "customer":
                self.look_up(rows, column, User.objects.active(), field="username")

    @staticmethod
    def default_unit(values):
        return values | {"unit": values["unit"] or values["customer"].unit}

    @staticmethod
    def store(model, rows, *, by, progress):
        """Insert in batches with their first events; every batch is a step of the progress."""
        made = [model(**row) for row in rows]
        for first in range(0, len(made), customers.BATCH):
            batch = made[first : first + customers.BATCH]
            customers.create_rows(batch, by=by)
            progress.step(len(batch))


def _named(row):
    if not row["name_zh"] and not row["name_en"] and not row.failed("name_zh"):
        row.fail("name_zh", _("Give the name in Chinese or English."))


class CustomerImport(CustomerSchema):
    code = "customers"
    title = gettext_lazy("Customers")
    help = gettext_lazy(
        "One row per customer, with the first contact person. Customers that exist already are refused."
    )
    columns = [
        Column("code", gettext_lazy("Customer number"), unique=True, max_length=40, example="KH-0001",
               help=gettext_lazy("Left empty, the next number is taken."), aliases=("客户编号", "客户代码")),
        *NAMES,
        Column("type", gettext_lazy("Type"), kind="choice", choices=CustomerType, required=True, example=CustomerType.ENTERPRISE),
        Column("kind", gettext_lazy("Audience"), kind="choice", choices=Audience, example=Audience.CUSTOMER),
        Column("tier", gettext_lazy("Tier"), kind="choice", choices=Tier, example=Tier.GENERAL),
        Column("relation", gettext_lazy("Relation"), kind="choice", choices=Relation, example=Relation.EXISTING),
        Column("region", gettext_lazy("Region"), max_length=60, example="华东", aliases=("地区", "区域")),
        Column("industry", gettext_lazy("Industry"), max_length=60, example="制造业", aliases=("行业",)),
        Column("unit", gettext_lazy("Branch code"), kind="reference", required=True, example="BJ",
               help=gettext_lazy("The branch that serves the customer."), aliases=("机构编号", "分支机构编号")),
        staff("owner", gettext_lazy("Kept by")),
        Column("address", gettext_lazy("Address"), max_length=300, personal=True, example="上海市浦东新区示例路1号"),
        Column("needs", gettext_lazy("Learning needs"), max_length=1000, example="项目管理内训"),
        Column("note", gettext_lazy("Note"), max_length=1000),
        *CONTACT,
    ]  # fmt: skip

    def clean_row(self, row, context):
        _named(row)
        if (row["phone"] or row["email"]) and not row["name"] and row["type"] != CustomerType.INDIVIDUAL:
            row.fail("name", _("Phone and mail belong to a person; give the name."))

    def resolve(self, rows, context):
        self.refer(rows, context, "owner")
        self.refuse_existing(rows, "code", Customer.objects.all(), field="code")

    def commit(self, rows, *, by, progress):
        names = [column.name for column in CONTACT]
        customers.create_many((self._values(row.values, names) for row in rows), by=by, progress=progress)
        return {"url": str(reverse_lazy("customers:customer_list"))}

    @staticmethod
    def _values(values, names):
        contact = {name: values[name] for name in names if values[name]}
        fields = {name: value for name, value in values.items() if name not in names and value not in (None, "")}
        if contact:
            contact["consent_survey"] = bool(contact.get("consent_source"))
        return fields | {
            "contact": contact if contact.get("name") or fields["type"] == CustomerType.INDIVIDUAL else None
        }


class ContactImport(CustomerSchema):
    code = "contacts"
    title = gettext_lazy("Contact persons")
    help = gettext_lazy("One row per person. A person whom the customer already has under the same name is refused.")
    columns = [
        CUSTOMER,
        Column("name", gettext_lazy("Contact person"), required=True, max_length=100, personal=True, example="李静",
               aliases=("联系人", "姓名")),
        *CONTACT[1:],
    ]  # fmt: skip
    together = [("customer", "name")]

    def resolve(self, rows, context):
        self.refer(rows, context, "customer", unit=False)
        keys = {row["customer"].pk for row in rows if row["customer"]}
        held = {}
        for person in ContactPerson.objects.filter(customer__in=keys, erased_at=None):
            held.setdefault(person.customer_id, set()).add(name_form(person.name))
        for row in rows:
            if row["customer"] and row["name"] and name_form(row["name"]) in held.get(row["customer"].pk, ()):
                row.fail("name", _("This customer already has a person of this name."))

    def commit(self, rows, *, by, progress):
        first = set(ContactPerson.objects.filter(is_primary=True).values_list("customer_id", flat=True))
        values = []
        for row in rows:
            owner = row["customer"].pk
            consent = {"consent_survey": bool(row["consent_source"])}
            values.append(customers.with_consent_time(dict(row.values) | consent) | {"is_primary": owner not in first})
            first.add(owner)
        self.store(ContactPerson, values, by=by, progress=progress)
        return {"url": str(reverse_lazy("customers:customer_list"))}


class ProjectImport(CustomerSchema):
    code = "projects"
    title = gettext_lazy("Projects")
    help = gettext_lazy("One row per service contract. Projects that exist already are refused.")
    columns = [
        CUSTOMER,
        Column("code", gettext_lazy("Project number"), unique=True, max_length=40, example="XM-0001",
               help=gettext_lazy("Left empty, the next number is taken."), aliases=("项目编号",)),
        Column("name_zh", gettext_lazy("Chinese name"), max_length=200, example="2026年度项目管理内训", aliases=("项目名称",)),
        Column("name_en", gettext_lazy("English name"), max_length=200, example="Project management training 2026"),
        staff("manager", gettext_lazy("Project manager")),
        staff("sales_owner", gettext_lazy("Sales owner")),
        Column("quality_group", gettext_lazy("Quality-assurance group"), max_length=200, example="第一质保小组"),
        UNIT,
        Column("starts_on", gettext_lazy("Starts on"), kind="date", required=True, example="2026-03-01"),
        Column("ends_on", gettext_lazy("Ends on"), kind="date", example="2026-12-31"),
        Column("state", gettext_lazy("State"), kind="choice", choices=ProjectState, example=ProjectState.RUNNING),
    ]  # fmt: skip

    def clean_row(self, row, context):
        _named(row)
        if row["starts_on"] and row["ends_on"] and row["ends_on"] < row["starts_on"]:
            row.fail("ends_on", _("The end lies before the beginning."))

    def resolve(self, rows, context):
        self.refer(rows, context, "customer", "manager", "sales_owner")
        self.refuse_existing(rows, "code", Project.objects.all(), field="code")

    def commit(self, rows, *, by, progress):
        values = [self._values(row.values) for row in rows]
        self.store(Project, values, by=by, progress=progress)
        return {"url": str(reverse_lazy("customers:project_list"))}

    def _values(self, values):
        values = self.default_unit(values)
        return values | {
            "code": values["code"] or numbering.take("XM"),
            "state": values["state"] or ProjectState.PLANNED,
        }


class ServiceImport(CustomerSchema):
    code = "services"
    title = gettext_lazy("Service records")
    help = gettext_lazy("One row per order, case, class or visit. Numbers that exist already are refused.")
    columns = [
        CUSTOMER,
        Column("number", gettext_lazy("Number"), required=True, unique=True, max_length=60, example="DD-2026-0001",
               aliases=("编号", "订单号", "工单号")),
        Column("kind", gettext_lazy("Kind"), kind="choice", choices=ServiceKind, required=True, example=ServiceKind.CLASS),
        Column("priority", gettext_lazy("Priority"), kind="choice", choices=Priority,
               help=gettext_lazy("Only for a case: P1 to P4.")),
        Column("name_zh", gettext_lazy("Service (Chinese)"), max_length=200, example="项目管理进阶班", aliases=("服务名称", "课程名称")),
        Column("name_en", gettext_lazy("Service (English)"), max_length=200, example="Advanced project management"),
        Column("project", gettext_lazy("Project number"), kind="reference", aliases=("项目编号",)),
        UNIT,
        staff("staff", gettext_lazy("Served by")),
        Column("happened_on", gettext_lazy("Date"), kind="date", required=True, example="2026-03-28", aliases=("日期", "服务日期")),
        Column("closed_on", gettext_lazy("Closed on"), kind="date", example="2026-03-29"),
        Column("amount", gettext_lazy("Amount (yuan)"), kind="decimal", minimum=0, example="12800.00", aliases=("金额",)),
    ]  # fmt: skip

    def clean_row(self, row, context):
        if row["kind"] == ServiceKind.CASE and not row["priority"] and not row.failed("priority"):
            row.fail("priority", _("A case has a priority from P1 to P4."))
        if row["kind"] and row["kind"] != ServiceKind.CASE and row["priority"]:
            row.fail("priority", _("Only a case has a priority."))
        if row["happened_on"] and row["closed_on"] and row["closed_on"] < row["happened_on"]:
            row.fail("closed_on", _("The end lies before the beginning."))

    def resolve(self, rows, context):
        self.refer(rows, context, "customer", "staff")
        self.look_up(rows, "project", Project.objects.visible_to(context.by), field="code")
        self.refuse_existing(rows, "number", ServiceRecord.objects.all(), field="number")
        for row in rows:
            if row["project"] and row["customer"] and row["project"].customer_id != row["customer"].pk:
                row.fail("project", _("This project belongs to another customer."))

    def commit(self, rows, *, by, progress):
        values = [self.default_unit(row.values) | {"priority": row["priority"] or ""} for row in rows]
        self.store(ServiceRecord, values, by=by, progress=progress)
        return {"url": str(reverse_lazy("customers:service_list"))}


class ServiceDueImport(CustomerSchema):
    code = "service-dues"
    title = gettext_lazy("Services falling due")
    help = gettext_lazy(
        "One row per maintenance, insurance or certificate that falls due. The lists of calls are drawn up from it."
    )
    columns = [
        CUSTOMER,
        Column("kind", gettext_lazy("Kind"), kind="choice", choices=DueKind, required=True, example=DueKind.CERTIFICATE),
        Column("subject", gettext_lazy("Of what"), required=True, max_length=120, example="PMP-2023-0188",
               help=gettext_lazy("Number plate, certificate or contract."), aliases=("车牌号", "证书编号", "合同编号", "对象")),
        Column("due_on", gettext_lazy("Due on"), kind="date", required=True, example="2026-12-31", aliases=("到期日", "到期日期")),
        Column("settled_on", gettext_lazy("Settled on"), kind="date", aliases=("办结日期",),
               help=gettext_lazy("With a day, a row that is in the portal is marked as settled; nobody is called for it any more.")),
    ]  # fmt: skip
    together = [("customer", "kind", "subject", "due_on")]

    def resolve(self, rows, context):
        self.refer(rows, context, "customer", unit=False)
        keys = {row["customer"].pk for row in rows if row["customer"]}
        held = {
            (row.customer_id, row.kind, row.subject, row.due_on): row for row in ServiceDue.objects.filter(customer__in=keys)
        }  # fmt: skip
        for row in rows:
            known = row["customer"] and held.get((row["customer"].pk, row["kind"], row["subject"], row["due_on"]))
            if known and not row["settled_on"]:
                row.fail("subject", _("This exists already."))
            row.values["known"] = known

    def commit(self, rows, *, by, progress):
        values = [dict(row.values) for row in rows]
        known = [(row.pop("known"), row) for row in values]
        for found, row in known:
            if found:
                service_dues.settle(found, by=by, on=row["settled_on"])
                progress.step()
        self.store(ServiceDue, [row for found, row in known if not found], by=by, progress=progress)
        return {"url": str(reverse_lazy("customers:service_due_list"))}


class InteractionImport(CustomerSchema):
    code = "interactions"
    title = gettext_lazy("Contacts with customers")
    help = gettext_lazy("One row per call, visit or mail that took place. What is imported twice is there twice.")
    columns = [
        CUSTOMER,
        Column("channel", gettext_lazy("Channel"), kind="choice", choices=Channel, required=True, example=Channel.PHONE),
        Column("direction", gettext_lazy("Direction"), kind="choice", choices=Direction, required=True, example=Direction.IN),
        Column("started_at", gettext_lazy("Began"), kind="datetime", required=True, example="2026-03-28 09:30", aliases=("时间", "开始时间")),
        Column("ended_at", gettext_lazy("Ended"), kind="datetime", example="2026-03-28 09:41", aliases=("结束时间",)),
        Column("agent", gettext_lazy("Agent"), kind="reference", example="lin.xiaoyu",
               help=gettext_lazy("Login name; left empty: you.")),
        Column("number", gettext_lazy("Phone number"), kind="phone", personal=True, example="138 0000 0005"),
        Column("summary", gettext_lazy("What was said"), required=True, max_length=5000, example="询问四月班期"),
    ]  # fmt: skip

    def clean_row(self, row, context):
        if row["started_at"] and row["started_at"] > timezone.now():
            row.fail("started_at", _("This lies in the future."))
        if row["started_at"] and row["ended_at"] and row["ended_at"] < row["started_at"]:
            row.fail("ended_at", _("The end lies before the beginning."))

    def resolve(self, rows, context):
        self.refer(rows, context, "customer", "agent", unit=False)

    def commit(self, rows, *, by, progress):
        values = [
            row.values | {"agent": row["agent"] or by, "unit": row["customer"].unit, "number": row["number"] or ""}
            for row in rows
        ]
        self.store(Interaction, values, by=by, progress=progress)
        return {"url": str(reverse_lazy("customers:interaction_list"))}


for schema in (CustomerImport, ContactImport, ProjectImport, ServiceImport, ServiceDueImport, InteractionImport):
    register(schema())
