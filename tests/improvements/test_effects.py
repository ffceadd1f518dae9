"""“Effective” is computed: the next wave against the baseline, with the interval (IMP-12, vector T6)."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from core.permissions import allows
from core.workflow import InvalidTransition
from improvements import wording
from improvements.choices import EffectVerdict, GoalIndicator, MeasureState
from improvements.models import Effect
from improvements.selectors import goals, pictures
from improvements.services import effects, verification
from notifications.models import Notice
from surveys.services import waves
from surveys.signals import wave_closed
from tests.factories import improvements as make
from tests.factories import surveys

LOW = (2,) * 12 + (5,) * 8  # 40 % satisfied


@pytest.mark.parametrize(
    ("after", "change", "low", "high", "verdict", "is_worth_having"),
    [(168, 0.09, 0.011, 0.168, "improved", True), (156, 0.03, -0.053, 0.113, "not_proven", False)],
)
def test_vector_t6(after, change, low, high, verdict, is_worth_having):
    def share(count):
        return goals.Figure(200, count / 200, None, None, count=count)

    found = goals.compare(GoalIndicator.TOP2, share(150), share(after), "0.05")
    difference = found.difference
    assert [round(value, 3) for value in (difference.estimate, difference.low, difference.high)] == [change, low, high]
    assert (difference.verdict, found.worth_having) == (verdict, is_worth_having)
    assert found.needed == 1094


def observing(who, **goal):
    case = make.case(who)
    return make.measure_at(MeasureState.OBSERVING, who, on=case, figure=make.goal(case, **goal))


def told_again(wave):
    wave_closed.send(sender=type(wave), wave=wave)


def test_the_next_wave_proves_an_improvement(who):
    row = observing(who)
    assert (row.effects.count(), goals.deciding_wave(row)) == (0, None)
    wave = make.next_wave(row, (5,) * 19 + (2,))
    told_again(wave)
    effect = row.effects.get()
    row.refresh_from_db()
    assert (effect.verdict, effect.is_worth_having, row.window_wave) == (EffectVerdict.IMPROVED, True, wave)
    assert (effect.before_n, effect.after_n, float(effect.change)) == (20, 20, 0.55)
    assert 0 < effect.change_low < effect.change < effect.change_high
    told = Notice.objects.filter(kind="improvements.effect_known")
    assert {who.owner, who.officer} <= {notice.user for notice in told}
    effects.close(row, by=who.officer)
    assert (row.state, row.closed_by) == (MeasureState.CLOSED, who.officer)


def test_nothing_proven_is_observed_once_more_and_then_done_again(who):
    row = observing(who)
    make.next_wave(row, (2,) * 10 + (5,) * 10)
    row.refresh_from_db()
    assert row.effects.get().verdict == EffectVerdict.NOT_PROVEN
    with pytest.raises(InvalidTransition):
        effects.close(row, by=who.officer)
    make.next_wave(row, LOW)  # without an extension no further wave is looked at
    assert row.effects.count() == 1
    effects.extend(row, by=who.officer, reason="样本太小")
    assert row.effects.count() == 2  # the wave that closed meanwhile decides at once
    with pytest.raises(InvalidTransition):
        effects.extend(row, by=who.officer, reason="再看看")
    row.refresh_from_db()
    effects.redo(row, by=who.officer, reason="原因没找对", due_at=timezone.now() + make.DAY)
    assert (row.state, row.cycle, row.window_wave, row.moved_from) == (MeasureState.EXECUTING, 2, None, None)
    assert Notice.objects.filter(kind="improvements.measure_redone", user=who.owner).count() == 1


def test_a_new_cycle_asks_for_new_evidence_and_its_own_wave(who):
    row = observing(who)
    make.next_wave(row, (1,) * 20)
    row.refresh_from_db()
    assert row.effects.get().verdict == EffectVerdict.WORSENED
    effects.redo(row, by=who.officer, reason="更差了", due_at=timezone.now() + 30 * make.DAY)
    with pytest.raises(InvalidTransition):
        make.measures.submit(row, by=who.owner)
    make.submit(row, who)
    verification.accept(row, by=who.officer, sampled="再查")
    assert effects.latest(row) is None
    make.next_wave(row, (5,) * 20)
    assert [effect.verdict for effect in row.effects.order_by("pk")] == ["worsened", "improved"]
    assert row.verifications.filter(result="accepted").count() == 2


def test_an_improvement_that_is_too_small_may_be_done_again(who):
    row = observing(who, smallest="0.6", target="0.95")
    make.next_wave(row, (5,) * 18 + (2,) * 2)
    row.refresh_from_db()
    effect = row.effects.get()
    assert (effect.verdict, effect.is_worth_having, effect.is_effective) == ("improved", False, False)
    effects.redo(row, by=who.officer, reason="还不够", due_at=timezone.now() + make.DAY)
    assert row.cycle == 2


def test_a_mean_is_compared_by_welch(who):
    row = observing(who, indicator=GoalIndicator.MEAN, target="4", smallest="0.3")
    assert (float(row.baseline_value), row.baseline_count, row.baseline_sd > 1) == (3.2, None, True)
    make.next_wave(row, (5,) * 15 + (4,) * 5)
    effect = row.effects.get()
    assert (effect.verdict, float(effect.after_value), float(effect.change)) == ("improved", 4.75, 1.55)


def test_too_few_answers_are_not_shown_and_prove_nothing(who):
    row = observing(who)
    make.next_wave(row, (5,) * 4)
    effect = row.effects.get()
    assert (effect.verdict, effect.after_n, effect.after_value, effect.change) == ("not_proven", None, None, None)
    rows = pictures.before_after(row, [effect]).table[1]
    assert rows[1][0] == effect.wave.code and "5" in str(rows[1][1])


def test_a_wave_that_began_before_the_measure_was_carried_out_does_not_decide(who):
    case = make.case(who)
    version = case.finding.wave.questionnaire_version
    early = surveys.answered_wave((5,) * 20, version=version)
    row = make.measure_at(MeasureState.OBSERVING, who, on=case)
    waves.close(early, by=early.owner)
    assert not Effect.objects.exists()
    make.next_wave(row, (5,) * 20)
    assert row.effects.count() == 1


def test_a_wave_that_closed_before_the_verification_decides_at_the_verification(who):
    row = make.measure_at(MeasureState.ACCEPTANCE, who)
    make.next_wave(row, (5,) * 20)
    assert not row.effects.exists()
    verification.accept(row, by=who.officer, sampled="抽查")
    assert row.effects.get().verdict == EffectVerdict.IMPROVED


def test_a_wave_of_another_questionnaire_or_unit_decides_nothing(who):
    row = observing(who)
    make.closed_wave((5,) * 6)
    assert not row.effects.exists()


def test_who_judges_did_not_work_on_it(who):
    row = observing(who)
    make.next_wave(row, (5,) * 20)
    row.refresh_from_db()
    inside = make.person("survey_officer", unit=who.unit)
    with pytest.raises(InvalidTransition):
        effects.close(row, by=inside)
    judges = [person for person in (inside, who.owner, who.officer) if allows(person, "improvements.judge_effect", row)]
    assert judges == [who.officer]


def test_before_the_wave_nothing_can_be_judged(who):
    row = observing(who)
    for act in (effects.close, lambda row, by: effects.extend(row, by=by, reason="x")):
        with pytest.raises(InvalidTransition):
            act(row, by=who.officer)


def test_the_database_closes_nothing_without_a_proven_improvement(who):
    row = observing(who)
    close = "UPDATE improvements_measure SET state = 'closed', closed_at = now(), closed_by_id = %s WHERE id = %s"

    def attempt(person):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(close, [person.pk, row.pk])

    with pytest.raises(IntegrityError, match="no improvement is proven"):
        attempt(who.officer)
    make.next_wave(row, (5,) * 20)
    with pytest.raises(IntegrityError, match="cannot close it"):
        attempt(who.owner)
    attempt(who.officer)


def test_what_the_page_says_in_both_languages(client, who):
    row = observing(who)
    make.next_wave(row, (5,) * 19 + (2,))
    effect = row.effects.select_related("measure", "wave").get()
    assert wording.change(effect).startswith("+55.0")
    client.force_login(who.officer)
    for language, words in (("zh-hans", "已改进：由40.0%"), ("en", "Improved from 40.0%")):
        client.cookies["language"] = language
        page = client.get(row.get_absolute_url()).content.decode()
        assert words in page
        assert wording.interval(row.indicator, row.baseline_low, row.baseline_high) in page
        assert page.count('class="chart') >= 2
