"""From a score back to the records: indicator, row, measure, finding or complaint, answer group. Only what the reader may see."""

from dataclasses import dataclass, field

from django.apps import apps
from django.utils.translation import gettext as _

from appraisal.choices import IndicatorCode
from appraisal.models import FactSnapshot, Score
from improvements.models import Measure
from surveys.models import Finding

SHOWN = 50


@dataclass
class Node:
    """One record of the chain: what it is, its words, where it opens, what it rests on in turn."""

    kind: str
    label: str
    url: str = ""
    state: object = None
    nodes: list = field(default_factory=list)


@dataclass(frozen=True)
class Rows:
    """Records behind a fact: those shown, how many there are, how many the reader may not open."""

    nodes: list
    total: int
    unseen: int

    @property
    def more(self):
        return self.total - self.unseen - len(self.nodes)


def rows_of(user, label, keys):
    """Rows of a model by their kept keys, as the reader may see them; records that are gone count as not to be opened."""
    model = apps.get_model(label)
    seen = model.objects.visible_to(user).filter(pk__in=keys)
    count = seen.count()
    return Rows([node_of(row) for row in seen.order_by("pk")[:SHOWN]], len(keys), len(keys) - count)


def node_of(row):
    get = getattr(row, "get_absolute_url", None)
    return Node(str(row._meta.verbose_name), str(row), get() if get else "", getattr(row, "state_badge", None))


def chain(user, fact):
    """Rows behind ``fact`` with what each of them began with or led to."""
    if fact.indicator == IndicatorCode.MEASURE_COMPLETION:
        return _measures(user, fact.base_ids, set(fact.row_ids))
    if fact.indicator == IndicatorCode.SATISFACTION:
        return _waves(user, fact)
    return rows_of(user, fact.row_model, fact.row_ids)


def _measures(user, keys, in_time):
    seen = Measure.objects.visible_to(user).filter(pk__in=keys)
    wanted = seen.select_related("case__finding__wave", "case__finding__question", "case__complaint").order_by("pk")
    visible = _visible_findings(user, [row.case.finding_id for row in wanted[:SHOWN]])
    nodes = []
    for row in wanted[:SHOWN]:
        kind = _("Measure, in time") if row.pk in in_time else _("Measure, not in time")
        origin = [_case(user, row.case, visible)]
        nodes.append(Node(kind, f"{row.number} {row.title}", row.get_absolute_url(), row.state_badge, origin))
    return Rows(nodes, len(keys), len(keys) - seen.count())


def _visible_findings(user, keys):
    return set(
        Finding.objects.visible_to(user).filter(pk__in=[key for key in keys if key]).values_list("pk", flat=True)
    )


def _case(user, case, visible):
    node = Node(_("Improvement case"), f"{case.number} {case.name}", case.get_absolute_url(), case.state_badge)
    if case.finding_id:
        node.nodes = [_finding(case.finding, case.finding_id in visible)]
    elif case.complaint_id:
        is_seen = type(case.complaint).objects.visible_to(user).filter(pk=case.complaint_id).exists()
        label = str(case.complaint) if is_seen else case.complaint.number
        node.nodes = [Node(_("Complaint"), label, case.complaint.get_absolute_url() if is_seen else "")]
    return node


def _finding(finding, is_seen):
    """A finding and the answers it was found in: the wave and how many, never whose."""
    wave = finding.wave
    answers = Node(_("Answers"), f"{wave.code} {wave.name}", wave.get_absolute_url() if is_seen else "")
    return Node(_("Finding"), str(finding), finding.get_absolute_url() if is_seen else "", nodes=[answers])


def _waves(user, fact):
    rows = rows_of(user, fact.row_model, fact.row_ids)
    found = (
        Finding.objects.visible_to(user).filter(wave__in=fact.row_ids).select_related("wave", "question").order_by("pk")
    )
    by_wave = {}
    for finding in found[:SHOWN]:
        by_wave.setdefault(finding.wave.get_absolute_url(), []).append(
            Node(_("Finding"), str(finding), finding.get_absolute_url())
        )
    for node in rows.nodes:
        node.nodes = by_wave.get(node.url, [])
    return rows


def scores_resting_on(user, code, keys):
    """Newest published scores whose indicator ``code`` counts one of the records ``keys``."""
    facts = FactSnapshot.objects.filter(indicator=code, base_ids__overlap=list(keys))
    if code == IndicatorCode.COMPLAINT_RATE:
        facts = FactSnapshot.objects.filter(indicator=code, row_ids__overlap=list(keys))
    if not facts.exists():  # nearly always; who may see what is only asked where there is something
        return []
    newest = Score.objects.visible_to(user).filter(sheet__facts__in=facts).newest()
    return list(newest.select_related("sheet__cycle__period", "publication"))
