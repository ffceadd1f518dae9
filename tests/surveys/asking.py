"""Waves as they are when people answer, made by the services that staff use."""

from datetime import timedelta

from django.utils import timezone

from accounts.models import OrgUnit, User
from accounts.services import people, units
from customers.services import customers
from surveys.scales import points_of
from surveys.services import links, questionnaires, waves


def words(zh, en):
    return {"zh": zh, "en": en}


def question(code, kind, title, **more):
    return {"code": code, "uid": code, "kind": kind, "title": title, "required": True, **more}


def rating(code, zh, en, **more):
    return question(code, "rating", words(zh, en), scale="B", points=points_of("B"), **more)


REASONS = [
    {"code": 1, "label": words("同事推荐", "A colleague")},
    {"code": 2, "label": words("公司安排", "My company sent me")},
    {"code": 3, "label": words("都不是", "None of these"), "is_exclusive": True},
]


def three_sections():
    """Every kind of question, in three sections."""
    return {
        "title": words("请您评价这次培训", "How was the course?"),
        "intro": words("您的意见决定我们先改什么。", "What you say decides what we improve first."),
        "sections": [
            {"code": "course", "title": words("讲师与课程", "Trainer and course"), "questions": [
                rating("clear", "讲师讲解清楚吗？", "Was the trainer clear?", is_overall=True,
                       na=words("没有听到", "I missed it")),
                rating("useful", "内容有用吗？", "Was the content useful?",
                       help=words("回到岗位后", "Back at work")),
            ]},
            {"code": "place", "title": words("场地与服务", "Place and service"), "questions": [
                question("recommend", "scale_0_10", words("愿意推荐给同事吗？", "Would you recommend it?")),
                question("why", "multiple", words("为什么来？", "Why did you come?"), options=REASONS,
                         required=False),
                question("again", "yes_no", words("还会再来吗？", "Will you come again?")),
            ]},
            {"code": "words", "title": words("您的话", "In your words"), "questions": [
                question("idea", "text", words("哪里最该改？", "What should change first?"), required=False,
                         max_length=200),
                question("way", "single", words("怎么联系您？", "How to reach you?"), options=REASONS[:2],
                         required=False),
            ]},
        ],
    }  # fmt: skip


def one_section(ratings=3):
    return {
        "title": words("两分钟问卷", "Two minutes"), "intro": None,
        "sections": [{"code": "all", "title": words("评价", "Rating"), "questions": [
            *(rating(f"r{number}", f"评价{number}", f"Rating {number}") for number in range(ratings)),
            question("idea", "text", words("还有什么？", "Anything else?"), required=False),
        ]}],
    }  # fmt: skip


COMPLETE = {
    "q_clear": "5", "q_useful": "4", "q_recommend": "9", "q_why": ["1", "2"], "q_again": "1",
    "q_idea": "多给例题", "q_way": "1",
}  # fmt: skip


def staff():
    """(designer, publisher, unit), made once."""
    unit = OrgUnit.objects.filter(code="HQ").first()
    unit = unit or units.create(by=None, code="HQ", name_zh="总部", name_en="Head office", kind="head_office")
    both = [
        User.objects.filter(username=name).first()
        or people.create(by=None, username=name, email=f"{name}@example.com", name_zh=name, unit=unit)
        for name in ("designer", "publisher")
    ]
    return *both, unit


def published(definition, code="Q1"):
    designer, publisher, unit = staff()
    instrument = questionnaires.create(
        code=code, name_zh=code, name_en=code, unit=unit, by=designer, definition=definition
    )
    return questionnaires.publish(instrument.draft, by=publisher)


def open_wave(definition=None, *, invited=1, closes_in=timedelta(days=7), **fields):
    """An open wave of ``definition`` (three_sections) with ``invited`` persons."""
    designer, _publisher, unit = staff()
    version = published(definition or three_sections(), code=fields.pop("questionnaire", "Q1"))
    region = version.questionnaire.code
    customers.create_many(
        [
            {"name_zh": f"客户{number}", "unit": unit, "region": region, "contact": {
                "name": f"王{number}", "email": f"p{number}.{region}@example.com", "consent_survey": True,
                "consent_source": "contract",
            }}
            for number in range(invited)
        ],
        by=designer,
    )  # fmt: skip
    now = timezone.now()
    fields = {"is_open_link": not invited, "name_zh": "三季度满意度", "name_en": "Third quarter"} | fields
    wave = waves.create(
        by=designer, questionnaire_version=version, unit=unit, opens_at=now - timedelta(minutes=1),
        closes_at=now + closes_in, audience={"regions": [region]} if invited else {}, **fields,
    )  # fmt: skip
    waves.schedule(wave, by=designer)
    return waves.open(wave, by=designer)


def links_of(wave):
    """The addresses of all personal links of the wave, in the order of the invitations."""
    return [f"/s/{links.token_for(row)}/" for row in wave.invitations.select_related("wave__link_key").order_by("pk")]
