"""The formulas of the ledger: small tables of records, each with what it must count for (service figures §4)."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import count
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from complaints.choices import Kind, State
from complaints.models import Assignment, CallBack, Complainant, Complaint, Cycle, Determination, SuggestionDecision
from complaints.selectors import clusters, indicators, spread
from complaints.selectors.indicators import REGISTRY, Figure, Scope
from complaints.services import pauses, recovery
from core.models import Event
from customers.models import Interaction
from tests.factories import customers as make
from tests.factories.clocks import clock, extended, paused
from tests.factories.complaints import complaint_at, fresh

pytestmark = pytest.mark.django_db
ZONE = ZoneInfo("Asia/Shanghai")
AS_OF = datetime(2026, 8, 1, 9, tzinfo=ZONE)
MARCH = Scope(date(2026, 3, 1), date(2026, 3, 31), as_of=AS_OF)
numbers = count(1)


def at(text):
    """``03-02 09:30`` of 2026, local."""
    return datetime.strptime(f"2026-{text}", "%Y-%m-%d %H:%M").replace(tzinfo=ZONE)


def record(crew, received, *, kind="complaint", state="handling", unit="department", phone="", **given):
    """A record with its first cycle, as it would stand in the database; moments are local texts."""
    since = at(received)
    row = Complaint.objects.create(
        kind=kind, number=f"{Kind(kind).prefix}-2026-{900000 + next(numbers)}", title="甲", text="乙", received_at=since,
        registered_at=at(given.pop("registered", received)), state=state, unit=getattr(crew, unit), handler=crew.handler,
        **{name: given.pop(name) for name in ("category", "severity", "channel", "customer", "repeat_of") if name in given},
    )  # fmt: skip
    Complainant.objects.create(complaint=row, phone=phone)
    cycle(row, received, **given)
    return row


def cycle(
    row,
    started,
    *,
    n=1,
    response_due="",
    result_due="",
    first="",
    replied="",
    closed="",
    outcome="",
    verdict="",
    late="",
):
    moments = {name: at(text) for name, text in (
        ("first_response_at", first), ("replied_at", replied), ("closed_at", closed), ("response_due", response_due),
    ) if text}  # fmt: skip
    made = Cycle.objects.create(
        complaint=row, n=n, started_at=at(started), result_due=at(result_due or "12-31 18:00"), result_days=3, verdict=verdict,
        response_hours=24 if response_due else None, calendar_version=1, outcome=outcome, frozen={} if closed else None,
        **moments, **{f"{name}_breached_at": at(result_due or response_due) for name in late.split()},
    )  # fmt: skip
    Complaint.objects.filter(pk=row.pk).update(cycle=made)
    row.cycle = made
    return made


def call(cycle, crew, *, reached=True, resolved=True, score=None):
    talk = Interaction.objects.create(
        channel="phone", direction="out", started_at=cycle.replied_at, agent=crew.caller, summary="…"
    )
    CallBack.objects.create(
        cycle=cycle, attempt=1, by=crew.caller, reached=reached, resolved=resolved if reached else None, score=score,
        interaction=talk,
    )  # fmt: skip


def pair(code, scope=MARCH):
    found = indicators.figure(code, scope)
    return found.numerator, found.denominator


def test_timely_rates_go_by_the_due_cohort_and_an_overdue_open_record_is_a_failure(crew):
    r = {"response_due": "03-03 09:00", "result_due": "03-05 18:00"}
    record(crew, "03-02 09:00", **r, first="03-03 09:00", replied="03-05 18:00")  # both on the last minute
    record(crew, "03-02 09:00", **r, first="03-03 09:01", replied="03-06 09:00", late="response result")
    record(crew, "03-02 09:00", **r)  # still open, nobody noticed yet
    record(crew, "03-02 09:00", **r, replied="03-04 09:00")  # the reply was the first response, a day late
    record(crew, "03-02 09:00", **r, first="03-02 10:00", replied="03-05 10:00", late="result")  # a breach stays one
    record(crew, "02-26 09:00", response_due="02-27 09:00", result_due="03-01 00:00", replied="02-28 09:00")
    record(crew, "03-30 09:00", response_due="03-31 23:59", result_due="04-01 00:00")  # the result falls due in April
    record(crew, "03-02 09:00", **r, closed="03-03 08:00", outcome="withdrawn", state="withdrawn")
    record(crew, "03-02 09:00", **r, closed="03-09 08:00", outcome="withdrawn", state="withdrawn", late="result")
    record(crew, "03-02 09:00", **r, closed="03-03 08:00", outcome="declined", state="declined")
    record(crew, "03-02 09:00", **r, kind="enquiry")
    assert pair("result_in_time") == (3, 7)
    assert pair("response_in_time") == (2, 6)
    early = Scope(MARCH.start, MARCH.end, as_of=at("03-03 12:00"))  # what is not due yet is no failure
    assert pair("result_in_time", early) == (1, 1)
    assert pair("response_in_time", early)[1] == 5


def test_a_late_result_is_charged_to_the_unit_that_held_it_when_it_fell_due(crew):
    row = record(crew, "03-02 09:00", result_due="03-05 18:00", unit="desk")
    for unit, when in ((crew.department, "03-02 10:00"), (crew.desk, "03-06 10:00")):
        Assignment.objects.create(cycle=row.cycle, unit=unit, handler=crew.handler, by=crew.lead, at=at(when))
    charged = [pair("result_in_time", Scope(MARCH.start, MARCH.end, [unit.pk], as_of=AS_OF))
               for unit in (crew.department, crew.desk)]  # fmt: skip
    assert charged == [(0, 1), (0, 0)]
    assert list(indicators.rows("result_in_time", Scope(MARCH.start, MARCH.end, [crew.department.pk]), "missed")) == [
        row.cycle
    ]


def test_rounds_call_backs_and_the_customers_word(crew):
    closed = {"replied": "03-10 09:00", "closed": "03-12 09:00"}
    good = record(crew, "03-02 09:00", **closed, outcome="resolved", verdict="justified", state="closed")
    silent = record(crew, "03-02 09:00", **closed, outcome="not_reached", verdict="not", state="closed")
    again = record(crew, "03-02 09:00", **closed, outcome="unresolved", verdict="partly")
    reopened = record(crew, "03-02 09:00", **closed, outcome="resolved", verdict="unknown")
    record(crew, "03-02 09:00", replied="03-31 23:59", state="replied")
    call(good.cycle, crew, score=4)
    call(silent.cycle, crew, reached=False)
    call(again.cycle, crew, resolved=False, score=3)
    call(reopened.cycle, crew, score=5)
    cycle(again, "03-12 09:00", n=2, replied="03-15 09:00", verdict="justified")
    cycle(reopened, "03-16 09:00", n=2)
    assert pair("called_back") == (3, 6)
    assert pair("resolved_first") == (1, 5)
    assert pair("satisfied") == (2, 3)
    assert pair("redone") == (2, 5)
    assert pair("reopened_soon") == (1, 3)  # the unresolved one was handled again at once, and is not "closed"
    assert pair("closed_unheard") == (1, 3)
    assert pair("justified_share") == (2, 4)  # once per complaint, by what was found first
    assert pair("undetermined") == (1, 4)
    assert pair("handling_rate") == (2, 5)
    assert indicators.figure("satisfied", MARCH).value is None  # three marks are too few to be shown
    assert pair("resolved_first", Scope(MARCH.start, MARCH.end, as_of=at("03-20 09:00"))) == (
        0,
        0,
    )  # nobody could object yet


def test_a_repeat_is_the_same_party_with_the_same_within_thirty_days(crew):
    customer = make.make_customer(unit=crew.desk)
    done = {"closed": "02-20 09:00", "outcome": "resolved", "state": "closed", "category": "service"}
    record(crew, "02-02 09:00", **done, customer=customer)
    record(crew, "02-02 09:00", **done, phone="13812345678")
    record(crew, "02-02 09:00", **done | {"category": "price"}, phone="13987654321")
    repeated = [
        record(crew, "03-02 09:00", category="service", customer=customer),
        record(crew, "03-22 09:00", category="service", phone="+86 138 1234 5678"),
    ]
    marked = record(crew, "03-05 09:00", category="price", customer=customer, repeat_of=repeated[0])
    record(
        crew, "03-23 09:00", category="service", phone="13812345678"
    )  # thirty-one days after; the other is still open
    record(crew, "03-02 09:00", category="service", phone="13987654321")  # of something else
    record(crew, "03-02 09:00", category="service", phone="13812345678", unit="desk")  # about another unit
    record(crew, "02-19 09:00", category="service", phone="13812345678")  # while it was open: a chaser, and in February
    record(crew, "03-02 09:00", category="service")  # of nobody known
    assert pair("repeat_rate") == (3, 6)
    assert set(indicators.rows("repeat_rate", MARCH, "counted")) == {*repeated, marked}
    february = Scope(date(2026, 2, 1), date(2026, 2, 28), as_of=AS_OF)
    assert pair("repeat_lagged", february) == (2, 3)


def test_rates_need_a_base_that_can_be_told(crew):
    customer = make.make_customer(unit=crew.desk)
    for unit, day in ((crew.department, 2), (crew.department, 31), (crew.desk, 2)):
        make.make_service(customer, unit=unit, happened_on=date(2026, 3, day))
    make.make_service(customer, unit=crew.department, happened_on=date(2026, 4, 1))
    record(crew, "03-01 00:00", channel="phone")
    record(crew, "03-31 23:59", channel="web")
    record(crew, "04-01 00:00")
    record(crew, "03-05 09:00", state="voided")
    assert pair("complaint_rate") == (2, 3)
    assert indicators.figure("complaint_rate", MARCH).shown == Decimal("666.7")
    mine = Scope(MARCH.start, MARCH.end, [crew.department.pk], as_of=AS_OF)
    assert pair("complaint_rate", mine) == (2, 2)
    by_channel = Scope(MARCH.start, MARCH.end, channel="web", as_of=AS_OF)
    assert (pair("complaint_rate", by_channel), indicators.figure("complaint_rate", by_channel).value) == (
        (1, None),
        None,
    )
    quiet = Scope(date(2026, 1, 1), date(2026, 1, 31), as_of=AS_OF)
    assert (pair("complaint_rate", quiet), indicators.figure("complaint_rate", quiet).value) == ((0, 0), None)


@pytest.mark.parametrize(
    ("numerator", "denominator", "shown"),
    [(0, 0, None), (0, 7, "0.0"), (7, 7, "100.0"), (1, 16, "6.3"), (1, 8, "12.5"), (1, 3, "33.3"), (2, 3, "66.7")],
)
def test_values_are_rounded_half_up_once_and_nothing_of_nothing_is_no_number(numerator, denominator, shown):
    found = Figure(REGISTRY["result_in_time"], numerator, denominator)
    assert found.shown == (None if shown is None else Decimal(shown))
    assert found.is_small == (denominator < 10)


def test_suggestions_by_the_day_of_the_decision(crew):
    for outcome, day in (("adopted", 1), ("partly", 15), ("not_adopted", 31), ("adopted", 32), ("deferred", 2)):
        row = record(crew, "02-02 09:00", kind="suggestion", state=outcome if outcome != "deferred" else "deferred")
        when = at("03-01 00:00") + timedelta(days=day - 1)
        SuggestionDecision.objects.create(
            complaint=row, outcome=outcome, reason_zh="一", reason_en="a", decided_by=crew.lead, decided_at=when,
            review_on=date(2026, 9, 1) if outcome == "deferred" else None,
        )  # fmt: skip
    assert (pair("adoption"), pair("adopted_partly")) == ((2, 3), (1, 3))


def test_what_is_worth_a_second_look(crew):
    late = record(crew, "03-02 09:00", registered="03-03 09:01", result_due="03-12 09:00", replied="03-11 09:30")
    record(crew, "03-02 09:00", registered="03-03 09:00", result_due="03-12 09:00", replied="03-10 09:00")
    for row in Complaint.objects.all():
        Assignment.objects.create(
            cycle=row.cycle, unit=crew.department, handler=crew.handler, by=crew.lead, at=at("03-03 10:00")
        )
    for when, name in (("03-02 10:00", "severity"), ("03-04 10:00", "severity")):
        row = late if when == "03-04 10:00" else Complaint.objects.exclude(pk=late.pk).get()
        Event.objects.create(
            subject="complaints.complaint", subject_id=row.pk, kind="reassessed", at=at(when),
            payload={"changes": {name: ["major", "minor"]}},
        )  # fmt: skip
    found = {code: set(Complaint.objects.filter(pk__in=indicators.records(code, MARCH, "counted")))
             for code in ("late_entry", "reassessed", "just_in_time")}  # fmt: skip
    assert found == {"late_entry": {late}, "reassessed": {late}, "just_in_time": {late}}


def test_settled_at_the_first_contact(crew):
    record(crew, "03-02 09:00", kind="enquiry", closed="03-02 09:10", outcome="answered", state="closed")
    came_back = record(crew, "03-02 09:00", kind="enquiry", closed="03-03 09:10", outcome="answered", state="closed")
    record(crew, "03-02 09:00", closed="03-03 09:10", outcome="not_reached", state="closed")
    talk = Interaction.objects.create(
        channel="phone", direction="in", started_at=at("03-02 15:00"), agent=crew.agent, summary="催"
    )
    came_back.cycle.conversations.create(interaction=talk, by=crew.agent)
    assert pair("first_contact") == (1, 3)


# Many at once ----------------------------------------------------------------------------------------


@pytest.fixture
def year(crew):
    """Records of several months, units and channels."""
    for month in ("02", "03"):
        for n in range(3):
            row = record(
                crew, f"{month}-0{n + 2} 09:00", response_due=f"{month}-0{n + 3} 09:00", result_due=f"{month}-1{n} 18:00",
                first=f"{month}-0{n + 2} 10:00", replied=f"{month}-1{n} 10:00", closed=f"{month}-12 19:00", outcome="resolved",
                verdict="justified", state="closed", category="service" if n else "price", severity="major",
                channel="phone" if n else "web", unit="department" if n else "desk",
            )  # fmt: skip
            Determination.objects.create(
                cycle=row.cycle,
                verdict="justified",
                facts="一",
                cause="process" if n else "skill",
                remedy="二",
                by=crew.handler,
            )
            call(row.cycle, crew, score=5)
    make.make_service(make.make_customer(unit=crew.desk), unit=crew.desk, happened_on=date(2026, 3, 5))
    return crew


def test_counting_together_equals_counting_one_by_one(year):
    with CaptureQueriesContext(connection) as seen:
        together = indicators.counts(MARCH)
    alone = {code: pair(code) for code in REGISTRY}
    found = {code: together.total(code, bucket="now") for code in REGISTRY}
    assert {code: (one.numerator, one.denominator) for code, one in found.items()} == alone
    before = {code: together.total(code, bucket="before") for code in REGISTRY}
    february = {code: pair(code, MARCH.before) for code in REGISTRY}
    assert {code: (one.numerator, one.denominator) for code, one in before.items()} == february
    assert (alone["result_in_time"], february["result_in_time"], MARCH.before.start) == (
        (3, 3),
        (3, 3),
        date(2026, 2, 1),
    )
    assert len([one for one in seen if "complaints_" in one["sql"]]) == 1
    by_month = [together.total("result_in_time", month=f"2026-0{n}-01").numerator for n in (1, 2, 3)]
    assert (by_month, together.total("complaint_rate", month="2026-03-01").denominator) == ([0, 3, 3], 1)


@pytest.mark.parametrize("cut", indicators.CUTS)
def test_the_parts_of_a_cut_add_up(year, cut):
    together = indicators.counts(MARCH, ["result_in_time", "complaint_rate", "called_back"], cut=cut)
    for code in ("result_in_time", "complaint_rate", "called_back"):
        parts = [cell[0] for (name, key), cell in together.cells.items() if name == code and key[0] == "now"]
        assert (code, sum(parts)) == (code, 3)


def test_who_is_counted_is_among_them_and_the_rest_was_missed(year):
    record(year, "03-02 09:00", response_due="03-03 09:00", result_due="03-05 18:00")
    for code in REGISTRY:
        parts = {part: set(indicators.rows(code, MARCH, part).values_list("pk", flat=True))
                 for part in ("among", "counted", "missed")}  # fmt: skip
        assert (code, parts["counted"] <= parts["among"]) == (code, True)
        assert (code, parts["missed"]) == (code, parts["among"] - parts["counted"])


def test_a_person_counts_what_the_person_sees(year):
    seen = {who: pair("result_in_time", Scope(MARCH.start, MARCH.end, user=user, as_of=AS_OF))
            for who, user in (("lead", year.lead), ("handler", year.handler), ("other", year.caller))}  # fmt: skip
    assert seen == {"lead": (3, 3), "handler": (3, 3), "other": (1, 1)}


def test_clusters_are_counted_by_type_cause_and_unit(year):
    found = clusters.found(MARCH, least=2)
    assert [(one.category, one.cause, one.unit_id, one.count) for one in found] == [
        ("service", "process", year.department.pk, 2)
    ]
    assert clusters.sums(clusters.grid(MARCH), "cause") == {"process": 2, "skill": 1}


def test_quantiles_are_of_the_open_and_of_the_answered(crew):
    for day in (2, 3, 4, 5):
        record(crew, f"03-0{day} 10:00", first=f"03-0{day} 11:00" if day < 5 else "")
    now = at("03-06 10:00")
    ages = spread.ageing(Scope(MARCH.start, MARCH.end, as_of=now))
    assert (ages.count, ages.median, ages.p90, ages.longest) == (4, 2, 4, 4)
    waits, _handling = spread.waits(Scope(MARCH.start, MARCH.end, as_of=now))
    assert (waits.count, waits.open, waits.median, waits.p90) == (4, 1, timedelta(hours=1), timedelta(days=1))
    assert spread.waits(Scope(date(2026, 1, 1), date(2026, 1, 2), as_of=now))[0].median is None


def test_pauses_extensions_and_remedies_are_counted(crew):
    with clock("2026-03-02 10:00"):
        rows = [complaint_at(State.HANDLING, crew) for _n in range(4)]
    with clock("2026-03-03 09:30"):
        paused(rows[0], crew, "2026-03-04")  # early: more than half of the time was left
    with clock("2026-03-05 09:30"):
        paused(rows[1], crew, "2026-03-06")
        extended(rows[2], crew)
        about = {"reason": "等了两次", "remedy": "refund", "detail": "退还学费", "amount": Decimal(100)}
        made = recovery.propose(rows[3], by=crew.handler, **about)
        recovery.finish(rows[3], by=crew.lead, recovery=made, outcome="content")
    with clock("2026-03-09 09:30"):
        for row in rows[:2]:
            pauses.end_by_date(fresh(row))
    shown = {code: pair(code) for code in ("original_in_time", "extended", "paused_late", "compensated")}
    assert shown == {"original_in_time": (0, 4), "extended": (1, 4), "paused_late": (1, 4), "compensated": (1, 4)}
