"""The ledgers of the two years before the portal, as a lead brought them in; a wrong workbook was taken back."""

from datetime import date, timedelta

from django.utils import timezone

from complaints.choices import Category, Kind, Severity, Verdict
from complaints.services import past_ledgers
from customers.choices import Channel, CustomerType
from customers.models import Customer

# kind, month and day, days until the end, category, what was said, measures, result, satisfaction, who handled it
RECORDS = (
    (Kind.COMPLAINT, (3, 5), 3, Category.ORGANISATION, "教材开课当天仍未送到，学员两人共用一本。", "加急补寄并先发电子版。", "次日全部收到，学员接受。", "满意", "王芳"),
    (Kind.COMPLAINT, (4, 18), 5, Category.SERVICE, "报名咨询电话多次无人接听。", "增设午间值班。", "回电致歉，客户接受。", "基本满意", "周敏"),
    (Kind.SUGGESTION, (5, 9), 12, None, "建议开设周末班，方便在职学员。", "", "采纳，次年春季开班。", "", "王芳"),
    (Kind.COMPLAINT, (6, 27), 6, Category.QUALITY, "讲师照念课件，案例陈旧。", "更换讲师，案例更新。", "补讲半天，客户认可。", "满意", "王芳"),
    (Kind.ENQUIRY, (8, 2), 0, None, "证书丢失如何补办？", "", "已告知所需材料与时限。", "", "周敏"),
    (Kind.COMPLAINT, (9, 14), 9, Category.PRICE, "发票抬头开错两次。", "重开并由专人送达。", "客户收到，要求内部核对流程。", "不满意", "李强"),
    (Kind.PRAISE, (11, 20), 0, None, "班主任随叫随到，学员一致好评。", "", "已转达并通报表扬。", "", "周敏"),
)  # fmt: skip
PEOPLE = (
    ("李静", "13900001001"),
    ("", ""),
    ("张华", "13900001003"),
    ("陈晨", ""),
    ("", ""),
    ("孙丽", "13900001006"),
    ("吴刚", ""),
)


def bring(org):
    lead, year = org.users["lead"], timezone.localdate().year
    known = list(Customer.objects.filter(type=CustomerType.ENTERPRISE).order_by("pk")[:3])
    wrong = past_ledgers.bring([_row(year - 3, n, known) for n in range(2)], by=lead)
    past_ledgers.take_back(wrong, by=lead, comment="年份选错，重新整理后再导入。")
    past_ledgers.bring([_row(y, n, known) for y in (year - 2, year - 1) for n in range(len(RECORDS))], by=lead)


def _row(year, n, known):
    kind, (month, day), took, category, text, measures, result, satisfaction, handler = RECORDS[n]
    received, (person, phone) = date(year, month, day), PEOPLE[n]
    customer = known[n // 2] if n % 2 and n // 2 < len(known) else None
    is_complaint = kind == Kind.COMPLAINT
    return {
        "ledger": f"{year}年投诉与建议台账", "old_number": f"{year}-{7 * n + 3:03}", "kind": kind.value, "received_on": received,
        "closed_on": received + timedelta(days=took), "replied_on": received + timedelta(days=took // 2), "progress": "已办结",
        "channel": (Channel.PHONE, Channel.WALK_IN, Channel.LETTER)[n % 3].value, "customer": customer,
        "customer_name": "" if customer else ("晨光机械厂", "老学员", "个人学员")[n % 3], "person": person, "phone": phone,
        "category": category.value if category else "", "severity": Severity.MINOR.value if is_complaint else "", "text": text,
        "receiver_name": "客服前台", "unit_name": "原客户服务部", "handler_name": handler,
        "verdict": Verdict.JUSTIFIED.value if is_complaint else "", "measures": measures, "result": result, "satisfaction": satisfaction,
    }  # fmt: skip
