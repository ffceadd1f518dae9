"""The line of evidence: from a score to the records behind it, each with a link where the reader may open it."""

from dataclasses import dataclass, field

from django.apps import apps
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from appraisal.models import FactSnapshot, Score
from complaints.models import Complaint
from customers.models import ServiceRecord
from improvements.models import ImprovementCase, Measure
from surveys.models import Finding, Wave

WITH = {
    "complaints.complaint": (), "customers.servicerecord": ("customer",), "improvements.measure": ("case",),
    "surveys.wave": (),
}  # fmt: skip


@dataclass(frozen=True)
class Row:
    """A record behind a figure. ``url`` is empty where the reader may not open it; then only number and day are said."""

    number: str
    title: str
    day: object
    counted: bool
    url: str


def rows_of(label, ids, *, counted=(), user):
    """[Row] for the keys ``ids`` of the model ``label``, in their order; two queries."""
    model = apps.get_model(label)
    found = model._base_manager.select_related(*WITH.get(label, ())).in_bulk(list(ids))
    seen = set(model.objects.visible_to(user).filter(pk__in=list(ids)).values_list("pk", flat=True))
    counted = set(counted)
    return [_row(found.get(pk), pk, pk in counted, pk in seen) for pk in ids]


def _row(obj, pk, counted, may_open):
    if obj is None:
        return Row(f"#{pk}", _("This record is no longer there."), None, counted, "")
    number, title, day = NAMES[type(obj)](obj)
    return Row(number, title if may_open else "", day, counted, obj.get_absolute_url() if may_open else "")


NAMES = {
    Complaint: lambda row: (row.number, row.title, timezone.localdate(row.received_at)),
    ServiceRecord: lambda row: (row.number, row.name, row.happened_on),
    Measure: lambda row: (row.number, row.title, timezone.localdate(row.original_due)),
    Wave: lambda row: (row.code, row.name, timezone.localdate(row.closes_at)),
}


# The chain of one score ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Link:
    """One step of a chain: what it is, its words, its address (or none), and the steps behind it."""

    kind: str
    title: str
    url: str = ""
    note: str = ""
    behind: list = field(default_factory=list)


SHOWN = 30  # records of one figure on the page of evidence; the rest is on the page of its rows


def chain_of(fact, user):
    """[Link] from a frozen fact down to answers, complaints and what was done about them."""
    match fact.base_model if fact.indicator != "complaint_rate" else fact.row_model:
        case "improvements.measure":
            return _measures(fact, user)
        case "complaints.complaint":
            return _complaints(fact, user)
        case _:
            return _waves(fact, user)


def _measures(fact, user):
    rows = Measure.objects.filter(pk__in=fact.base_ids[:SHOWN]).select_related(
        "case__finding__wave__questionnaire_version", "case__finding__question", "case__complaint", "case__observation", "unit"
    )  # fmt: skip
    may = _visible(user, Measure, fact.base_ids)
    cases = _visible(user, ImprovementCase, [row.case_id for row in rows])
    in_time = set(fact.row_ids)
    return [
        Link(
            _("Measure"), f"{row.number} {row.title}", row.get_absolute_url() if row.pk in may else "",
            _("handed in by its original date") if row.pk in in_time else _("not in time"),
            [_case(row.case, user, row.case_id in cases)],
        )
        for row in rows
    ]  # fmt: skip


def _case(case, user, may_open):
    return Link(
        _("Improvement case"), str(case.number), case.get_absolute_url() if may_open else "", str(case.unit),
        [_origin(case, user)],
    )  # fmt: skip


def _origin(case, user):
    origin = case.origin
    may_open = (
        type(origin).objects.visible_to(user).filter(pk=origin.pk).exists()
        if hasattr(type(origin).objects, "visible_to")
        else False
    )
    url = origin.get_absolute_url() if may_open else ""
    if isinstance(origin, Finding):
        return Link(_("Finding"), origin.subject, url, str(case.origin_label), [_answers(origin.wave, user)])
    number = getattr(origin, "number", "")
    return Link(str(case.origin_label).capitalize(), number or str(origin), url, "")


def _answers(wave, user):
    """The answers as a group: nobody is reached one by one from a score."""
    valid = wave.responses.filter(is_valid=True).count()
    may_open = user.has_perm("surveys.see_results") or user.has_perm("surveys.see_waves")
    note = _("%(n)s valid answers, shown only in groups") % {"n": valid}
    return Link(_("Answers"), f"{wave.code} {wave.name}", wave.get_absolute_url() if may_open else "", note)


def _complaints(fact, user):
    ids = (fact.row_ids if fact.indicator == "complaint_rate" else fact.base_ids)[:SHOWN]
    rows = Complaint.objects.filter(pk__in=ids)
    may, counted = _visible(user, Complaint, ids), set(fact.row_ids)
    cases = {
        case.complaint_id: case for case in ImprovementCase.objects.filter(complaint__in=ids).select_related("unit")
    }
    seen = _visible(user, ImprovementCase, [case.pk for case in cases.values()])
    return [
        Link(
            row.get_kind_display(), row.number, row.get_absolute_url() if row.pk in may else "",
            _("in the numerator") if row.pk in counted else _("in the base only"),
            [_case_of_complaint(cases[row.pk], seen)] if row.pk in cases else [],
        )
        for row in rows
    ]  # fmt: skip


def _case_of_complaint(case, seen):
    url = case.get_absolute_url() if case.pk in seen else ""
    return Link(_("Improvement case"), case.number, url, str(case.unit))


def _waves(fact, user):
    waves = Wave.objects.filter(pk__in=fact.base_ids).select_related("questionnaire_version").defer("audience")
    return [_answers(wave, user) for wave in waves]


def _visible(user, model, ids):
    return set(model.objects.visible_to(user).filter(pk__in=list(ids)).values_list("pk", flat=True))


# And back ----------------------------------------------------------------------------------------------


def scores_resting_on(label, ids, user):
    """The newest published Scores the user may see in whose facts one of the rows stands, the newest period first."""
    facts = FactSnapshot.objects.filter(
        Q(row_model=label, row_ids__overlap=list(ids)) | Q(base_model=label, base_ids__overlap=list(ids))
    )
    sheets = facts.values("sheet")
    newest = Score.objects.visible_to(user).filter(sheet__in=sheets).newest().values("pk")
    return (
        Score.objects.filter(pk__in=newest)
        .select_related("publication__cycle__period", "sheet__unit")
        .order_by("-publication__cycle__period__starts_on", "sheet__unit__path")[:10]
    )
