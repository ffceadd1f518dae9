"""The questionnaires that the regulations name, ready to be taken over and changed (requirements §3).

Where a regulation states its questions they stand here in its words; where it names dimensions alone (QST-03 to 08) or a
form without its items (QST-25, SMP-16), the items are ours and the description says so.
"""

import copy
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count

from django.utils.translation import gettext_lazy as _

from core.i18n import pick
from surveys.choices import QuestionKind
from surveys.models import Scale
from surveys.scales import BANDS_300


def t(zh, en):
    return {"zh": zh, "en": en}


NOT_APPLICABLE = t("不适用", "Not applicable")


def rating(code, zh, en, may_not_apply=False, *, scale="B", **more):
    return {
        "code": code, "kind": "rating", "title": t(zh, en), "required": True, "scale": scale,
        "na": NOT_APPLICABLE if may_not_apply else None, **more,
    }  # fmt: skip


def overall(zh="总体来说，您满意吗？", en="Overall, how satisfied are you?", code="X1", scale="B"):
    return rating(code, zh, en, scale=scale, is_overall=True)


def text(code, zh, en, most=1000):
    return {"code": code, "kind": "text", "title": t(zh, en), "required": False, "max_length": most}


def short(code, zh, en):
    return text(code, zh, en, 100) | {"required": True}


def yes_no(code, zh, en):
    return {"code": code, "kind": "yes_no", "title": t(zh, en), "required": True}


def single(code, zh, en, *options):
    found = [{"code": number, "label": t(*words)} for number, words in enumerate(options, 1)]
    return {"code": code, "kind": "single", "title": t(zh, en), "required": True, "options": found}


def section(code, zh, en, *questions):
    return {"code": code, "title": t(zh, en), "questions": list(questions)}


def dimensions(table, scale="B"):
    """Sections of (code, (zh, en), [(zh, en), …]), their questions numbered through."""
    number = count(1)
    return [
        section(code, *words, *(rating(f"Q{next(number)}", *item, scale=scale) for item in items))
        for code, words, items in table
    ]


LAST = section(
    "overall", "总体评价", "Overall", overall(), yes_no("X2", "您愿意把我们推荐给别人吗？", "Would you recommend us?"),
    text("X3", "您有哪些改进建议？", "What should we improve?"),
)  # fmt: skip


def whole(title, intro, sections, **more):
    return {"title": title, "intro": intro, "sections": sections, **more}


INTRO = t("您的意见用于改进我们的产品和服务。请按实际感受填写，约需三分钟。",
          "What you say is used to improve our products and services. Please answer as you found it; it takes about three minutes.")  # fmt: skip

# Dimensions by industry ------------------------------------------------------------------------------

TRAINING = [
    ("needs", ("培训需求满足情况", "Needs met"), [
        ("培训内容符合我们的实际需求", "The training met our actual needs"),
        ("课前的需求沟通充分", "Our needs were discussed well beforehand")]),
    ("content", ("课程内容质量", "Quality of the course content"), [
        ("课程内容实用、案例贴近工作", "The content was practical, with cases close to our work"),
        ("教材与资料清楚、完整", "The materials were clear and complete")]),
    ("trainer", ("讲师教学水平", "Teaching"), [
        ("讲师讲解清楚、重点突出", "The trainer explained clearly and kept to what matters"),
        ("讲师认真回答学员的问题", "The trainer took questions seriously")]),
    ("organisation", ("培训组织与实施", "Organisation and delivery"), [
        ("开课通知及时、安排合理", "Notice came in time and the schedule was sensible"),
        ("教室、设备与就餐条件良好", "Rooms, equipment and meals were good")]),
    ("effect", ("培训效果评估", "Effect of the training"), [
        ("所学能够用到工作中", "What was learned can be used at work"),
        ("考核方式能够反映学习效果", "The examination reflected what was learned")]),
    ("service", ("培训后续服务", "Service after the training"), [
        ("课后答疑及时、有用", "Questions after the course were answered soon and well"),
        ("证书、发票等事项办理及时", "Certificates and invoices were handled in time")]),
]  # fmt: skip
COMPANY = [
    ("product", ("产品与服务", "Products and services"), [
        ("产品（服务）质量稳定可靠", "Product or service quality is steady"),
        ("交付及时、与约定一致", "Delivery is in time and as agreed")]),
    ("image", ("企业形象", "Company image"), [
        ("公司讲诚信、值得信赖", "The company keeps its word"), ("员工专业、有礼貌", "Staff are competent and polite")]),
    ("after", ("售后服务", "After-sales service"), [
        ("售后响应及时", "Help after the sale comes soon"), ("问题得到彻底解决", "Problems are solved for good")]),
]  # fmt: skip
QUALITY = [
    ("satisfaction", ("对产品和服务的满意程度", "Satisfaction with product and service"), [
        ("产品满足使用要求", "The product does what it is needed for"),
        ("服务满足您的期望", "The service meets your expectations")]),
    ("quality", ("产品质量与服务质量", "Product quality and service quality"), [
        ("产品质量", "Quality of the product"), ("服务质量", "Quality of the service")]),
    ("image", ("企业形象", "Company image"), [
        ("公司在行业中的口碑", "The company's name in its trade"), ("公司履行承诺的情况", "How the company keeps its promises")]),
]  # fmt: skip
STAFF = [
    ("policies", ("政策与制度", "Policies and systems"), [
        ("公司制度清楚、合理", "Rules are clear and sensible"), ("制度执行公平", "Rules are applied fairly")]),
    ("environment", ("环境与设施", "Environment and facilities"), [
        ("工作环境安全、舒适", "The workplace is safe and comfortable"), ("办公设施够用、好用", "Equipment is sufficient and works")]),
    ("tasks", ("岗位任务与职责", "Tasks and duties"), [
        ("岗位职责明确", "My duties are clear"), ("工作量适当", "The workload is right")]),
    ("team", ("同事与团队协作", "Colleagues and teamwork"), [
        ("同事之间互相支持", "Colleagues support each other"), ("部门之间协作顺畅", "Departments work together well")]),
    ("communication", ("上下级沟通", "Communication up and down"), [
        ("上级愿意听取意见", "My superior listens"), ("重要信息及时传达", "Important news reaches me in time")]),
    ("customers", ("客户服务质量与满意", "Customer service and satisfaction"), [
        ("我们对客户的响应及时", "We answer customers in time"), ("客户的问题得到解决", "Customers' problems are solved")]),
]  # fmt: skip
WAREHOUSE = [
    ("environment", ("仓库环境", "Environment"), [
        ("库区整洁、通道畅通", "Clean, with free passages"), ("温湿度与照明合适", "Temperature, humidity and light are right")]),
    ("layout", ("布局", "Layout"), [("货位划分清楚", "Places are clearly marked"), ("动线合理、取货方便", "Ways are short")]),
    ("facilities", ("设施", "Facilities"), [
        ("货架与搬运设备完好", "Racks and trucks are in order"), ("信息系统好用", "The system works well")]),
    ("operation", ("作业", "Operation"), [
        ("收发货准确", "Receipt and issue are correct"), ("作业及时", "Work is done in time")]),
    ("safety", ("安全", "Safety"), [
        ("消防与安全设施齐全", "Fire and safety equipment is complete"), ("安全规程得到遵守", "Safety rules are kept")]),
]  # fmt: skip
PRODUCT = [
    ("function", ("功能", "Function"), [("功能满足需要", "It does what I need"), ("运行稳定", "It runs reliably")]),
    ("ease", ("易用性", "Ease of use"), [("容易上手", "It is easy to learn"), ("操作方便", "It is easy to handle")]),
    ("service", ("客户服务", "Customer service"), [("咨询响应及时", "Questions are answered soon"), ("服务人员专业", "Staff know the product")]),
    ("value", ("产品价值", "Product value"), [("物有所值", "It is worth its price"), ("对工作有帮助", "It helps me in my work")]),
]  # fmt: skip
RETAIL = [
    ("service", ("服务", "Service"), [("送货与服务及时", "Delivery and service are in time"), ("服务态度好", "Staff are friendly")]),
    ("goods", ("货源", "Goods"), [("货源充足", "Goods are available"), ("品种适销", "The range sells")]),
    ("operation", ("经营", "Operation"), [("经营指导有帮助", "Advice helps my business"), ("价格与政策稳定", "Prices and rules are steady")]),
    ("communication", ("沟通", "Communication"), [("信息告知及时", "News reaches me in time"), ("意见有回应", "What I say is answered")]),
]  # fmt: skip


def by_dimensions(table):
    return lambda title: whole(title, INTRO, [*dimensions(table), LAST])


# Forms that the regulations name ---------------------------------------------------------------------

REPAIR_CALL = [
    ("维修保养开始前，服务人员是否向您说明了作业内容？", "Before the work began, was it explained to you?"),
    ("接待速度：等候迎接、与服务顾问沟通、交钥匙和办手续", "How quickly you were received: greeting, talk with the adviser, keys and papers"),
    ("需要的维修保养项目是否正确完成？", "Were the needed repair and maintenance items completed correctly?"),
    ("对完成的项目或结算清单是否解释清楚？", "Were the completed items or the settlement list explained clearly?"),
    ("取车速度：手续与付款", "How quickly you got the car back: papers and payment"),
    ("本次维修的总时间", "The total time of this repair"),
    ("服务人员是否认真倾听、正确解答疑问？", "Did staff listen actively and answer your doubts correctly?"),
    ("取车或付款时服务人员是否提供帮助？", "Did staff help you when you collected or paid?"),
    ("取车时车辆状况：清洁、无损伤、设置未改变", "The car afterwards: clean, undamaged, settings unchanged"),
    ("客户休息区的舒适度及服务人员", "Comfort of the rest area, and its staff"),
]  # fmt: skip
REPAIR_300 = [
    ("接待热情、登记清楚", "Friendly reception, clear registration"), ("故障诊断准确", "The fault was found"),
    ("维修项目与报价事先说明", "Items and price were told beforehand"), ("维修质量", "Quality of the repair"),
    ("按约定时间交车", "The car was ready as agreed"), ("配件质量与价格", "Quality and price of parts"),
    ("结算清单清楚、收费合理", "Clear bill, fair price"), ("交车说明与试车", "Explanation and test drive"),
    ("环境整洁、设施完好", "Clean rooms, good facilities"), ("回访与投诉处理", "Call-backs and handling of complaints"),
]  # fmt: skip


def repair_call(title):
    rated = (rating(f"Q{number}", *words) for number, words in enumerate(REPAIR_CALL, 1))
    return whole(title, t(
        "您好，这里是客户服务中心。想占用您两分钟，了解这次维修保养的感受。", "Good day, customer service here. May I ask two minutes about this repair?"
    ), [section("repair", "本次维修保养", "This repair", *rated),
        section("overall", "总体评价", "Overall", overall(), text("X2", "您还有什么意见？", "Anything else?"))])  # fmt: skip


def repair_300(title):
    rated = (rating(f"Q{number}", *words, values=(30, 24, 18, 12, 6)) for number, words in enumerate(REPAIR_300, 1))
    return whole(title, t(
        "本表由维修企业复印，客户填写。", "Copied by the repair firm and filled in by the customer."
    ), [section("repair", "维修服务", "Repair service", *rated), section("words", "意见", "Opinion", text("X1", "意见和建议", "Opinions and suggestions"))],
        total={"full_mark": 300, "bands": BANDS_300})  # fmt: skip


def sample_seven(title):
    return whole(title, INTRO, [
        section("rating", "您的评价", "Your rating",
                rating("Q1", "您对我们的产品质量满意吗？", "How satisfied are you with our product quality?", scale="S4", is_overall=True),
                rating("Q2", "您对我们的客户服务满意吗？", "How satisfied are you with our customer service?", scale="S4"),
                rating("Q3", "您认为我们的价格合理吗？", "How reasonable are our prices?", scale="R4"),
                yes_no("Q4", "您愿意把我们推荐给别人吗？", "Would you recommend us?")),
        section("words", "您的意见", "In your words",
                text("Q5", "您有哪些改进建议？", "What advice do you have?"),
                text("Q6", "我们哪些方面做得好？", "What do we do well?"),
                text("Q7", "我们哪些方面可以改进？", "What can we improve?"))])  # fmt: skip


def project_manager(title):
    items = [("project", ("项目服务", "Service in the project"), [
        ("项目服务响应及时", "Service came in time"), ("服务人员技术能力", "Technical skill"),
        ("服务态度与沟通", "Attitude and communication"), ("问题解决的质量", "How well problems were solved"),
        ("服务文档与交付物", "Documents and deliverables")])]  # fmt: skip
    return whole(title, INTRO, [
        section("who", "基本情况", "About you", short("P1", "项目名称", "Project"), short("P2", "您的部门和职务", "Your department and post")),
        *dimensions(items, scale="A"),
        section("overall", "总体评价", "Overall", overall(scale="A"), text("X2", "意见和建议", "Opinions and suggestions"))])  # fmt: skip


def sales_enquiry(title):
    occasion = single(
        "P2", "本次调查的时点", "Occasion", ("项目完成", "Project completed"), ("关键节点", "Milestone reached")
    )
    items = [("sales", ("销售与配合", "Sales and co-operation"), [
        ("销售人员了解您的需求", "Sales knew your needs"), ("承诺与交付一致", "What was promised was delivered"),
        ("商务流程顺畅", "Contract and invoice went smoothly")])]  # fmt: skip
    return whole(title, INTRO, [
        section("who", "基本情况", "About you", short("P1", "项目名称", "Project"), occasion,
                short("P3", "您的部门和职务", "Your department and post")),
        *dimensions(items, scale="A"),
        section("overall", "总体评价", "Overall", overall(scale="A"), text("X2", "意见和建议", "Opinions and suggestions"))])  # fmt: skip


@dataclass(frozen=True)
class Template:
    """A questionnaire of the library: proposed code, names in both languages, and what it is."""

    code: str
    title: dict
    draw: Callable
    about: str

    @property
    def name(self):
        return pick({"t": self.title}, "t")

    def definition(self):
        """A fresh definition, with the points of the installation's own scales."""
        made = copy.deepcopy(self.draw(self.title))
        scales = {scale.code: scale.points for scale in Scale.objects.all()}
        for part in made["sections"]:
            for item in part["questions"]:
                if item["kind"] == QuestionKind.RATING:
                    _give_points(item, scales[item["scale"]])
        return made


def _give_points(item, points):
    values = item.pop("values", None) or [point["value"] for point in points]
    item["points"] = [copy.deepcopy(point) | {"value": value} for point, value in zip(points, values, strict=True)]


OURS = _("Dimensions of the regulation; its items are proposals.")
STATED = _("Questions as the regulation states them.")
TITLED = _("Title and scale of the regulation; its items are proposals.")
BANDED = _("300 points with the bands of the regulation; its items are proposals.")
TEMPLATES = {
    row[0]: Template(*row)
    for row in (
        ("TRAINING-6", t("培训客户满意度调查问卷", "Training: customer satisfaction"), by_dimensions(TRAINING), OURS),
        ("SAMPLE-7", t("客户满意度调查问卷", "Customer satisfaction questionnaire"), sample_seven, STATED),
        ("REPAIR-CALL-10", t("汽车维修电话回访问卷", "Car-repair call script"), repair_call, STATED),
        ("REPAIR-300", t("机动车维修经营企业客户回访抽样调查表", "Sampling form of motor-vehicle repair customers"), repair_300, BANDED),
        ("PROJECT-MANAGER", t("客户服务满意度调查表（项目经理）", "Service satisfaction form (project manager)"), project_manager, TITLED),
        ("SALES-VISIT", t("客户服务满意度调查表（销售走访）", "Service satisfaction form (sales visit)"), sales_enquiry, TITLED),
        ("COMPANY-3", t("企业客户满意度调查问卷", "Company: customer satisfaction"), by_dimensions(COMPANY), OURS),
        ("QUALITY-3", t("产品与服务质量调查问卷", "Quality of product and service"), by_dimensions(QUALITY), OURS),
        ("STAFF-6", t("员工与客户服务调查问卷", "Staff and customer service"), by_dimensions(STAFF), OURS),
        ("WAREHOUSE-5", t("仓储服务满意度调查问卷", "Warehouse service"), by_dimensions(WAREHOUSE), OURS),
        ("PRODUCT-4", t("产品用户满意度调查问卷", "Product users"), by_dimensions(PRODUCT), OURS),
        ("RETAIL-4", t("零售客户满意度调查问卷", "Retail customers"), by_dimensions(RETAIL), OURS),
    )
}  # fmt: skip
