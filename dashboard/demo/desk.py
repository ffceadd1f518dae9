"""What the desk has besides the ledger: canned answers, the notice of channels, an early risk."""

from complaints.choices import Kind
from complaints.services import canned, notices, risks

ANSWERS = (
    ("何时收到教材", "When the material arrives", Kind.ENQUIRY, "organisation",
     "{customer}您好，教材在开课前三个工作日寄出，单号会以短信告知。如到期未收到，请拨打{hotline}，我们当日补寄。",
     "Dear {customer}, the material leaves us three working days before the course. If it has not arrived by then, please call {hotline}."),
    ("发票重开", "Invoice made anew", Kind.ENQUIRY, "price",
     "{customer}您好，抬头有误的发票请告知正确抬头与税号，我们在三个工作日内重开，编号{number}。",
     "Dear {customer}, tell us the right name and tax number; the invoice is made anew within three working days, {number}."),
    ("退费进度", "How far a refund is", Kind.COMPLAINT, "price",
     "{customer}您好，编号{number}的退费已提交财务，最迟{due}到账。经办人：{agent}。",
     "Dear {customer}, the refund for {number} is with accounting and arrives by {due} at the latest. {agent} sees to it."),
)  # fmt: skip
NOTICE = {
    "hotline": "400-555-0123", "hours_zh": "周一至周日 8:00–20:00", "hours_en": "every day, 8:00 to 20:00",
    "email": "voice@zhixing.example", "address_zh": "上海市浦东新区示例路1号 客户服务中心", "address_en": "Customer service, 1 Example Road, Pudong, Shanghai",
    "social_zh": "微信公众号、微博“知行培训”", "social_en": "WeChat and Weibo: Zhixing Training",
    "promise_zh": "凡有反映，件件登记、件件答复；反映意见不影响任何学员的权益。",
    "promise_en": "Whatever you tell us is written down and answered. Nobody has a disadvantage from speaking up.",
}  # fmt: skip


def write(org):
    """Three canned answers, the last of which waits for its reviewer; the notice; a risk that was assessed."""
    author, lead = org.users["agent"], org.users["lead"]
    for at, (title_zh, title_en, kind, topic, text_zh, text_en) in enumerate(ANSWERS):
        made = canned.write(by=author, title_zh=title_zh, title_en=title_en, kind=kind.value, topic=topic, text_zh=text_zh,
                            text_en=text_en)  # fmt: skip
        if at < 2:
            canned.approve(made, by=lead)
    notices.publish(by=lead, change="首版", responsible_zh=lead.name_zh, responsible_en=lead.name_en or lead.name_zh,
                    responsible_phone="021-5555-0100", **NOTICE)  # fmt: skip
    noticed = risks.notice(by=author, title="雨季教室可能漏水", detail="去年六月三号教室漏过一次，学员搬走了桌椅。")
    risks.assess(noticed, by=lead, likelihood="high", impact="medium")
