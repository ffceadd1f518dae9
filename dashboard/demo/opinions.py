"""What customers think: a model of opinions behind the answers, so that results hold real patterns to be found.

Every contact has a disposition that lasts over all waves, and a view of each dimension of its own. On top of it stand
what really changed: organisation and delivery improves in the third quarter, service after the training declines in the
fourth, and in Chengdu it is weaker throughout.
"""

import random
from dataclasses import dataclass

from dashboard.demo.instruments import SPOT, STAFF, TRAINING

LEVELS = {  # on the 5-point scale, before rounding, per wave of the series (the last one stays)
    "needs": (4.25,), "content": (4.25,), "trainer": (4.65,), "organisation": (3.7, 3.7, 4.3), "effect": (4.05,),
    "service": (4.15, 4.15, 4.15, 3.55),
    "support": (3.8,), "tools": (3.5,), "growth": (4.1,),
}  # fmt: skip
WEIGHTS = {"needs": 0.14, "content": 0.2, "trainer": 0.2, "organisation": 0.1, "effect": 0.08, "service": 0.28,
           "support": 0.4, "tools": 0.35, "growth": 0.25}  # fmt: skip
LAST_CLOSED = 3  # number of the wave of the last closed quarter; the open one is 4
CHENGDU_SERVICE = -0.55
ANSWERS, STAFF_ANSWERS = 0.61, 0.8  # of those whom an invitation reaches
NOT_APPLICABLE = 0.07

COMMENTS = {  # dimension → (advice, praise), each (zh, en)
    "needs": ([("课前能不能先来了解一下我们的岗位？内容有一半用不上。", "Please look at our jobs first; half of the content was of no use to us."),
               ("需求调研表填了，但课上没有体现。", "We filled in the needs form, but the course did not reflect it.")],
              [("课前访谈做得很细，课程完全贴合我们的项目。", "The interview beforehand was thorough; the course fitted our project."),
               ("根据我们的行业调整了案例，很用心。", "The cases were adapted to our industry, which we appreciated.")]),
    "content": ([("案例偏旧，希望换成近两年的。", "The cases are dated; please use those of the last two years."),
                 ("理论多，练习少。", "Much theory, little practice."),
                 ("讲义里的图看不清。", "The figures in the handout cannot be read.")],
                [("内容实用，回去第二天就用上了。", "Practical content; we used it the next day."),
                 ("资料整理得清楚，方便复习。", "Well-ordered materials, easy to go through again.")]),
    "trainer": ([("讲得太快，基础差的跟不上。", "Too fast for those new to the subject."),
                 ("互动少了一点。", "A little more interaction, please.")],
                [("周老师讲得清楚，课后还耐心答疑。", "Mr Zhou explains clearly and took time for questions afterwards."),
                 ("讲师经验丰富，问题都能答到点子上。", "An experienced trainer who gets to the point of every question."),
                 ("课堂气氛很好。", "A very good atmosphere in class.")]),
    "organisation": ([("开课通知来得太晚，排不开工作。", "Notice came too late to arrange our work."),
                      ("教室空调太冷，午餐也凉了。", "The room was too cold and so was lunch."),
                      ("临时换教室没有人带路。", "The room was changed and nobody showed the way.")],
                     [("开课前收到短信提醒，安排得很妥当。", "The reminder before the course was helpful; all was well arranged."),
                      ("班主任很负责，现场有条不紊。", "The class manager was attentive and everything ran smoothly.")]),
    "effect": ([("考试题和实际工作关系不大。", "The examination had little to do with real work."),
                ("希望三个月后有一次回访，看看用得怎么样。", "Please come back after three months and see how it is used.")],
               [("团队回来后流程改了两处，有效果。", "Our team changed two steps of its process afterwards; it works.")]),
    "service": ([("群里问了两次，隔了三天才有人回。", "I asked twice in the group and got an answer after three days."),
                 ("证书说两周寄到，一个月还没收到。", "The certificate was to come in two weeks; a month later it has not."),
                 ("发票抬头开错，改了两次。", "The invoice named the wrong company and was corrected twice."),
                 ("课后答疑没有固定的人，每次都要重新讲一遍。", "There is no fixed person for questions; each time I start again.")],
                [("课后问题当天就有回复。", "Questions after the course were answered the same day."),
                 ("证书寄得很快，包装也好。", "The certificate came quickly and well packed.")]),
    "support": ([("跨部门的请求常常没有回音。", "Requests to other departments often get no answer.")],
                [("客服部的同事帮了大忙。", "Colleagues of customer service were a great help.")]),
    "tools": ([("报修系统要填三遍同样的内容。", "The repair form asks for the same thing three times."),
               ("教室投影仪报修一周没人来。", "The projector was reported a week ago and nobody came.")],
              [("新的课程资料库很好找。", "The new course library is easy to search.")]),
    "growth": ([("希望讲师也有外出学习的机会。", "Trainers would like to learn outside the company too.")],
               [("内部分享会收获很大。", "The internal talks were worth the time.")]),
}  # fmt: skip


@dataclass(frozen=True)
class Person:
    """A respondent: lasting disposition, own view of each dimension, place, language."""

    mood: float
    views: dict
    unit: str
    language: str


def person(seed, unit, language):
    """The same ``seed`` is the same person, in every wave."""
    rng = random.Random(f"person:{seed}")  # noqa: S311 (repeatable)
    return Person(rng.gauss(0, 0.5), {code: rng.gauss(0, 0.32) for code in LEVELS}, unit, language)


def answers(someone, rng, *, is_staff=False):
    """Whether ``someone`` answers a wave; the content a little more often."""
    return rng.random() < (STAFF_ANSWERS if is_staff else ANSWERS) + 0.04 * someone.mood


def training_payload(instrument, someone, wave_no, rng):
    """A complete answer to the training questionnaire: {uid: value}."""
    values, felt = _ratings(instrument, TRAINING, someone, wave_no, rng)
    overall = _overall(felt, someone, rng)
    values["X1"] = _point(overall)
    values["X2"] = max(0, min(10, round(2.05 * overall - 0.3 + rng.gauss(0, 0.9))))
    if rng.random() < 0.9:
        values["X3"] = rng.choices([1, 2, 3, 4], [34, 36, 18, 12])[0]
    values |= _words(felt, someone, rng, advice="X4", praise="X5")
    return by_uid(instrument, values)


def staff_payload(instrument, someone, rng):
    values, felt = _ratings(instrument, STAFF, someone, 0, rng)
    values["X1"] = _point(_overall(felt, someone, rng))
    values |= _words(felt, someone, rng, advice="X2", praise="X2")
    return by_uid(instrument, values)


def spot_payload(instrument, someone, rng):
    values, felt = _ratings(instrument, SPOT, someone, LAST_CLOSED, rng)
    values["X1"] = _point(_overall(felt, someone, rng))
    values |= _words(felt, someone, rng, advice="X2", praise="X2")
    return by_uid(instrument, values)


def by_uid(instrument, values):
    return {
        question.uid: values[question.code]
        for question in instrument.questions
        if values.get(question.code) is not None
    }


def _ratings(instrument, table, someone, wave_no, rng):
    """({code: value}, {dimension: what is felt}) of all rated questions."""
    values, felt = {}, {}
    for dimension, _title, questions in table:
        levels = LEVELS[dimension]
        felt[dimension] = (
            levels[min(wave_no, len(levels) - 1)] + someone.mood + someone.views[dimension] + rng.gauss(0, 0.2)
        )
        if dimension == "service" and someone.unit == "CD":
            felt[dimension] += CHENGDU_SERVICE
        for code, _zh, _en, may_not_apply in questions:
            is_na = may_not_apply and rng.random() < NOT_APPLICABLE
            values[code] = "na" if is_na else _point(felt[dimension] + rng.gauss(0, 0.5))
    return values, felt


def _overall(felt, someone, rng):
    total = sum(WEIGHTS[code] for code in felt)
    return sum(WEIGHTS[code] * value for code, value in felt.items()) / total + rng.gauss(0, 0.4) - 0.08


def _point(value):
    return max(1, min(5, round(value)))


def _words(felt, someone, rng, *, advice, praise):
    """Comments fit the scores: advice on what is felt worst, praise of what is felt best."""
    worst, best = min(felt, key=felt.get), max(felt, key=felt.get)
    language = 1 if someone.language == "en" else 0
    found = {}
    if rng.random() < (0.75 if felt[worst] < 2.7 else 0.16):
        found[advice] = rng.choice(COMMENTS[worst][0])[language]
    elif rng.random() < 0.14:
        found[praise] = rng.choice(COMMENTS[best][1])[language]
    return found
