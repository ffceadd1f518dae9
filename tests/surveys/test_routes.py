"""Branches, repeated answers, matrix, ranking, number and date (QST-01, 24)."""

import copy
from decimal import Decimal

import pytest
from django.utils import translation

from core.charts import svg
from surveys import outline
from surveys.choices import ChangeClass
from surveys.forms.questionnaires import QuestionForm
from surveys.instrument import parse
from surveys.instrument_review import changes, problems, with_new_identities
from surveys.models import Answer, AnswerText, Question, Response
from surveys.public.sheets import Sheet, resume_at, sections_of, transcript
from surveys.replies import check, rows
from surveys.selectors import charts, results
from surveys.selectors.frozen import thaw
from surveys.services import answering, questionnaires
from surveys.services.snapshots import as_json
from surveys.wording import words_of
from tests.surveys.asking import links_of, open_wave, published, staff, words
from tests.surveys.routes import branched

PLEASED = {"all": "5", "came": "1", "clear": "5", "kind": "4", "effort": "6"}
SORRY = {"all": "2", "came": "2", "wait": "15", "order": ["4", "1"], "since": "2026-03-15", "cost": "12.50"}


@pytest.fixture
def instrument(db):
    return parse(branched())


def test_a_complete_answer_keeps_to_its_route(instrument):
    assert check(instrument, PLEASED) == ({"all": 5, "came": 1, "clear": 5, "kind": 4, "effort": 6}, {})
    values, errors = check(instrument, SORRY | {"clear": "1", "effort": "1"})
    assert errors == {} and "clear" not in values and "effort" not in values
    assert values == {"all": 2, "came": 2, "wait": 15, "order": [4, 1], "since": "2026-03-15", "cost": "12.50"}


def test_required_questions_are_owed_on_the_route_alone(instrument):
    assert check(instrument, {"all": "5", "came": "1"})[1].keys() == {"clear", "kind", "effort"}
    assert check(instrument, {"all": "1", "came": "2"})[1].keys() == {"wait", "order"}
    assert check(instrument, {"all": "1", "came": "2"}, complete=False)[1] == {}


def test_a_forged_writing_of_an_answer_takes_no_other_route(instrument):
    assert check(instrument, {"all": "05", "came": "1"})[1].keys() == {"clear", "kind", "effort"}


def test_a_question_that_is_off_the_route_leads_nowhere(db):
    definition = branched()
    definition["sections"][3]["questions"][1]["show_if"] = {"clear": [5]}
    instrument = parse(definition)
    values, _errors = check(
        instrument, PLEASED | {"all": "3", "order": ["1", "2"], "idea": "typed before turning back"}
    )
    assert "idea" not in values


@pytest.mark.parametrize(
    ("uid", "value", "stored"),
    [("order", ["3", "1"], [3, 1]), ("wait", " 1,5 ", 15), ("wait", "６", 6), ("cost", "3", "3.00"),
     ("since", "2026-02-28", "2026-02-28"), ("cost", "0.5", "0.50")],
)  # fmt: skip
def test_accepted(instrument, uid, value, stored):
    assert check(instrument, {uid: value}, complete=False) == ({uid: stored}, {})


@pytest.mark.parametrize(
    ("uid", "value", "said"),
    [("order", ["3"], "2 places"), ("order", ["3", "3"], "“Place” stands on two places"), ("order", ["1", "2", "3"], "2 places"),
     ("order", ["1", "9"], "Select an answer"), ("wait", "soon", "write a number"), ("wait", "601", "between 0 and 600"),
     ("wait", "-1", "between 0 and 600"), ("wait", "1.5", "at most 0 decimal places"), ("cost", "0.123", "at most 2"),
     ("cost", "1e99", "write a number"), ("cost", "NaN", "write a number"), ("since", "31.02.2026", "like 2026-03-15"),
     ("since", "2026-02-30", "like 2026-03-15"), ("clear", "6", "Select an answer")],
)  # fmt: skip
def test_refused_by_the_name_of_the_question(instrument, uid, value, said):
    with translation.override("en"):
        values, errors = check(instrument, {uid: value}, complete=False)
        assert values == {} and said in errors[uid] and instrument.by_uid[uid].title in errors[uid]


def test_rows_of_the_new_kinds(instrument):
    ids = {uid: number for number, uid in enumerate(instrument.by_uid, 1)}
    numbered = parse(branched(), ids=ids)
    found, texts = rows(numbered, check(numbered, SORRY)[0])
    ranked = [(row.slot, row.option) for row in found if row.question == ids["order"]]
    assert ranked == [(0, 4), (1, 1)]
    amounts = {row.question: row.amount for row in found if row.amount is not None}
    assert amounts == {ids["wait"]: Decimal(15), ids["cost"]: Decimal("12.50")}
    assert texts == [(ids["since"], "2026-03-15")]


# The way through the pages ---------------------------------------------------------------------------


def test_pages_follow_the_route(instrument):
    assert sections_of(instrument, {}) == [0, 3]
    assert sections_of(instrument, {"all": "4"}) == [0, 1, 3]
    assert sections_of(instrument, {"all": "1"}) == [0, 2, 3]
    sheet = Sheet(instrument, 0, {"all": "1"})
    assert (sheet.next_index, sheet.previous_index, sheet.step, sheet.is_last) == (2, None, (1, 3), False)
    assert Sheet(instrument, 3, {"all": "1"}).is_last
    assert resume_at(instrument, {"all": 5, "came": 1}) == 1
    assert resume_at(instrument, {"all": 5, "came": 2}) == 0  # the wait is still owed


def test_a_page_shows_what_its_own_answers_may_lead_to(instrument):
    html = Sheet(instrument, 0, {"came": 1}).questions
    assert 'data-if="q_came=2"' in html and 'name="q_wait"' in html
    elsewhere = branched()
    elsewhere["sections"][3]["questions"][1]["show_if"] = {"came": [2]}
    shown = {uid: 'name="q_idea"' in Sheet(parse(elsewhere), 3, {"came": uid}).questions for uid in (1, 2)}
    assert shown == {1: False, 2: True}


def test_a_title_repeats_an_earlier_answer(instrument):
    with translation.override("en"):
        assert "You chose Trainer" in Sheet(instrument, 2, {"all": 1, "came": 2}).questions
        assert instrument.by_uid["order"].title == "What first? You chose –"


def test_answers_in_words(instrument):
    with translation.override("en"):
        said = {uid: words_of(instrument.by_uid[uid], value) for uid, value in check(instrument, SORRY)[0].items()}
    assert said["order"] == "1. Price / 2. Content"
    assert (said["wait"], said["cost"]) == ("15 min", "12.50")
    assert "2026" in said["since"]
    assert "讲得清楚" not in transcript(instrument, SORRY | {"clear": 5})


def test_rows_of_a_matrix_say_what_they_belong_to(instrument):
    assert instrument.by_uid["clear"].titles == {"zh": "讲师怎么样？：讲得清楚", "en": "How was the trainer?: Clear"}
    html = Sheet(instrument, 1, {"all": 5}).questions
    assert html.count('<section class="matrix"') == 1 and html.count("讲师怎么样？") == 2
    assert "4.讲得清楚" in html and "5.有耐心" in html


@pytest.mark.django_db
def test_the_whole_way_by_link(client):
    wave = open_wave(branched())
    (link,) = links_of(wave)
    page = client.get(link + "?part=2")  # not on the way yet
    assert 'name="q_all"' in page.content.decode()

    def post(part, **fields):
        from tests.surveys.test_public_pages import hidden

        return client.post(link, hidden(client.get(f"{link}?part={part}")) | fields, follow=True)

    page = post(1, q_all="2", q_came="2", q_wait="15")
    assert "您选了讲师" in page.content.decode() and "2 / 3" in page.content.decode()
    page = post(3, q_order=["4", "4"])
    assert page.status_code == 422 and "“价格”" in page.content.decode()
    post(3, q_order=["4", "1"], q_since="2026-03-15")
    page = post(4, q_cost="12.5")
    response = Response.objects.get()
    assert response.receipt in page.content.decode()
    assert response.raw == {"all": 2, "came": 2, "wait": 15, "order": [4, 1], "since": "2026-03-15", "cost": "12.50"}
    assert AnswerText.objects.get().body == "2026-03-15"
    assert set(Answer.objects.filter(amount__isnull=False).values_list("amount", flat=True)) == {15, Decimal("12.5")}


# Figures -----------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_figures_of_ranking_number_and_effort():
    wave = open_wave(branched(), invited=0)
    for place, minutes in ((["4", "1"], 10), (["4", "2"], 20), (["1", "4"], 30), (["4", "1"], 40), (["2", "4"], 50)):
        answer(wave, {"all": "2", "came": "2", "wait": minutes, "order": place})
    for effort in (7, 6, 5, 4, 1):
        answer(wave, PLEASED | {"effort": effort})
    found = {row.question.uid: row for row in results.of_wave(wave).questions}
    order = found["order"]
    assert order.n == 5 and order.cells == ()
    assert [(row.choice.value, row.first.count, row.placed.count, row.points.mean) for row in order.places] == [
        (4, 3, 5, 1.6), (1, 1, 3, 0.8), (2, 1, 2, 0.6), (3, 0, 0, 0.0)
    ]  # fmt: skip
    wait = found["wait"]
    assert (wait.n, wait.numbers.mean.mean, wait.numbers.quartiles) == (5, 30.0, (20.0, 30.0, 40.0))
    assert (found["effort"].ease.count, found["effort"].ease.n) == (3, 5)
    assert found["clear"].scores.mean.mean == 5.0
    assert found["cost"].is_hidden
    again = thaw(results.WaveResults, as_json(results.of_wave(wave)))
    assert {row.question.uid: row for row in again.questions} == found
    drawn = {uid: charts.question(found[uid]) for uid in ("order", "wait", "came")}
    assert drawn["order"].table[1][0] == ["价格", 60.0, 100.0, 1.6]
    assert drawn["wait"].table[1][0][2:] == [20.0, 30.0, 40.0, 5]
    assert all(svg(chart) for chart in drawn.values())
    scales = charts.distributions(results.of_wave(wave))
    assert [len(chart.data["rows"]) for chart in scales] == [3, 1]
    with translation.override("en"):
        assert "60.0% found it easy" in charts.distributions(results.of_wave(wave))[1].sentence


def answer(wave, payload):
    import uuid

    return answering.submit(wave=wave, payload=payload, submit_key=uuid.uuid4(), language="zh-hans")


# Design ------------------------------------------------------------------------------------------------


def test_a_branched_questionnaire_can_be_published(db):
    version = published(branched())
    found = dict(Question.objects.filter(questionnaire_version=version).values_list("uid", "kind"))
    assert found["clear"] == found["kind"] == "rating" and found["order"] == "ranking" and len(found) == 10


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda s: s[0]["questions"][0].update(show_if={"came": [1]}), "does not come before"),
        (lambda s: s[3].update(show_if={"all": [9]}), "an answer that question all does not have"),
        (lambda s: s[3].update(show_if={"wait": [9]}), "an answer that question wait does not have"),
        (lambda s: s[0]["questions"][2].update(title=words("{came}", "{came}")), "{came} repeats an answer"),
        (lambda s: s[1]["questions"][0]["items"].pop(), "At least two rows"),
        (lambda s: s[1]["questions"][0]["items"][0]["title"].update(en=""), "row 1: the English text"),
        (lambda s: s[1]["questions"][0].update(points=[]), "At least two answers"),
    ],
)
def test_what_is_missing_is_named(db, change, said):
    definition = branched()
    change(definition["sections"])
    with translation.override("en"):
        assert any(said in str(problem) for problem in problems(definition))


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda s: s[1]["questions"][0]["items"].append({"uid": "new", "code": "m3", "title": words("守时", "Punctual")}),
         [ChangeClass.ADDITIVE]),
        (lambda s: s[1]["questions"][0]["title"].update(en="And the trainer?"), [ChangeClass.WORDING] * 2),
        (lambda s: s[1].update(show_if={"all": [5]}), [ChangeClass.BREAKING] * 3),
        (lambda s: s[2]["questions"][0].update(max=3), [ChangeClass.BREAKING]),
        (lambda s: s[0]["questions"][2].update(unit=words("小时", "h")), [ChangeClass.BREAKING]),
    ],
)  # fmt: skip
def test_class_of_an_edit(db, change, expected):
    old, new = branched(), branched()
    change(new["sections"])
    assert [found.change_class for found in changes(old, new)] == expected


def test_conditions_follow_a_new_identity(db):
    old, new = branched(), branched()
    new["sections"][0]["questions"][0]["points"][0]["score5"] = 4.5
    made = parse(with_new_identities(old, new))
    fresh = made.by_code["all"].uid
    assert fresh != "all" and problems(with_new_identities(old, new)) == []
    assert {uid for question in made.questions for uid, _wanted in question.conditions} == {fresh, "came"}
    assert made.by_code["wait"].uid == "wait" and made.by_code["m1"].uid != "clear"


@pytest.mark.django_db
def test_rows_of_a_matrix_keep_their_identity_when_edited():
    before = branched()["sections"][1]["questions"][0]["items"]
    found = outline.read_rows("有耐心 | Patient\n守时 | Punctual\n讲得清楚 | Very clear", before)
    assert [(row.get("uid"), row["title"]["en"]) for row in found] == [
        ("kind", "Patient"), (None, "Punctual"), ("clear", "Very clear")
    ]  # fmt: skip
    assert outline.read_rows(outline.write_rows(before), before) == before
    with pytest.raises(ValueError, match="2"):
        outline.read_rows("有耐心 | Patient\n守时", before)


@pytest.mark.django_db
@pytest.mark.parametrize("place", [(0, 2), (1, 0), (2, 0), (2, 1), (3, 0)])
def test_the_form_gives_back_what_it_was_given(place):
    definition = branched()
    item = definition["sections"][place[0]]["questions"][place[1]]
    before = parse(definition).questions[: 2 if place == (0, 2) else 3]
    initial = QuestionForm.initial_of(item)
    form = QuestionForm({key: "" if value is None else value for key, value in initial.items()} | {"version": 1},
                        item=item, before=before)  # fmt: skip
    assert form.is_valid(), form.errors
    stored = outline.put_question(definition, *place, form.question())["sections"][place[0]]["questions"][place[1]]
    assert {key: stored.get(key) for key in item} == {key: item[key] for key in item}


@pytest.mark.django_db
def test_codes_and_identities_are_given_to_rows():
    definition = copy.deepcopy(branched())
    matrix = definition["sections"][1]["questions"][0]
    matrix["items"] = [{"title": words("甲", "A")}, {"title": words("乙", "B"), "code": "m.1"}]
    designer, _publisher, unit = staff()
    made = questionnaires.create(code="Z", name_zh="Z", name_en="Z", unit=unit, by=designer, definition=definition)
    stored = made.draft.definition["sections"][1]["questions"][0]["items"]
    assert [row["code"] for row in stored] == ["m.2", "m.1"]
    assert len({row["uid"] for row in stored} - {None, ""}) == 2
