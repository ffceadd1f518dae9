"""Which stages of the service chain the surveys of a year look at (SUR-25)."""

from dataclasses import dataclass

from surveys.choices import Stage, WaveState
from surveys.instrument import Instrument
from surveys.models import DimensionStage, PlanActivity, QuestionnaireVersion, Wave
from surveys.selectors.questionnaires import instrument_of


@dataclass(frozen=True)
class Line:
    """A stage, activities planned for it, waves of the year that asked about it, and dimensions [(questionnaire, title)]."""

    stage: Stage
    activities: list
    waves: list
    dimensions: list

    @property
    def more(self):
        """Activities beyond the first two."""
        return max(0, len(self.activities) - 2)

    @property
    def is_uncovered(self):
        return not (self.activities or self.waves)


def of_year(user, year):
    """[Line] of every stage for the plans and waves of ``year`` that ``user`` sees; five queries."""
    mapped = {}
    for row in DimensionStage.objects.select_related("questionnaire").order_by("pk"):
        mapped.setdefault(row.questionnaire_id, []).append(row)
    activities = PlanActivity.objects.filter(plan__year=year, plan__unit__isnull=False)
    activities = list(
        activities.select_related("scheme__questionnaire_version", "plan__unit").order_by("starts_on", "pk")
    )
    waves = Wave.objects.visible_to(user).filter(opens_at__year=year).exclude(state=WaveState.CANCELLED)
    waves = list(
        waves.select_related("questionnaire_version").defer("questionnaire_version__definition").order_by("opens_at")
    )
    titles = _titles(mapped)
    return [
        Line(
            stage,
            [row for row in activities if stage in _planned(row, mapped)],
            [row for row in waves if stage in _stages(row.questionnaire_version.questionnaire_id, mapped)],
            [(row.questionnaire, titles[row.pk]) for rows in mapped.values() for row in rows if row.stage == stage],
        )
        for stage in Stage
    ]


def _titles(mapped):
    """{pk of a DimensionStage: title of the dimension in the newest published version}; its code where that has none."""
    versions = QuestionnaireVersion.objects.filter(questionnaire__in=mapped).exclude(sha256="").defer("definition")
    newest = {row.questionnaire_id: row for row in versions.order_by("no")}
    found = {}
    for pk, rows in mapped.items():
        known = dict(dimensions(newest[pk])) if pk in newest else {}
        found |= {row.pk: known.get(row.dimension) or row.dimension for row in rows}
    return found


def _planned(activity, mapped):
    """Stages that the scheme names, and those its questionnaire asks about."""
    scheme = getattr(activity, "scheme", None)
    if scheme is None:
        return set()
    version = scheme.questionnaire_version
    return {*scheme.stages, *(_stages(version.questionnaire_id, mapped) if version else ())}


def _stages(questionnaire_id, mapped):
    return {row.stage for row in mapped.get(questionnaire_id, ())}


def dimensions(version):
    """[(code, title in the reader's language)] of the dimensions a version asks about."""
    instrument: Instrument = instrument_of(version)
    return [(section.code, section.title) for section in instrument.sections]
