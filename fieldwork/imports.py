"""The lists other systems give, called from or compared with; and the visit plan as a spreadsheet."""

from datetime import timedelta

from django.urls import reverse_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import OrgUnit, User
from core.imports.schema import Column, Schema, register
from customers.imports import CUSTOMER
from customers.models import Customer, ServiceRecord
from fieldwork.choices import VisitForm, VisitPlanState
from fieldwork.models import CallRule, SourceEntry, VisitPlan, VisitPlanLine
from fieldwork.services import visit_plans


class SourceImport(Schema):
    code = "call-source"
    title = gettext_lazy("Source lists of calls")
    help = gettext_lazy("One row per order or customer that the other system says is to be called on a day.")
    capability = "fieldwork.make_calls"
    columns = [
        Column("rule", gettext_lazy("Call rule"), kind="reference", required=True, example="HF-CRHF",
               help=gettext_lazy("The code of a call rule in use."), aliases=("名单规则", "回访名单")),
        Column("day", gettext_lazy("Day"), kind="date", required=True, example="2026-11-20",
               help=gettext_lazy("The day on which they are to be called."),
               aliases=("日期", "名单日期", "回访日期")),
        Column("number", gettext_lazy("Number"), required=True, max_length=60, example="DD-2026-0001",
               help=gettext_lazy("Number of the order; of a customer without one, any number that is unique."),
               aliases=("编号", "订单号", "工单号")),
        CUSTOMER,
    ]  # fmt: skip
    together = [("rule", "number")]

    def resolve(self, rows, context):
        self.look_up(rows, "rule", CallRule.objects.active(), field="code")
        self.look_up(rows, "customer", Customer.objects.visible_to(context.by).active(), field="code",
                     reason=_("There is no customer of this number that you may see."))  # fmt: skip
        numbers = [row["number"] for row in rows if row["rule"]]
        held = set(SourceEntry.objects.filter(number__in=numbers).values_list("rule", "number"))
        owners = dict(ServiceRecord.objects.filter(number__in=numbers).values_list("number", "customer"))
        for row in rows:
            if row["customer"] and owners.get(row["number"], row["customer"].pk) != row["customer"].pk:
                row.fail("number", _("This number belongs to another customer."))
            if row["rule"] and (row["rule"].pk, row["number"]) in held:
                row.fail("number", _("This exists already."))

    def commit(self, rows, *, by, progress):
        SourceEntry.objects.bulk_create([SourceEntry(**row.values) for row in rows], batch_size=1000)
        progress.step(len(rows))
        return {"url": str(reverse_lazy("fieldwork:rule_list"))}


register(SourceImport())


class VisitPlanImport(Schema):
    code = "visit-plan"
    title = gettext_lazy("Customer visit plan")
    help = gettext_lazy(
        "One row per customer and time. The plan of the unit for the year must be there, being drawn up."
    )
    capability = "fieldwork.plan_visits"
    limit = 5_000
    columns = [
        Column("year", gettext_lazy("Year"), kind="integer", required=True, minimum=2000, maximum=2100, example="2026",
               aliases=("年度",)),
        Column("plan", gettext_lazy("Unit of the plan"), kind="reference", required=True, example="HQ",
               help=gettext_lazy("The code of the unit that draws up the plan."), aliases=("计划部门", "编制部门")),
        Column("stage", gettext_lazy("Stage"), max_length=60, example="第一季度", aliases=("阶段",)),
        CUSTOMER,
        Column("from_on", gettext_lazy("From"), kind="date", required=True, example="2026-03-01",
               aliases=("开始日期", "拜访时间", "计划时间")),
        Column("to_on", gettext_lazy("To"), kind="date", example="2026-03-31",
               help=gettext_lazy("Left empty: the end of that month."), aliases=("结束日期",)),
        Column("form", gettext_lazy("Form"), kind="choice", choices=VisitForm, required=True,
               example=VisitForm.ON_SITE.value, aliases=("拜访形式",)),
        Column("manner", gettext_lazy("Manner"), max_length=200, example="与技术支持部一同", aliases=("拜访方式",)),
        Column("owner", gettext_lazy("Who visits"), kind="reference", example="li.na",
               help=gettext_lazy("Login name"), aliases=("走访人", "拜访人")),
        Column("purpose", gettext_lazy("Purpose"), max_length=1000, example="了解培训需求", aliases=("目的", "拜访目的")),
    ]  # fmt: skip
    together = [("year", "plan", "customer", "from_on")]

    def clean_row(self, row, context):
        first = row["from_on"]
        if first and not row["to_on"] and not row.failed("to_on"):
            following = (first.replace(day=28) + timedelta(days=4)).replace(day=1)
            row.values["to_on"] = following - timedelta(days=1)
        if first and row["to_on"] and row["to_on"] < first:
            row.fail("to_on", _("The last day lies before the first one."))
        for name in ("from_on", "to_on"):
            if row["year"] and row[name] and row[name].year != row["year"]:
                row.fail(name, _("This day lies outside the year of the plan."))

    def resolve(self, rows, context):
        self.look_up(rows, "plan", OrgUnit.objects.filter(is_active=True), field="code")
        self.look_up(rows, "customer", Customer.objects.visible_to(context.by).active(), field="code",
                     reason=_("There is no customer of this number that you may see."))  # fmt: skip
        self.look_up(rows, "owner", User.objects.with_capability("fieldwork.make_visits"), field="username",
                     reason=_("There is nobody of this login name who makes visits."))  # fmt: skip
        years = {row["year"] for row in rows if row["year"]}
        plans = {
            (one.year, one.unit_id): one for one in VisitPlan.objects.visible_to(context.by).filter(year__in=years)
        }
        known = set(VisitPlanLine.objects.filter(plan__in=plans.values()).values_list("plan", "customer", "from_on"))
        for row in rows:
            if not row["plan"] or not row["year"]:
                continue
            plan = plans.get((row["year"], row["plan"].pk))
            if plan is None or plan.state != VisitPlanState.DRAFT:
                row.fail(
                    "plan", _("This unit has no plan being drawn up for that year. Create it first, or revise it.")
                )
                continue
            if row["customer"] and (plan.pk, row["customer"].pk, row["from_on"]) in known:
                row.fail("customer", _("This customer stands on the plan for that day already."))
            row.values["plan"] = plan

    def commit(self, rows, *, by, progress):
        for row in rows:
            values = {name: value if value is not None else "" for name, value in row.values.items() if name != "year"}
            plan = values.pop("plan")
            values["owner"] = row["owner"]
            visit_plans.add_line(plan, by=by, **values)
            progress.step()
        return {"url": plan.get_absolute_url() if rows else str(reverse_lazy("fieldwork:visit_plan_list"))}


register(VisitPlanImport())
