"""The two questionnaires of the company, as their designer wrote them."""

from surveys import library
from surveys.library import NOT_APPLICABLE, t
from surveys.scales import points_of

SCALE = "B"


# dimension, its words, its two questions (code, zh, en, may be left as not applicable)
MAY_NOT_APPLY = ("N2", "O2", "E2", "S2")
TRAINING = [
    (dimension, t(*words), [
        (code := f"{dimension[0].upper()}{number}", *item, code in MAY_NOT_APPLY) for number, item in enumerate(items, 1)
    ])
    for dimension, words, items in library.TRAINING
]  # fmt: skip

STAFF = [
    ("support", t("部门之间的支持", "Support between departments"), [
        ("P1", "其他部门及时回应我的请求", "Other departments answer my requests in time", False),
        ("P2", "遇到问题知道该找谁", "I know whom to ask when there is a problem", False)]),
    ("tools", t("工具与资料", "Tools and information"), [
        ("W1", "现有系统和资料够用、好用", "Our systems and information are sufficient and easy to use", False),
        ("W2", "教室和设备的报修处理得快", "Faults of rooms and equipment are repaired quickly", True)]),
    ("growth", t("培训与成长", "Learning and growth"), [
        ("G1", "我得到了做好工作所需的培训", "I get the training I need to work well", False),
        ("G2", "我的建议有人听、有回音", "My suggestions are heard and answered", False)]),
]  # fmt: skip

# What the dimensions of training mean, and an indicator below two of them
MEANINGS = {
    "needs": (
        "培训内容与客户实际需求相符的程度，以及课前沟通是否充分。",
        "How far the training met what the customer needed, and how well that was discussed beforehand.",
    ),
    "content": (
        "课程内容、案例和教材的实用性与完整性。",
        "How practical and complete content, cases and materials are.",
    ),
    "trainer": ("讲师的讲解、节奏和答疑。", "How the trainer explains, keeps the pace and answers questions."),
    "organisation": ("通知、日程、教室、设备与就餐。", "Notice, schedule, rooms, equipment and meals."),
    "effect": (
        "所学在工作中的应用，以及考核能否反映学习效果。",
        "Use at work of what was learned, and whether the examination shows it.",
    ),
    "service": ("课后答疑，证书、发票等事项的办理。", "Questions after the course, certificates and invoices."),
}
BELOW = {
    "certificates": (
        "service",
        "S2",
        "证书与票据",
        "Certificates and invoices",
        "证书、发票等事项是否按告知的时间办妥。",
        "Whether certificates and invoices come when they were promised.",
    ),
    "materials": (
        "content",
        "C2",
        "教材与资料",
        "Materials",
        "教材与资料是否清楚、完整。",
        "Whether the materials are clear and complete.",
    ),
}

FORMATS = [
    ("公开课", "Open course"),
    ("企业内训", "In-house training"),
    ("在线直播课", "Live online course"),
    ("认证考前班", "Exam preparation"),
]


SPOT = [
    (code, title, questions[:2])
    for code, title, questions in TRAINING
    if code in ("content", "trainer", "organisation")
]


def with_identities(definition, shared):
    """``definition`` whose questions of the bank ({code: uid}) have the identity they have there."""
    for part in definition["sections"]:
        for item in part["questions"]:
            if part["code"] in MEANINGS and item["code"] in shared:
                item["uid"] = shared[item["code"]]
    return definition


def training():
    """Six dimensions (QST-02), overall satisfaction, recommendation 0 to 10, course format, two open questions."""
    last = {"code": "overall", "title": t("总体评价", "Overall"), "questions": [
        rating("X1", "总体来说，您对我们的培训服务满意吗？", "Overall, how satisfied are you with our training services?", is_overall=True),
        {"code": "X2", "kind": "scale_0_10", "required": True,
         "title": t("您有多大可能把我们推荐给同事或朋友？", "How likely are you to recommend us to a colleague or friend?")},
        {"code": "X3", "kind": "single", "required": False, "title": t("您最近参加的是哪一类培训？", "Which kind of training did you attend last?"),
         "options": [{"code": number, "label": t(*words)} for number, words in enumerate(FORMATS, 1)]},
        {"code": "X4", "kind": "text", "title": t("哪些地方最需要改进？", "What should be improved first?"), "max_length": 1000},
        {"code": "X5", "kind": "text", "title": t("哪些地方做得好？", "What is done well?"), "max_length": 1000},
    ]}  # fmt: skip
    return {
        "title": t("学员与客户满意度调查问卷", "Customer satisfaction questionnaire"),
        "intro": t("感谢您参加我们的培训。请用三分钟告诉我们，哪里做得好，哪里要改。",
                   "Thank you for training with us. Please take three minutes to tell us what is good and what must change."),
        "sections": [*_dimensions(TRAINING), last],
    }  # fmt: skip


def staff():
    """A short anonymous questionnaire for the company's own people."""
    last = {"code": "overall", "title": t("总体评价", "Overall"), "questions": [
        rating("X1", "总体来说，您对内部服务满意吗？", "Overall, how satisfied are you with service inside the company?", is_overall=True),
        {"code": "X2", "kind": "text", "title": t("您最想改变什么？", "What would you change first?"), "max_length": 1000},
    ]}  # fmt: skip
    return {
        "title": t("内部服务满意度调查问卷", "Questionnaire on service inside the company"),
        "intro": t("本调查匿名：没有人能看到是谁填写的。", "This survey is anonymous: nobody can see who wrote what."),
        "sections": [*_dimensions(STAFF), last],
    }  # fmt: skip


def spot():
    """What people think as they leave the room: short, anonymous, behind a QR code on the wall."""
    last = {"code": "overall", "title": t("总体评价", "Overall"), "questions": [
        rating("X1", "总体来说，您对今天的课程满意吗？", "Overall, how satisfied are you with today's course?", is_overall=True),
        {"code": "X2", "kind": "text", "title": t("还想对我们说什么？", "Anything else you want to tell us?"), "max_length": 500},
    ]}  # fmt: skip
    return {
        "title": t("课程现场意见", "At the course: what you think"),
        "intro": t("只需一分钟。", "It takes a minute."),
        "sections": [*_dimensions(SPOT), last],
    }  # fmt: skip


def call():
    """What a caller asks after a class or a service case: three ratings and a word."""
    asked = [
        rating("C1", "这次服务开始前，说明是否清楚？", "Was it explained beforehand what would be done?"),
        rating("C2", "工作人员的回应是否及时？", "Did our people respond in time?", may_not_apply=True),
        rating("C3", "您的问题是否得到解决？", "Was what you needed solved?"),
    ]
    last = {"code": "overall", "title": t("总体评价", "Overall"), "questions": [
        rating("X1", "总体来说，您对这次服务满意吗？", "Overall, how satisfied are you with this service?", is_overall=True),
        {"code": "X2", "kind": "text", "title": t("您还有什么意见或建议？", "Any opinion or suggestion?"), "max_length": 500},
    ]}  # fmt: skip
    return {
        "title": t("服务后电话回访", "Call after a service"),
        "intro": t("想占用您两分钟，了解这次服务的感受。", "May I take two minutes to ask about this service?"),
        "sections": [{"code": "service", "title": t("本次服务", "This service"), "questions": asked}, last],
    }


def _dimensions(table):
    return [
        {"code": code, "title": title, "questions": [rating(*question) for question in questions]}
        for code, title, questions in table
    ]


def rating(code, zh, en, may_not_apply=False, *, is_overall=False):
    return {
        "code": code, "kind": "rating", "title": t(zh, en), "required": True, "is_overall": is_overall, "scale": SCALE,
        "points": points_of(SCALE), "na": NOT_APPLICABLE if may_not_apply else None,
    }  # fmt: skip
