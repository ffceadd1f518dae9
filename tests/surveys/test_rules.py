"""Who may do what: the policy of surveys as a table, and its agreement with the workflows."""

import inspect
from importlib import import_module

import pytest

from accounts.choices import Role
from core.permissions import OTHERWISE, allows
from surveys.choices import WaveState
from surveys.models import Finding, QuestionnaireVersion, Wave
from surveys.services import plans, questionnaires, waves
from surveys.workflows import FINDING, PLAN, VERSION, WAVE
from tests.factories import surveys as make

EDGES = [
    (workflow, old, new, step)
    for workflow in (PLAN, VERSION, WAVE, FINDING)
    for old, targets in workflow.table.items()
    for new, step in targets.items()
]


@pytest.mark.parametrize(("workflow", "old", "new", "step"), EDGES)
def test_every_edge_has_its_service_and_its_rule(workflow, old, new, step):
    module, _dot, name = step.service.rpartition(".")
    service = getattr(import_module(f"surveys.services.{module}"), name)
    assert step.rule in OTHERWISE
    parameters = inspect.signature(service).parameters
    assert parameters["by"].kind == inspect.Parameter.KEYWORD_ONLY
    assert not step.needs_reason or "reason" in parameters


@pytest.mark.parametrize("workflow", [PLAN, VERSION, WAVE, FINDING])
def test_every_state_can_be_reached(workflow):
    first = next(iter(workflow.table))
    reached, waiting = {first}, [first]
    while waiting:
        waiting += [new for new in workflow.table[waiting.pop()] if new not in reached and not reached.add(new)]
    assert reached == set(workflow.states)


@pytest.mark.django_db
def test_who_may_do_what():
    people = {role: make.person(role) for role in (Role.SURVEY_OFFICER, Role.LEAD, Role.EXECUTIVE, Role.AGENT)}
    officer, lead, executive, agent = people.values()
    plan = make.plan(author=officer)
    version = questionnaires.create(
        code="X", name_zh="问卷", name_en="X", unit=make.unit(), by=officer, definition=make.definition()
    ).draft
    assert allows(officer, "surveys.submit_plan", plan) and not allows(lead, "surveys.submit_plan", plan)
    plans.submit(plan, by=officer)
    decided = [person for person in people.values() if allows(person, "surveys.decide_plan", plan)]
    assert decided == [lead, executive]
    published = [person for person in people.values() if allows(person, "surveys.publish_version", version)]
    assert published == [lead]
    wave = make.wave()
    assert [person for person in people.values() if allows(person, "surveys.schedule_wave", wave)] == [officer]
    assert not allows(agent, "surveys.see_results_of", wave)


@pytest.mark.django_db
def test_an_employee_sees_nothing_of_surveys():
    wave = make.answered_wave([3] * 5)
    waves.close(wave, by=wave.owner)
    nobody = make.person(Role.EMPLOYEE)
    for model in (Wave, Finding, QuestionnaireVersion):
        assert model.objects.exists()
        assert not model.objects.visible_to(nobody).exists()


@pytest.mark.django_db
def test_single_answers_of_anonymous_waves_are_nobodys():
    from surveys.models import Response

    named, nameless = make.answered_wave([4] * 5), make.answered_wave([4] * 5, is_anonymous=True)
    waves.close(nameless, by=nameless.owner)
    assert nameless.state == WaveState.CLOSED
    officer = make.person(Role.SURVEY_OFFICER)
    assert Response.objects.visible_to(officer).count() == named.responses.count() == 5
