"""The indicator system and the bank of questions: identity that reaches over questionnaires (QST-09, 10, 28)."""

from datetime import date

import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError
from django.urls import reverse
from django.utils import timezone

from accounts.choices import Role
from core.workflow import InvalidTransition
from surveys.errors import NotReady
from surveys.models import BankQuestion, Indicator, QuestionnaireVersion
from surveys.selectors import bank as selector
from surveys.selectors import results
from surveys.services import answering, bank, indicators, questionnaires, waves
from tests.factories.accounts import person
from tests.surveys.asking import open_wave, published, question, rating, staff, words

pytestmark = pytest.mark.django_db
TITLE = words("讲师讲解清楚吗？", "Was the trainer clear?")


def clear(**more):
    return rating("clear", *TITLE.values()) | more


def upside_down(item):
    return {**item, "points": [{**point, "score5": 6 - point["score5"]} for point in item["points"]]}


def a_dimension(code="trainer", **fields):
    named = {"name_zh": "讲师", "name_en": "Trainer", "meaning_zh": "讲得怎样", "meaning_en": "How it was taught"}
    return indicators.create(code=code, since=date(2026, 1, 1), by=staff()[0], **named | fields)


def in_bank(item=None, code="TRAINER-CLEAR", **options):
    return bank.create(code=code, item=item or clear(), by=staff()[0], **options)


def asking(*items, section="course"):
    return {"title": words("问卷", "Form"), "intro": None, "sections": [
        {"code": section, "title": words("课程", "Course"), "questions": list(items)}]}  # fmt: skip


def draft_of(definition=None, code="D1"):
    designer, _publisher, unit = staff()
    definition = definition or asking(rating("other", "别的", "Another"))
    return questionnaires.create(
        code=code, name_zh=code, name_en=code, unit=unit, by=designer, definition=definition
    ).draft


def answered(definition, code, scores, uid):
    """A closed wave of its own questionnaire that got ``scores`` on the question ``uid``."""
    wave = open_wave(definition, invited=len(scores), questionnaire=code)
    for invitation, score in zip(wave.invitations.order_by("pk"), scores, strict=True):
        answering.submit(payload={uid: score}, invitation=invitation, language="zh-hans")
    return waves.close(wave, by=staff()[0])


# The bank --------------------------------------------------------------------------------------------


def test_a_question_keeps_its_code_and_identity_and_gets_wordings():
    shared = in_bank(uid="clear")
    item = shared.wordings.get().item
    assert item["title"] == TITLE and {"uid", "code"}.isdisjoint(item)
    bank.reword(
        shared,
        item={**item, "title": words("讲师讲得明白吗？", "Did the trainer explain well?")},
        note="更口语",
        by=staff()[1],
    )
    assert [row.no for row in shared.wordings.all()] == [1, 2]
    assert bank.reword(shared, item=shared.wordings.last().item, by=staff()[1]).wordings.count() == 2
    assert shared.transitions.last().kind == "reworded"


@pytest.mark.parametrize("change", [upside_down, lambda item: question("clear", "yes_no", TITLE)])
def test_what_no_longer_compares_is_no_new_wording(change):
    shared = in_bank()
    with pytest.raises(InvalidTransition):
        bank.reword(shared, item=change(clear()), by=staff()[0])
    assert shared.wordings.count() == 1


def test_what_belongs_to_one_questionnaire_stays_out():
    with pytest.raises(InvalidTransition):
        in_bank(clear(**{"title": words("您选了{Q1}", "You chose {Q1}")}))
    with pytest.raises(InvalidTransition):
        in_bank({"kind": "matrix", "title": TITLE, "items": []})
    with pytest.raises(NotReady):
        in_bank(clear(**{"title": words("只有中文", "")}))


def test_a_change_in_the_bank_leaves_published_versions_alone():
    shared = in_bank()
    draft = draft_of(asking(rating("other", "别的", "Another")))
    bank.add_to(draft, 0, [shared], by=staff()[0])
    version = questionnaires.publish(draft, by=staff()[1])
    before = (version.definition, version.sha256)
    bank.reword(shared, item=clear(**{"title": words("新", "New")}), by=staff()[0])
    version = QuestionnaireVersion.objects.get(pk=version.pk)
    assert (version.definition, version.sha256) == before == (version.definition, questionnaires.fingerprint(before[0]))
    (use,) = selector.uses(shared)
    assert (use.version, use.wording, use.code) == (version, 1, "Q1")


def test_a_draft_takes_a_question_once_and_none_that_is_retired():
    shared, other = in_bank(), in_bank(code="OTHER")
    draft = draft_of()
    bank.add_to(draft, 0, [shared], by=staff()[0])
    assert draft.definition["sections"][0]["questions"][1]["uid"] == shared.uid
    assert list(selector.addable(draft)) == [other]
    with pytest.raises(InvalidTransition):
        bank.add_to(draft, 0, [shared], by=staff()[0])
    bank.retire(other, by=staff()[0], reason="重复")
    assert list(selector.addable(draft)) == []
    with pytest.raises(InvalidTransition):
        bank.add_to(draft, 0, [other], by=staff()[0])
    bank.restore(other, by=staff()[0])
    assert list(selector.addable(draft)) == [other]


def test_a_draft_that_asks_something_else_leaves_the_bank():
    """Another scale in the editor: from then on it is a question of its own, and nothing is compared by mistake."""
    shared, draft = in_bank(), draft_of()
    bank.add_to(draft, 0, [shared], by=staff()[0])
    item = draft.definition["sections"][0]["questions"][1]
    reworded = {
        **draft.definition,
        "sections": [
            {**draft.definition["sections"][0], "questions": [{**item, "title": words("换个说法", "Other words")}]}
        ],
    }
    questionnaires.edit_draft(draft, definition=reworded, by=staff()[0])
    assert selector.uses(shared)[0].wording is None
    otherwise = [upside_down(item)]
    changed = {**draft.definition, "sections": [{**draft.definition["sections"][0], "questions": otherwise}]}
    questionnaires.edit_draft(draft, definition=changed, by=staff()[0])
    assert selector.uses(shared) == []


def test_options_may_be_added_in_the_bank_and_older_drafts_stay_with_it():
    options = [{"code": 1, "label": words("一", "One")}, {"code": 2, "label": words("二", "Two")}]
    item = question("way", "single", words("哪一种？", "Which?"), options=options)
    shared, draft = in_bank(item), draft_of()
    bank.add_to(draft, 0, [shared], by=staff()[0])
    bank.reword(shared, item={**item, "options": [*options, {"code": 3, "label": words("三", "Three")}]}, by=staff()[0])
    questionnaires.edit_draft(draft, definition=draft.definition, by=staff()[0], note="x")
    assert draft.definition["sections"][0]["questions"][1]["uid"] == shared.uid


# Over questionnaires ---------------------------------------------------------------------------------


def test_one_question_in_two_questionnaires_is_one_trend():
    shared = in_bank(uid="clear")
    reader = person(Role.SURVEY_OFFICER, username="reader")
    first = answered(asking(clear()), "Q1", [5, 5, 4, 4, 2], "clear")
    other = clear(**{"title": words("讲师讲得明白吗？", "Did the trainer explain well?")})
    second = answered(asking(other, section="short"), "Q2", [3, 3, 3, 3, 3], "clear")
    few = answered(asking(clear(), section="third"), "Q3", [1, 1], "clear")
    found = selector.readings(reader, selector.of_question(shared))
    assert [row.wave for row in found] == [first, second, few]
    assert [row.scores and (row.scores.n, row.scores.mean.mean) for row in found] == [(5, 4.0), (5, 3.0), None]
    assert [(row.breaks, row.is_reworded) for row in found] == [(False, False), (False, True), (False, True)]
    assert found[0].scores == results.of_wave(first).questions[0].scores


def test_an_indicator_breaks_where_other_questions_measure_it_and_common_ones_go_on():
    top = a_dimension("course")
    below = a_dimension("course-clear", parent=top)
    in_bank(uid="clear", indicator=below)
    useful = rating("useful", "有用吗？", "Useful?", required=False)
    answered(asking(clear(), useful), "Q1", [5, 5, 4, 4, 2], "clear")
    answered(asking(clear(), section="elsewhere"), "Q2", [3, 3, 3, 3, 3], "clear")
    reader = person(Role.SURVEY_OFFICER, username="reader")
    uids = selector.uids_by_indicator()
    found = selector.readings(reader, selector.of_indicator(top, uids[top.pk]))
    assert [row.codes for row in found] == [("clear", "useful"), ("clear",)]
    assert [row.breaks for row in found] == [False, True]
    assert selector.common(found) == {"clear"}
    below_it = selector.readings(reader, selector.of_indicator(below, uids[below.pk]))
    assert [(row.breaks, row.scores.mean.mean) for row in below_it] == [(False, 4.0), (False, 3.0)]
    (branch,) = selector.system(reader, with_results=True)
    assert [(row.code, n, latest.scores.mean.mean) for row, n, latest in branch.rows] == [
        ("course", 1, 3.0), ("course-clear", 1, 3.0)]  # fmt: skip


# The indicator system --------------------------------------------------------------------------------


def test_two_levels_and_retired_from_below():
    top = a_dimension()
    below = a_dimension("trainer-clear", parent=top)
    with pytest.raises(InvalidTransition):
        a_dimension("deeper", parent=below)
    with pytest.raises(InvalidTransition):
        indicators.retire(top, by=staff()[0], reason="不再用")
    indicators.retire(below, by=staff()[0], reason="不再用")
    indicators.retire(top, by=staff()[0], reason="不再用")
    with pytest.raises(InvalidTransition):
        indicators.restore(below, by=staff()[0])
    with pytest.raises(InvalidTransition):
        indicators.edit(top, by=staff()[0], name_zh="新")
    indicators.restore(top, by=staff()[0])
    assert indicators.edit(top, by=staff()[0], name_zh="新").name_zh == "新"


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE surveys_bankwording SET note = 'x'", "DELETE FROM surveys_bankwording", "DELETE FROM surveys_indicator",
        "UPDATE surveys_bankquestion SET uid = 'other'", "UPDATE surveys_bankquestion SET kind = 'text'",
        "UPDATE surveys_indicator SET code = 'other'", "DELETE FROM surveys_bankquestion",
    ],
)  # fmt: skip
def test_the_database_refuses_what_would_break_comparison(sql):
    in_bank(indicator=a_dimension())
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


# Pages -----------------------------------------------------------------------------------------------


@pytest.fixture
def officer(client):
    found = person(Role.SURVEY_OFFICER, username="officer1")
    client.force_login(found)
    return found


def put(client, name, *args, **data):
    return client.post(reverse(f"surveys:{name}", args=args), data)


QUESTION = {
    "version": 0, "code": "NEW-1", "kind": "rating", "title_zh": "满意吗？", "title_en": "Satisfied?", "scale": "B", "required": "on",
}  # fmt: skip


def test_dimension_and_question_are_written_on_their_pages(client, officer):
    answer = put(client, "indicator_create", version=0, code="trainer", name_zh="讲师", name_en="Trainer", meaning_zh="讲得怎样",
                 meaning_en="How it was taught", since="2026-01-01", position=1)  # fmt: skip
    top = Indicator.objects.get(code="trainer")
    assert answer.url == top.get_absolute_url()
    again = put(client, "indicator_create", version=0, code="TRAINER", name_zh="讲师", name_en="Trainer")
    assert set(again.context["form"].errors) == {"code", "meaning_zh", "meaning_en", "since", "position"}
    put(client, "bank_create", **QUESTION, indicator=top.pk)
    shared = BankQuestion.objects.get()
    assert (shared.code, shared.indicator, shared.wordings.get().item["kind"]) == ("NEW-1", top, "rating")
    page = client.get(reverse("surveys:bank_list"), {"q": "Satisfied", "indicator": top.pk}).content.decode()
    assert (
        "NEW-1" in page and "NEW-1" not in client.get(reverse("surveys:bank_list"), {"q": "nothing"}).content.decode()
    )
    assert top.name_zh in client.get(reverse("surveys:indicator_list")).content.decode()


def test_a_new_wording_on_its_page_and_what_does_not_compare(client, officer):
    shared = in_bank()
    changed = {**QUESTION, "version": shared.version, "title_zh": "讲得明白吗？", "note": "更口语"}
    changed.pop("code")
    refused = put(client, "bank_edit", shared.pk, **changed | {"scale": "C7"})
    assert refused.context["form"].non_field_errors() and refused.context["form"]["title_zh"].value() == "讲得明白吗？"
    put(client, "bank_edit", shared.pk, **changed)
    assert shared.wordings.last().item["title"]["zh"] == "讲得明白吗？" and shared.wordings.last().note == "更口语"
    lost = put(client, "bank_edit", shared.pk, **changed | {"title_zh": "第三种"})
    assert lost.status_code in (302, 409) and shared.wordings.count() == 2


def test_the_editor_takes_from_the_bank_and_puts_into_it(client, officer):
    top = a_dimension("course")
    shared, draft = in_bank(indicator=top), draft_of()
    address = reverse("surveys:take_from_bank", args=[draft.pk, 0])
    page = client.get(address)
    assert page.context["chosen"] == top and list(page.context["offered"]) == [shared]
    nothing = client.post(address, {"version": draft.version})
    assert nothing.context["form"].errors["questions"]
    client.post(address, {"version": draft.version, "questions": [shared.pk]})
    draft.refresh_from_db()
    assert selector.uids_of(draft.definition) == {"other", shared.uid}
    page = client.get(reverse("surveys:version_edit", args=[draft.pk])).content.decode()
    assert shared.get_absolute_url() in page
    put(client, "put_into_bank", draft.pk, 0, 0, code="OTHER-1", indicator=top.pk)
    other = BankQuestion.objects.get(code="OTHER-1")
    assert (other.uid, other.indicator) == ("other", top)
    assert client.get(reverse("surveys:put_into_bank", args=[draft.pk, 0, 0])).url == other.get_absolute_url()


def test_a_section_takes_code_and_name_from_the_system(client, officer):
    top, draft = a_dimension(), draft_of()
    wrong = put(client, "section_create", draft.pk, version=draft.version, indicator=top.pk, code="other")
    assert wrong.context["form"].errors["code"]
    put(client, "section_create", draft.pk, version=draft.version, indicator=top.pk)
    draft.refresh_from_db()
    part = draft.definition["sections"][1]
    assert (part["code"], part["title"]) == ("trainer", {"zh": "讲师", "en": "Trainer"})
    missing = put(client, "section_create", draft.pk, version=draft.version)
    assert set(missing.context["form"].errors) == {"code", "title_zh", "title_en"}


def test_pages_show_uses_and_results_to_those_who_may(client, officer):
    top = a_dimension("course")
    shared = in_bank(uid="clear", indicator=top)
    wave = answered(asking(clear()), "Q1", [5, 5, 4, 4, 2], "clear")
    answered(asking(clear()), "Q2", [3, 3, 3, 3, 3], "clear")
    for row in (top, shared):
        page = client.get(row.get_absolute_url())
        text = page.content.decode()
        assert wave.code in text and "4.00" in text and page.context["trend"] is not None
    (branch,) = client.get(reverse("surveys:indicator_list")).context["branches"]
    assert branch.rows[0][2].scores.mean.mean == 3.0


def test_retired_on_the_page_with_a_reason(client, officer):
    shared = in_bank()
    put(client, "bank_step", shared.pk, "retire", version=shared.version, reason="")
    shared.refresh_from_db()
    assert shared.state == "active"
    put(client, "bank_step", shared.pk, "retire", version=shared.version, reason="重复")
    shared.refresh_from_db()
    assert shared.state == "retired" and client.get(reverse("surveys:bank_edit", args=[shared.pk])).status_code == 403
    put(client, "bank_step", shared.pk, "restore", version=shared.version)
    assert client.get(reverse("surveys:bank_step", args=[shared.pk, "delete"])).status_code == 404


def test_the_lists_ask_as_often_for_three_rows_as_for_one(client, officer, django_assert_num_queries):
    from django.test.utils import CaptureQueriesContext

    top, taken = a_dimension("course"), []
    for number in range(3):
        in_bank(code=f"C{number}", uid=f"u{number}", indicator=top)
        a_dimension(f"below-{number}", parent=top)
        if number in (0, 2):
            for name in ("bank_list", "indicator_list"):
                client.get(reverse(f"surveys:{name}"))
                with CaptureQueriesContext(connection) as caught:
                    client.get(reverse(f"surveys:{name}"))
                taken.append(len(caught))
    assert taken[:2] == taken[2:]


def test_the_review_before_publishing_is_kept(client):
    """QST-28: the second person says what was checked."""
    draft = draft_of(asking(clear()))
    client.force_login(person(Role.SURVEY_OFFICER, username="reviewer"))
    put(client, "version_publish", draft.pk, version=draft.version, reason="两种语言都读过，手机上试过。")
    draft.refresh_from_db()
    assert draft.state == "published" and draft.transitions.last().comment == "两种语言都读过，手机上试过。"
    assert published(asking(clear()), code="Q9").published_at <= timezone.now()
