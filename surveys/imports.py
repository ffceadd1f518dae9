"""Workbooks of ratings that customers published (DAT-07)."""

from decimal import Decimal

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import OrgUnit
from core.imports.schema import Column, Schema, register
from customers.models import Customer
from surveys.choices import Direction, Theme
from surveys.models import PublishedRating
from surveys.services import published


class PublishedImport(Schema):
    code = "published_ratings"
    title = gettext_lazy("Published ratings")
    help = gettext_lazy(
        "One row per rating that a customer published about the company. One that is there already is refused."
    )
    capability = "surveys.collect_ratings"
    columns = [
        Column("source", gettext_lazy("Published at"), required=True, max_length=80, example="大众点评", aliases=("来源", "平台", "网站")),
        Column("published_on", gettext_lazy("Published on"), kind="date", required=True, example="2026-03-01", aliases=("日期", "评价日期")),
        Column("author", gettext_lazy("Signed as"), max_length=80, example="学员小李", aliases=("署名", "昵称", "用户")),
        Column("customer", gettext_lazy("Customer number"), kind="reference", aliases=("客户编号",),
               help=gettext_lazy("If the customer is known.")),
        Column("unit", gettext_lazy("Unit code"), kind="reference", example="BJ", aliases=("机构编号", "部门编号")),
        Column("points", gettext_lazy("Points"), kind="decimal", example="4.5", aliases=("评分", "星级", "得分")),
        Column("lowest", gettext_lazy("Scale from"), kind="decimal", example="1", help=gettext_lazy("Left empty: 1."), aliases=("最低分",)),
        Column("highest", gettext_lazy("Scale to"), kind="decimal", example="5", help=gettext_lazy("Left empty: 5."), aliases=("满分", "最高分")),
        Column("body", gettext_lazy("Words"), max_length=4000, example="老师讲得清楚，教室停车不方便。", aliases=("评价内容", "内容", "评论")),
        Column("link", gettext_lazy("Address"), max_length=500, aliases=("链接", "网址")),
        Column("direction", gettext_lazy("Direction"), kind="choice", choices=Direction, help=gettext_lazy("Left empty: as the words hint."),
               aliases=("倾向",)),
        Column("theme", gettext_lazy("About what"), kind="choice", choices=Theme, aliases=("主题",)),
    ]  # fmt: skip

    def clean_row(self, row, context):
        low = Decimal(1) if row["lowest"] is None else row["lowest"]
        high = Decimal(5) if row["highest"] is None else row["highest"]
        row.values |= {"lowest": low, "highest": high}
        if low >= high:
            row.fail("highest", _("The scale ends above where it begins."))
        elif row["points"] is not None and not low <= row["points"] <= high:
            row.fail("points", _("The points lie between %(low)s and %(high)s.") % {"low": low, "high": high})
        if row["points"] is None and not row["body"] and not row.failed("points"):
            row.fail("body", _("Give the points, the words, or both."))
        if row["published_on"] and row["published_on"] > timezone.localdate():
            row.fail("published_on", _("This day lies in the future."))
        if row["link"] and not row["link"].startswith(("http://", "https://")):
            row.fail("link", _("An address begins with https://."))

    def resolve(self, rows, context):
        self.look_up(rows, "customer", Customer.objects.visible_to(context.by), field="code",
                     reason=_("There is no customer of this number that you may see."))  # fmt: skip
        self.look_up(rows, "unit", OrgUnit.objects.filter(is_active=True), field="code")
        keys = {}
        for row in rows:
            if row.errors:
                continue
            key = published.key_of(
                *(row[name] for name in ("source", "published_on", "author", "body", "link", "points"))
            )
            if key in keys:
                row.fail("", _("Row %(row)s says the same.") % {"row": keys[key]})
            keys.setdefault(key, row.number)
        there = set(PublishedRating.objects.filter(key__in=list(keys)).values_list("key", flat=True))
        numbers = {number for key, number in keys.items() if key in there}
        for row in rows:
            if row.number in numbers:
                row.fail("", _("This rating was collected before: same place, day, signature and words."))

    def commit(self, rows, *, by, progress):
        published.collect_many([row.values for row in rows], by=by)
        progress.step(len(rows))
        return {"url": reverse("surveys:published_list")}


register(PublishedImport())
