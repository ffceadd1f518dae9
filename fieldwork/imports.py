"""The lists other systems give: called from, or compared with what was called."""

from django.urls import reverse_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.imports.schema import Column, Schema, register
from customers.imports import CUSTOMER
from customers.models import Customer, ServiceRecord
from fieldwork.models import CallRule, SourceEntry


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
