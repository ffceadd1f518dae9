"""Every process: its table, its one door, its history (H1, H2, C1 of the invariants)."""

import importlib
import threading

import pytest
from django.apps import apps
from django.db import ProgrammingError, connection, connections, transaction
from django.db.utils import IntegrityError

from accounts.choices import Role
from core.models import Contribution, Event
from core.permissions import OTHERWISE
from core.workflow import REGISTRY, InvalidTransition, LostRace, contribute, edit, record
from tests.factories.accounts import person, setup_person, unit

FLOWS = sorted(REGISTRY.items())
EDGES = [
    (name, state, to, step) for name, flow in FLOWS for state, steps in flow.table.items() for to, step in steps.items()
]


@pytest.mark.parametrize(("name", "flow"), FLOWS)
def test_every_state_is_in_the_table_and_can_be_reached(name, flow):
    first = next(iter(flow.table))
    reached, todo = {first, *flow.begins}, [first, *flow.begins]
    while todo:
        for to in flow.table[todo.pop()]:
            if to not in reached:
                reached.add(to)
                todo.append(to)
    assert reached == set(flow.states) == set(flow.table)


@pytest.mark.parametrize(("name", "state", "to", "step"), EDGES)
def test_every_edge_has_a_service_and_a_rule_that_says_why_not(name, state, to, step):
    app = name.split(".")[0]
    module, _, function = step.service.rpartition(".")
    found = importlib.import_module(f"{app}.services.{module}")
    assert callable(getattr(found, function))
    assert step.rule is None or step.rule in OTHERWISE


@pytest.mark.parametrize(("name", "flow"), FLOWS)
def test_every_missing_edge_is_refused(name, flow):
    model = apps.get_model(name)
    for state in flow.states:
        for to in set(flow.states) - set(flow.targets(state)):
            with pytest.raises(InvalidTransition):
                flow.move(model(pk=1, state=state.value), to, by=None)


@pytest.fixture
def plan(db):
    from surveys.models import SurveyPlan
    from surveys.services import plans

    author = person(Role.SURVEY_OFFICER)
    made = plans.create(year=2026, unit=unit(), by=author, goal_zh="目标")
    return SurveyPlan.objects.get(pk=made.pk)


def test_a_stale_copy_loses_and_hears_what_happened(plan):
    from surveys.models import SurveyPlan

    stale = SurveyPlan.objects.get(pk=plan.pk)
    edit(plan, by=plan.author, goal_zh="先写的")
    with pytest.raises(LostRace) as lost:
        edit(stale, by=plan.author, goal_zh="后写的")
    assert SurveyPlan.objects.get(pk=plan.pk).goal_zh == "先写的"
    assert lost.value.events[-1].payload == {"changes": {"goal_zh": ["目标", "先写的"]}}


def test_an_edit_without_a_difference_leaves_no_event(plan):
    before = plan.transitions.count()
    edit(plan, by=plan.author, goal_zh=plan.goal_zh)
    assert plan.transitions.count() == before


def test_state_is_the_last_event(plan):
    last = plan.transitions.exclude(to_state="").last()
    assert last.to_state == plan.state


@pytest.mark.parametrize("table", ["core_event", "core_contribution"])
@pytest.mark.parametrize("alias", ["default", "owner"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET subject = 'x'", "DELETE FROM {}"])
@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_history_cannot_be_changed_even_by_its_owner(table, alias, statement):
    user = setup_person()
    record(user, "noted", by=user)
    contribute(user, user, "wrote")
    with (
        pytest.raises((ProgrammingError, IntegrityError)),
        transaction.atomic(using=alias),
        connections[alias].cursor() as cursor,
    ):
        cursor.execute(statement.format(table))
    assert (Event.objects.of(user).filter(kind="noted").count(), Contribution.objects.of(user).count()) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_the_application_cannot_truncate():
    with pytest.raises(ProgrammingError), connection.cursor() as cursor:
        cursor.execute("TRUNCATE core_event")


@pytest.mark.django_db(transaction=True)
def test_of_two_writers_with_the_same_version_one_wins():
    from surveys.models import SurveyPlan
    from surveys.services import plans

    author = person(Role.SURVEY_OFFICER)
    plan = plans.create(year=2026, unit=unit(), by=author, goal_zh="目标")
    barrier, results = threading.Barrier(2), []

    def write(text):
        copy = SurveyPlan.objects.get(pk=plan.pk)
        barrier.wait()
        try:
            edit(copy, by=author, goal_zh=text)
            results.append("won")
        except LostRace:
            results.append("lost")
        finally:
            connection.close()

    threads = [threading.Thread(target=write, args=(text,)) for text in ("一", "二")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == ["lost", "won"]
    assert plan.transitions.filter(kind="edited").count() == 1
