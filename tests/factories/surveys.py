"""Surveys in any state, reached the way users reach it."""

import secrets
import uuid
from datetime import timedelta
from itertools import count
from types import SimpleNamespace

from django.utils import timezone

from accounts.choices import DepartmentType, Role, UnitKind
from accounts.models import OrgUnit
from accounts.services import people, units
from customers.services import customers
from surveys.models import Invitation
from surveys.scales import LIBRARY
from surveys.services import answering, links, plans, questionnaires, waves

numbers = count(1)


def unit(code="QA"):
    return OrgUnit.objects.filter(code=code).first() or units.create(
        by=None, code=code, name_zh="质量部", name_en="Quality", kind=UnitKind.DEPARTMENT,
        department_type=DepartmentType.SERVICE,
    )  # fmt: skip


def person(*roles, name=None):
    """A user with ``roles``; a survey officer when none is named."""
    name = name or f"user{next(numbers)}"
    return people.create(
        by=None,
        username=name,
        email=f"{name}@example.com",
        name_zh=f"员工{name}",
        roles=roles or (Role.SURVEY_OFFICER,),
    )


def both(text):
    return {"zh": f"{text}（中）", "en": text}


def rating(code, *, scale="B", **more):
    return {
        "uid": f"{code.lower()}{secrets.token_hex(4)}",
        "code": code,
        "kind": "rating",
        "title": both(f"Rate {code}"),
        "required": True,
        "scale": scale,
        "points": LIBRARY[scale][3],
    } | more


def question(code, kind, **more):
    return {
        "uid": f"{code.lower()}{secrets.token_hex(4)}",
        "code": code,
        "kind": kind,
        "title": both(f"{kind} {code}"),
    } | more


def options(*texts):
    return [{"code": no, "label": both(text)} for no, text in enumerate(texts, 1)]


def definition():
    """Two dimensions of two ratings, an overall rating, and one question of every other kind."""
    na = both("Not applicable")
    return {
        "title": both("Course survey"),
        "intro": both("Two minutes."),
        "sections": [
            {"code": "content", "title": both("Content"), "questions": [rating("Q1", na=na), rating("Q2")]},
            {
                "code": "trainer",
                "title": both("Trainer"),
                "questions": [rating("Q3"), rating("Q4", required=False)],
            },
            {
                "code": "overall",
                "title": both("Overall"),
                "questions": [
                    rating("Q5", is_overall=True),
                    question("Q6", "single", options=options("Public course", "In-house", "Online")),
                    question("Q7", "multiple", options=options("Room", "Food", "Nothing"), max=2),
                    question("Q8", "yes_no"),
                    question("Q9", "scale_0_10"),
                    question("Q10", "text", max_length=200),
                ],
            },
        ],
    }


def published(content=None, *, designer=None, publisher=None):
    """A published version."""
    designer, publisher = designer or person(), publisher or person()
    made = questionnaires.create(
        code=f"QN{next(numbers)}", name_zh="课程调查", name_en="Course survey", unit=unit(), by=designer,
        definition=content or definition(),
    )  # fmt: skip
    return questionnaires.publish(made.draft, by=publisher)


def contacts(n, **fields):
    """``n`` contact persons who agreed to be asked, each at a customer of their own."""
    made = []
    for number in (next(numbers) for _one in range(n)):
        customer = customers.create(
            by=None, code=f"C{number}", name_zh=f"客户{number}", unit=unit(),
            contact={"name": f"王{number}", "email": f"wang{number}@example.com", "consent_survey": True,
                     "consent_source": "contract"},
            **fields,
        )  # fmt: skip
        made.append(customer.contacts.get())
    return made


def wave(version=None, *, by=None, **fields):
    """A draft wave that may open now."""
    by, now = by or person(), timezone.now()
    return waves.create(
        by=by, questionnaire_version=version or published(), unit=unit(),
        **{"name_zh": "三季度", "name_en": "Third quarter", "opens_at": now - timedelta(hours=1),
           "closes_at": now + timedelta(days=14)} | fields,
    )  # fmt: skip


def open_wave(n=1, **fields):
    """An open wave with ``n`` invited people; ``.people`` are SimpleNamespace(contact, invitation, token)."""
    industry = f"industry {next(numbers)}"
    contacts(n, industry=industry)
    made = wave(**{"audience": {"industries": [industry]}} | fields)
    waves.schedule(made, by=made.owner)
    waves.open(made, by=made.owner)
    made.people = holders(made)
    return made


def holders(made):
    """Every invitation of an open wave with its token."""
    rows = Invitation.objects.filter(wave=made).select_related("wave__link_key", "contact").order_by("pk")
    return [SimpleNamespace(contact=row.contact, invitation=row, token=links.token_for(row)) for row in rows]


def payload(version, score=5, **more):
    """A complete payload with ``score`` on every rating; ``more`` by question code (``Q6=2``)."""
    values = {}
    for part in version.definition["sections"]:
        for item in part["questions"]:
            if item["code"] in more:
                values[item["uid"]] = more[item["code"]]
            elif item["kind"] == "rating":
                values[item["uid"]] = score
    return {uid: value for uid, value in values.items() if value is not None}


def answer(made, holder, score=5, **more):
    """The holder of a link answers; returns the Receipt."""
    invitation = answering.find_invitation(holder.token)
    return answering.submit(invitation=invitation, payload=payload(made.questionnaire_version, score, **more))


def submit(made, holder, values):
    """Any ``values`` ({uid: value}) as the answer of the holder of a link; of somebody with the open link where it is None."""
    if holder is None:
        return answering.submit(wave=made, submit_key=uuid.uuid4(), payload=values)
    return answering.submit(invitation=answering.find_invitation(holder.token), payload=values)


def answered_wave(scores, **fields):
    """An open wave in which each of ``scores`` is one respondent's answer to every rating."""
    made = open_wave(len(scores), **fields)
    for holder, score in zip(made.people, scores, strict=True):
        answer(made, holder, score)
    return made


def plan(*, author=None, year=2027, filled=True):
    """A draft plan, complete unless ``filled`` is False."""
    author = author or person()
    parts = {f"{key}_zh": "内容" for key in ("goal", "scope", "respondents", "methods", "schedule", "participants")}
    made = plans.create(year=year, unit=unit(), by=author, **(parts if filled else {}))
    if filled:
        today = timezone.localdate()
        plans.add_activity(made, by=author, title_zh="一季度调查", starts_on=today, ends_on=today, owner=author,
                           recurrence_reason="试点，只做一次")  # fmt: skip
    return made


def approved_plan(**fields):
    """A plan in force with one activity, approved by somebody else."""
    made = plan(**fields)
    plans.submit(made, by=made.author)
    plans.approve(made, by=person())
    return made
