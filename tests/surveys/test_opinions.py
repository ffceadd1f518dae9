"""Comments: what their words hint at, classed by people, followed up by whoever is responsible (ANA-05, 06, QST-26, IMP-07)."""

import pytest
from django.urls import reverse

from accounts.choices import Role
from customers.choices import FollowUpReason
from customers.models import FollowUp
from customers.services import projects
from surveys import tasks
from surveys.choices import Direction, Theme
from surveys.models import AnswerText, LowAnswer, Opinion, Wave
from surveys.opinions import hint
from surveys.selectors import opinions as selector
from surveys.services import answering, opinions
from tests.factories import customers as customers_make
from tests.factories import surveys as make
from tests.surveys.asking import one_section, open_wave

D, T = Direction, Theme
GOOD = {"r0": "5", "r1": "5", "r2": "4"}
SAID = [
    ("总体不满意，等了一个小时", D.PROBLEM, T.SPEED),
    ("不太及时", D.PROBLEM, T.SPEED),
    ("态度不好", D.PROBLEM, T.ATTITUDE),
    ("证书没有及时寄到", D.PROBLEM, T.SPEED),
    ("空调太冷", D.PROBLEM, T.PLACE),
    ("发票开错了两次", D.PROBLEM, T.PRICE),
    ("没有不满意的地方", D.PRAISE, ""),
    ("教材没有错误", D.PRAISE, T.CONTENT),
    ("服务不错", D.PRAISE, ""),
    ("没有问题", D.PRAISE, ""),
    ("讲师很耐心，讲得清楚", D.PRAISE, T.ATTITUDE),
    ("希望多安排练习", D.SUGGESTION, T.CONTENT),
    ("建议教材提前三天寄到。", D.SUGGESTION, T.CONTENT),
    ("讲得好，希望增加案例", D.SUGGESTION, T.CONTENT),
    ("not satisfied with the answer", D.PROBLEM, T.SOLVING),
    ("The course isn’t very useful", D.PROBLEM, T.CONTENT),
    ("No complaints at all", D.PRAISE, ""),
    ("Could you add more examples?", D.SUGGESTION, ""),
    ("Trainer was clear and helpful", D.PRAISE, T.CONTENT),
    ("我是从同事那里知道的", D.OTHER, ""),
    ("无", D.NOTHING, ""),
    ("没有。", D.NOTHING, ""),
    ("N/A", D.NOTHING, ""),
    ("", D.NOTHING, ""),
]  # fmt: skip


@pytest.mark.parametrize(("text", "direction", "theme"), SAID)
def test_what_the_words_hint_at(text, direction, theme):
    found = hint(text)
    assert (found.direction, found.theme) == (direction, theme)


@pytest.mark.parametrize(("asked", "direction"), [("哪些地方最需要改进？", D.PROBLEM), ("哪些地方做得好？", D.PRAISE),
                                                 ("您还有什么意见或建议？", D.OTHER), ("What should we improve?", D.PROBLEM)])  # fmt: skip
def test_the_question_decides_where_no_word_does(asked, direction):
    assert hint("临时换教室没有人带路。", asked=asked).direction == direction
    assert hint("服务不错", asked=asked).direction == D.PRAISE


def test_the_words_that_hint_are_named():
    assert hint("讲师讲得好，但教室太吵").words == ("吵", "好")


# With answers ------------------------------------------------------------------------------------------


def answered(wave, texts):
    for invitation, text in zip(wave.invitations.order_by("pk"), texts, strict=True):
        answering.submit(payload=GOOD | {"idea": text}, invitation=invitation)


@pytest.fixture
def wave(db):
    wave = open_wave(one_section(), invited=10)
    Wave.objects.filter(pk=wave.pk).update(follows_opinions=True)
    wave.refresh_from_db()
    return wave


TEXTS = [
    "空调太冷",
    "教室太吵",
    "希望多安排练习",
    "讲师很耐心",
    "无",
    "服务不错",
    "发票开错了",
    "好",
    "建议增加案例",
    "谢谢",
]


def test_each_comment_that_wants_an_answer_is_followed_up_once(wave):
    answered(wave, TEXTS)
    assert FollowUp.objects.count() == 5
    assert set(FollowUp.objects.values_list("detail", flat=True)) == {
        "空调太冷",
        "教室太吵",
        "希望多安排练习",
        "发票开错了",
        "建议增加案例",
    }
    assert set(FollowUp.objects.values_list("reason", flat=True)) == {FollowUpReason.OPINION}
    first = FollowUp.objects.get(detail="空调太冷")
    assert (first.title, first.title_en) == (f"{wave.code} 的意见：空调太冷", f"Opinion in {wave.code}: 空调太冷")
    for _run in range(2):
        tasks.follow_opinions()
    assert FollowUp.objects.count() == 5


def test_the_manager_of_the_running_project_owes_the_call(wave):
    manager = make.person(Role.DEPARTMENT_USER)
    invitation = wave.invitations.first()
    project = customers_make.make_project(invitation.customer, by=manager, manager=manager)
    projects.begin(project, by=manager)
    answering.submit(payload=GOOD | {"idea": "空调太冷"}, invitation=invitation)
    assert FollowUp.objects.get().owner == manager


def test_a_low_answer_with_words_is_one_follow_up(wave):
    answering.submit(payload=GOOD | {"r0": "1", "idea": "空调太冷"}, invitation=wave.invitations.first())
    assert FollowUp.objects.get().reason == FollowUpReason.LOW_ANSWER
    tasks.follow_opinions()
    assert (FollowUp.objects.count(), LowAnswer.objects.count()) == (1, 1)


def test_what_a_crash_left_out_is_made_up(wave, monkeypatch):
    with monkeypatch.context() as patched:
        patched.setattr(opinions, "follow_up", lambda *_args: 1 / 0)
        answered(wave, TEXTS)
    assert (FollowUp.objects.count(), AnswerText.objects.count()) == (0, 10)
    assert tasks.follow_opinions() == {"done": 5, "failed": 0}
    assert tasks.follow_opinions() == {"done": 0, "failed": 0}


def test_a_wave_that_does_not_ask_for_it_opens_nothing(wave):
    Wave.objects.update(follows_opinions=False)
    answered(Wave.objects.get(), TEXTS)
    tasks.follow_opinions()
    assert FollowUp.objects.count() == 0


def test_the_table_counts_each_comment_once(wave):
    answered(wave, TEXTS)
    rows = selector.comments(wave)
    lines, total = selector.table(rows)
    assert dict(zip(Direction.values, total.counts, strict=True)) == {
        "praise": 4, "problem": 3, "suggestion": 2, "other": 0, "nothing": 1,
    }  # fmt: skip
    assert sum(line.total for line in lines) == total.total == 10
    assert {line.theme: line.total for line in lines}[T.PLACE] == 2


def test_comments_of_few_are_hidden(wave):
    for invitation in wave.invitations.order_by("pk")[:9]:
        answering.submit(payload=GOOD | {"idea": "空调太冷"}, invitation=invitation)
    assert selector.comments(wave) is None


def test_people_decide_and_what_they_decided_stays(client, wave):
    answered(wave, TEXTS)
    officer = make.person(Role.SURVEY_OFFICER)
    client.force_login(officer)
    page = reverse("surveys:wave_opinions", args=[wave.pk])
    assert "空调太冷" in client.get(page + "?direction=problem").content.decode()
    assert "空调太冷" not in client.get(page + "?direction=praise").content.decode()
    text = AnswerText.objects.get(body="好")
    posted = {"comment": [str(text.pk)], f"direction_{text.pk}": "other", f"theme_{text.pk}": "content"}
    client.post(page, posted)
    found = Opinion.objects.get()
    assert (found.direction, found.theme, found.by) == (D.OTHER, T.CONTENT, officer)
    client.post(page, posted | {f"direction_{text.pk}": "praise"})
    assert Opinion.objects.get().direction == D.PRAISE
    assert [row.is_decided for row in selector.comments(wave) if row.body == "好"] == [True]
    assert wave.transitions.filter(kind="opinions_classed").count() == 2


def test_what_a_person_calls_a_problem_is_followed_up_and_what_they_call_nothing_is_not_made_up(
    client, wave, monkeypatch
):
    with monkeypatch.context() as patched:
        patched.setattr(opinions, "follow_up", lambda *_args: 1 / 0)
        answered(wave, TEXTS)
    officer = make.person(Role.SURVEY_OFFICER)
    praised, cold = (str(AnswerText.objects.get(body=body).pk) for body in ("服务不错", "空调太冷"))
    opinions.classify(wave, {praised: (D.PROBLEM, ""), cold: (D.NOTHING, "")}, by=officer)
    assert FollowUp.objects.get().detail == "服务不错"
    tasks.follow_opinions()
    assert "空调太冷" not in FollowUp.objects.values_list("detail", flat=True)


def test_an_older_page_does_not_undo_what_somebody_decided_meanwhile(client, wave):
    answered(wave, TEXTS)
    first, second = make.person(Role.SURVEY_OFFICER), make.person(Role.SURVEY_OFFICER)
    text = AnswerText.objects.get(body="好")
    opinions.classify(wave, {str(text.pk): (D.OTHER, "")}, by=first)
    client.force_login(second)
    client.post(reverse("surveys:wave_opinions", args=[wave.pk]), {
        "comment": [str(text.pk)], f"direction_{text.pk}": "other", f"theme_{text.pk}": "", f"was_{text.pk}": "other::True",
    })  # fmt: skip
    assert Opinion.objects.get().by == first


@pytest.mark.parametrize("forged", [{"direction": "nonsense"}, {"theme": "nonsense"}])
def test_a_forged_class_is_not_stored(client, wave, forged):
    answered(wave, TEXTS)
    client.force_login(make.person(Role.SURVEY_OFFICER))
    text = AnswerText.objects.first()
    given = {"direction": "praise", "theme": ""} | forged
    client.post(reverse("surveys:wave_opinions", args=[wave.pk]),
                {"comment": [str(text.pk)], **{f"{name}_{text.pk}": value for name, value in given.items()}})  # fmt: skip
    assert not Opinion.objects.exists()


def test_a_comment_of_another_wave_is_not_classed_here(client, wave):
    other = open_wave(one_section(), invited=1, questionnaire="Q2")
    answering.submit(payload=GOOD | {"idea": "外人"}, invitation=other.invitations.get())
    answered(wave, TEXTS)
    client.force_login(make.person(Role.SURVEY_OFFICER))
    text = AnswerText.objects.get(body="外人")
    client.post(reverse("surveys:wave_opinions", args=[wave.pk]),
                {"comment": [str(text.pk)], f"direction_{text.pk}": "praise", f"theme_{text.pk}": ""})  # fmt: skip
    assert not Opinion.objects.exists()


def test_who_only_reads_results_does_not_class(client, wave):
    answered(wave, TEXTS)
    client.force_login(make.person(Role.EXECUTIVE))
    page = reverse("surveys:wave_opinions", args=[wave.pk])
    text = AnswerText.objects.first()
    assert client.get(page).status_code == 200
    assert client.post(page, {"comment": [str(text.pk)], f"direction_{text.pk}": "praise"}).status_code == 403
    assert not Opinion.objects.exists()
