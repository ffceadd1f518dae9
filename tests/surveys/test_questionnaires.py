"""QST-01, 02, 10–19."""

import copy

import pytest
from django.db import DatabaseError, connections

from core.workflow import InvalidTransition
from surveys.choices import ChangeClass, VersionState
from surveys.errors import NotReady
from surveys.instrument_review import changes, classify, problems
from surveys.models import Question, QuestionnaireVersion
from surveys.selectors.questionnaires import instrument_of
from surveys.services import questionnaires, waves
from tests.factories import surveys as make


def edited(change):
    old = make.definition()
    new = copy.deepcopy(old)
    change(new["sections"])
    return old, new


def test_a_complete_definition_has_no_problems():
    assert problems(make.definition()) == []


def test_missing_translation_is_named_by_its_place():
    definition = make.definition()
    definition["sections"][0]["questions"][1]["points"] = copy.deepcopy(
        definition["sections"][0]["questions"][1]["points"]
    )
    definition["sections"][0]["questions"][1]["points"][2]["label"]["en"] = " "
    (problem,) = problems(definition)
    assert problem.path == ("sections", 0, "questions", 1, "points", 2, "label", "en")
    assert "Q2" in problem.place and "3" in problem.place


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda s: None, ChangeClass.NONE),
        (lambda s: s[0]["questions"][0]["title"].update(en="Other words"), ChangeClass.WORDING),
        (lambda s: s[0]["questions"].reverse(), ChangeClass.NONE),
        (lambda s: s[1]["questions"].append(make.rating("Q20")), ChangeClass.ADDITIVE),
        (
            lambda s: s[2]["questions"][1]["options"].append({"code": 9, "label": make.both("Other")}),
            ChangeClass.ADDITIVE,
        ),
        (lambda s: s[2]["questions"][1]["options"].pop(), ChangeClass.BREAKING),
        (lambda s: s[0]["questions"].pop(), ChangeClass.BREAKING),
        (lambda s: s[0]["questions"][0].update(points=make.LIBRARY["S4"][3]), ChangeClass.BREAKING),
        (lambda s: s[0]["questions"][0].update(dimension="trainer"), ChangeClass.BREAKING),
    ],
)
def test_edit_class(change, expected):
    assert classify(*edited(change)) == expected


def test_changes_come_gravest_first():
    old, new = edited(lambda s: (s[0]["questions"].pop(), s[1]["questions"].append(make.rating("Q20"))))
    assert [change.change_class for change in changes(old, new)] == [
        ChangeClass.BREAKING,
        ChangeClass.ADDITIVE,
    ]


@pytest.mark.django_db
def test_designer_cannot_publish_even_as_second_hand():
    designer, helper, publisher = make.person(), make.person(), make.person()
    version = questionnaires.create(
        code="X", name_zh="问卷", name_en="X", unit=make.unit(), by=designer, definition=make.definition()
    ).draft
    questionnaires.edit_draft(version, definition=version.definition, by=helper, note="looked at it")
    for person in (designer, helper):
        with pytest.raises(InvalidTransition):
            questionnaires.publish(version, by=person)
    questionnaires.publish(version, by=publisher)
    assert version.state == VersionState.PUBLISHED
    assert Question.objects.filter(questionnaire_version=version).count() == 10


@pytest.mark.django_db
def test_publishing_is_refused_with_the_exact_place():
    definition = make.definition()
    definition["sections"][2]["questions"][1]["options"][1]["label"] = {"zh": "内训", "en": ""}
    made = questionnaires.create(
        code="X", name_zh="问卷", name_en="X", unit=make.unit(), by=make.person(), definition=definition
    )
    with pytest.raises(NotReady) as caught:
        questionnaires.publish(made.draft, by=make.person())
    (problem,) = caught.value.problems
    assert problem.path == ("sections", 2, "questions", 1, "options", 1, "label", "en")
    assert made.draft.state == VersionState.DRAFT


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
@pytest.mark.parametrize("role", ["default", "owner"])
def test_published_version_is_frozen_for_raw_sql(role):
    version = make.published()
    for statement in (
        "UPDATE surveys_questionnaireversion SET definition = '{}' WHERE id = %s",
        "UPDATE surveys_questionnaireversion SET change_note = 'x' WHERE id = %s",
        "DELETE FROM surveys_questionnaireversion WHERE id = %s",
        "UPDATE surveys_question SET title_zh = 'x' WHERE questionnaire_version_id = %s",
    ):
        with (
            pytest.raises(DatabaseError, match=r"frozen|insert-only|denied"),
            connections[role].cursor() as cursor,
        ):
            cursor.execute(statement, [version.pk])
    version.refresh_from_db()
    assert (version.change_note, version.definition != {}) == ("", True)


@pytest.mark.django_db
def test_edit_after_publishing_is_refused_and_new_version_starts_as_copy():
    version = make.published()
    with pytest.raises(InvalidTransition):
        questionnaires.edit_draft(version, definition={}, by=version.author)
    draft = questionnaires.new_version(version.questionnaire, by=make.person())
    assert (draft.no, draft.definition, draft.change_class) == (2, version.definition, ChangeClass.NONE)
    assert questionnaires.new_version(version.questionnaire, by=make.person()) == draft


@pytest.mark.django_db
def test_a_question_whose_scale_changed_gets_a_new_identity():
    version = make.published()
    draft = questionnaires.new_version(version.questionnaire, by=make.person())
    changed = copy.deepcopy(draft.definition)
    item = changed["sections"][0]["questions"][0]
    uid, item["points"] = item["uid"], make.LIBRARY["S4"][3]
    questionnaires.edit_draft(draft, definition=changed, by=draft.author)
    questions = draft.definition["sections"][0]["questions"]
    assert questions[0]["uid"] != uid
    assert questions[1] == version.definition["sections"][0]["questions"][1]
    assert draft.change_class == ChangeClass.BREAKING


@pytest.mark.django_db
def test_missing_codes_and_identities_are_given():
    definition = {
        "title": make.both("X"),
        "sections": [
            {
                "title": make.both("S"),
                "questions": [
                    {"kind": "text", "title": make.both("a")},
                    {"kind": "text", "code": "Q1", "title": make.both("b")},
                ],
            }
        ],
    }
    made = questionnaires.create(
        code="X", name_zh="问卷", name_en="X", unit=make.unit(), by=make.person(), definition=definition
    )
    part = made.draft.definition["sections"][0]
    assert (part["code"], [item["code"] for item in part["questions"]]) == ("S1", ["Q2", "Q1"])
    assert len({item["uid"] for item in part["questions"]}) == 2
    assert "code" not in definition["sections"][0]


@pytest.mark.django_db
def test_published_instrument_costs_no_query_after_the_first(django_assert_num_queries):
    version = QuestionnaireVersion.objects.defer("definition").get(pk=make.published().pk)
    instrument = instrument_of(version)
    with django_assert_num_queries(0):
        assert instrument_of(version) is instrument
    assert {question.id for question in instrument.questions} == set(
        Question.objects.filter(questionnaire_version=version).values_list("pk", flat=True)
    )


@pytest.mark.django_db
def test_retired_version_cannot_be_scheduled():
    version = make.published()
    make.contacts(1)
    questionnaires.retire(version, by=make.person(), reason="Replaced")
    wave = make.wave(version)
    with pytest.raises(NotReady):
        waves.schedule(wave, by=wave.owner)
