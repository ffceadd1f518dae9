"""Ledgers that were kept before the portal, as workbooks."""

import re
import unicodedata

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from accounts.models import OrgUnit
from complaints.choices import Category, CodeList, Kind, Severity, Verdict
from complaints.models import PastRecord
from complaints.selectors import code_lists
from complaints.services import past_ledgers
from core.imports.schema import CHUNK, Column, Schema, register
from customers.choices import Channel
from customers.models import Customer

# Words of an old ledger by which a record has not ended.
UNFINISHED = re.compile(
    r"(?:处理|办理)中(?!心)|进行中|跟进中|未(?:办结|结|处理|完成)|待处理|待办|\bopen\b|\bpending\b|in progress"
)
LONG = 10_000


def categories():
    return code_lists.every(CodeList.CATEGORY)


class PastLedgerImport(Schema):
    code = "past-ledgers"
    title = gettext_lazy("Past ledgers of complaints and suggestions")
    help = gettext_lazy(
        "One row per record that ended before it comes here. It keeps its old number beside one of a series of its own (LS), stands "
        "in the ledger to be read and found, and counts in no figure. What was imported before is refused."
    )
    capability = "complaints.import_past"
    limit = 10_000
    columns = [
        Column("ledger", gettext_lazy("Old ledger"), required=True, max_length=60, example="2025年客户投诉台账",
               help=gettext_lazy("The name of the ledger, the same in each of its rows."), aliases=("台账", "台账名称", "来源台账")),
        Column("old_number", gettext_lazy("Old number"), required=True, max_length=60, example="2025-018",
               help=gettext_lazy("As it stands in the old ledger; once in each ledger."),
               aliases=("编号", "序号", "原编号", "投诉编号", "登记编号")),
        Column("kind", gettext_lazy("Kind"), kind="choice", choices=Kind, required=True, example=Kind.COMPLAINT.value,
               aliases=("类别", "性质类别")),
        Column("received_on", gettext_lazy("Received on"), kind="date", required=True, example="2025-03-04",
               aliases=("日期", "投诉日期", "投诉时间", "受理日期", "受理时间", "登记日期")),
        Column("closed_on", gettext_lazy("Closed on"), kind="date", example="2025-03-07",
               help=gettext_lazy("Every record has ended. What is still open is registered in the portal, so that its clocks run."),
               aliases=("办结日期", "办结时间", "结案日期", "完成日期")),
        Column("progress", gettext_lazy("Progress"), max_length=60, example="已办结", aliases=("处理进度", "状态", "进度")),
        Column("channel", gettext_lazy("Channel"), kind="choice", choices=Channel, example=Channel.PHONE.value,
               help=gettext_lazy("Left empty: by phone."), aliases=("投诉渠道", "渠道", "投诉方式")),
        Column("customer", gettext_lazy("Customer"), max_length=200, example="江海重工集团",
               help=gettext_lazy("Number or full name; one that the portal does not know stays as it is written."),
               aliases=("客户", "客户名称", "单位名称", "客户编号")),
        Column("person", gettext_lazy("Complainant's name"), max_length=100, personal=True, example="李静",
               aliases=("投诉人", "姓名", "客户姓名", "联系人")),
        Column("phone", gettext_lazy("Phone"), max_length=40, personal=True, example="138 0000 0005",
               aliases=("电话", "联系电话", "手机", "联系方式")),
        Column("email", gettext_lazy("E-mail"), kind="email", personal=True, example="li.jing@example.com", aliases=("邮箱", "电子邮箱")),
        Column("category", gettext_lazy("Category"), kind="choice", choices=categories, example=Category.SERVICE.value,
               aliases=("投诉类型", "类型", "问题分类")),
        Column("severity", gettext_lazy("Severity"), kind="choice", choices=Severity, example=Severity.MINOR.value, aliases=("严重程度",)),
        Column("title", gettext_lazy("About"), max_length=200, example="教材未按时送达",
               help=gettext_lazy("Left empty: the beginning of what was said."), aliases=("主题", "标题", "事由")),
        Column("text", pgettext_lazy("complaint", "What was said"), required=True, max_length=LONG, example="开课当天仍未收到教材，要求补寄",
               aliases=("投诉内容", "内容", "具体内容", "投诉与建议内容", "客户反映")),
        Column("receiver_name", gettext_lazy("Received by"), max_length=100, example="周敏", aliases=("受理人", "接待人", "登记人", "记录人")),
        Column("unit", gettext_lazy("Responsible unit"), max_length=100, example="教务部",
               help=gettext_lazy("Code or name; one that no longer exists stays as it is written."), aliases=("责任部门", "处理部门", "部门")),
        Column("handler_name", gettext_lazy("Handled by"), max_length=100, example="王芳", aliases=("处理人", "经办人", "责任人", "承办人")),
        Column("verdict", gettext_lazy("Responsibility"), kind="choice", choices=Verdict, example=Verdict.JUSTIFIED.value,
               aliases=("责任认定", "有责无责")),
        Column("cause", gettext_lazy("Cause"), max_length=500, example="快递延误，未提前告知", aliases=("原因", "原因分析", "投诉原因")),
        Column("measures", gettext_lazy("Measures taken"), max_length=LONG, example="当日加急补寄", aliases=("处理措施", "措施", "处理过程")),
        Column("result", gettext_lazy("Result"), max_length=LONG, example="学员次日收到，表示接受", aliases=("处理结果", "处理情况", "结果")),
        Column("replied_on", gettext_lazy("Replied on"), kind="date", example="2025-03-06", aliases=("答复日期", "回复日期", "反馈日期")),
        Column("satisfaction", gettext_lazy("Satisfaction"), max_length=60, example="满意",
               help=gettext_lazy("As it stands in the old ledger; a word of another scale is not turned into a mark."),
               aliases=("客户满意度", "满意程度", "最终评价", "回访结果")),
        Column("comment", gettext_lazy("Customer's words"), max_length=LONG, aliases=("客户意见", "客户评价")),
        Column("remark", gettext_lazy("Remark"), max_length=LONG, aliases=("备注", "说明")),
    ]  # fmt: skip
    together = [("ledger", "old_number")]

    def clean_row(self, row, context):
        for name in ("ledger", "old_number"):
            row.values[name] = " ".join(unicodedata.normalize("NFKC", row[name] or "").split())
        self._ended(row)
        received, closed, replied, today = row["received_on"], row["closed_on"], row["replied_on"], timezone.localdate()
        for name, day in (("received_on", received), ("closed_on", closed), ("replied_on", replied)):
            if day and day > today:
                row.fail(name, _("This day is still to come."))
        if received and received == today:
            row.fail("received_on", _("What came today is registered in the portal, so that its clocks run."))
        if received and closed and closed < received:
            row.fail("closed_on", _("It ended before it was received. Correct one of the two days."))
        if received and replied and replied < received:
            row.fail("replied_on", _("The reply is older than the record. Correct one of the two days."))

    @staticmethod
    def _ended(row):
        said = (row["progress"] or "").casefold()
        reason = _("It has not ended: register it in the portal, so that its clocks run, and take the row out.")
        if UNFINISHED.search(said):
            row.fail("progress", reason)
        elif row["closed_on"] is None and not row.failed("closed_on"):
            row.fail(
                "closed_on",
                _("Give the day on which it ended. One that has not ended is registered in the portal instead."),
            )

    def resolve(self, rows, context):
        self._match(rows, "customer", Customer.objects.visible_to(context.by), "customer_name")
        self._match(rows, "unit", OrgUnit.objects.all(), "unit_name")
        self._refuse_known(rows)

    def _match(self, rows, column, queryset, kept_as):
        """The one row whose code or name the cell says, else its text under ``kept_as``; a name that several have is refused."""
        wanted = sorted({row[column] for row in rows if row[column]})
        found = {}
        for start in range(0, len(wanted), CHUNK):
            part = wanted[start : start + CHUNK]
            for one in queryset.filter(Q(code__in=part) | Q(name_zh__in=part) | Q(name_en__in=part)):
                for text in {one.code, one.name_zh, one.name_en}:
                    found.setdefault(text, {})[one.pk] = one
        for row in rows:
            text = row[column]
            same = list(found.get(text, {}).values()) if text else []
            by_code = [one for one in same if one.code == text]
            if len(same) > 1 and not by_code:
                row.fail(column, _("There are several of this name; give one that is unique."))
            match = (by_code or same or [None])[0]
            row.values[column] = match
            row.values[kept_as] = "" if match or not text else text

    @staticmethod
    def _refuse_known(rows):
        numbers, held = sorted({row["old_number"] for row in rows if row["old_number"]}), {}
        for start in range(0, len(numbers), CHUNK):
            known = PastRecord.objects.filter(is_void=False, old_number__in=numbers[start : start + CHUNK])
            told = known.values_list("ledger", "old_number", "complaint__number")
            held |= {(ledger, old): number for ledger, old, number in told}
        for row in rows:
            number = held.get((row["ledger"], row["old_number"]))
            if number:
                row.fail(
                    "old_number", _("It was imported already, as %(number)s. Take the row out.") % {"number": number}
                )

    def commit(self, rows, *, by, progress):
        batch = past_ledgers.bring([row.values for row in rows], by=by, progress=progress)
        return {"url": batch.get_absolute_url()}


register(PastLedgerImport())
