"""What makes an answer worth a look, found by the portal; and how far a wave is checked. Waves with names only."""

from collections import defaultdict
from dataclasses import dataclass

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Case, Count, Q, When

from core.statistics import quality
from core.statistics.intervals import share
from surveys.choices import CheckState, Flag, InvitationState, ResponseMode
from surveys.models import Answer, AnswerText, Invitation, QuestionnaireVersion, Response, ResponseCheck
from surveys.routing import asked
from surveys.selectors.questionnaires import instrument_of


def flags(wave):
    """{response id: [Flag values]} of the answers that have any; at most four queries. What a mark means: core.statistics.quality."""
    rows = list(
        Response.objects.filter(wave=wave).order_by("pk")
        .values_list("pk", "mode", "duration_s", "submitted_at", "entered_by", "questionnaire_version", "raw", named=True)
    )  # fmt: skip
    routes, alike, twins = _routes(rows), _straight(wave), _twins(wave)
    marks = {
        Flag.SPEED: quality.speeders(
            [(route, None if row.entered_by else row.duration_s) for row, route in zip(rows, routes, strict=True)]
        ),
        Flag.STRAIGHT: [row.pk in alike for row in rows],
        Flag.TWIN: [row.pk in twins for row in rows],
        Flag.BURST: quality.bursts(
            [row.submitted_at.timestamp() if row.mode == ResponseMode.OPEN else None for row in rows]
        ),
        Flag.ENTERED: [row.mode in ResponseMode.entered() for row in rows],
        Flag.IMPORTED: [row.mode == ResponseMode.IMPORT for row in rows],
    }
    found = {row.pk: [flag.value for flag in marks if marks[flag][place]] for place, row in enumerate(rows)}
    return {pk: flags for pk, flags in found.items() if flags}


def _routes(rows):
    """What each answer was asked: the version, and the questions on its route."""
    versions = QuestionnaireVersion.objects.defer("definition").in_bulk({row.questionnaire_version for row in rows})
    instruments = {pk: instrument_of(version) for pk, version in versions.items()}
    return [
        (row.questionnaire_version, frozenset(asked(instruments[row.questionnaire_version], row.raw or {})))
        for row in rows
    ]


def _straight(wave):
    """Keys of the answers with one and the same score throughout."""
    scores = Answer.objects.filter(wave=wave, score5__isnull=False).order_by().values_list("response")
    return {pk for pk, given in scores.annotate(given=ArrayAgg("score5")) if quality.straight_line(given)}


def _twins(wave):
    """Keys of the answers that share their words with another on the same question."""
    said = defaultdict(list)
    texts = AnswerText.objects.filter(wave=wave, response__isnull=False).order_by("pk")
    for pk, question, body in texts.values_list("response", "question", "body"):
        said[question].append((pk, body))
    return {
        pk
        for texts in said.values()
        for (pk, _body), is_twin in zip(texts, quality.duplicate_texts([body for _pk, body in texts]), strict=True)
        if is_twin
    }


@dataclass(frozen=True)
class Overview:
    """Counts of a wave: answers by state, staff-entered share, and how much of the invited frame answered."""

    total: int
    states: dict
    unseen: int
    entered: object
    coverage: object

    @property
    def words(self):
        """The states in words, as many as occur."""
        return " · ".join(f"{state.label} {n}" for state, n in sorted(self.states.items())) or CheckState.OPEN.label


def overview(wave):
    """Overview of ``wave``; three queries."""
    states = dict(
        ResponseCheck.objects.filter(response__wave=wave).values_list("state").annotate(n=Count("pk")).order_by()
    )
    mine = Response.objects.filter(wave=wave).aggregate(
        total=Count("pk"), entered=Count("pk", filter=Q(mode__in=ResponseMode.entered())),
        unseen=Count("pk", filter=Q(check_row=None)),
    )  # fmt: skip
    frame = Invitation.objects.filter(wave=wave).exclude(state=InvitationState.WITHDRAWN).aggregate(
        invited=Count("pk"), done=Count("pk", filter=Q(state=InvitationState.DONE))
    )  # fmt: skip
    return Overview(
        mine["total"], {CheckState(state): n for state, n in states.items()}, mine["unseen"],
        share(mine["entered"], mine["total"]), share(frame["done"], frame["invited"]),
    )  # fmt: skip


def checks(user, wave):
    """The checks of a wave, what is in doubt first, then what is flagged and open."""
    order = Case(When(state=CheckState.DOUBTED, then=0), When(state=CheckState.OPEN, then=1), default=2)
    return (
        ResponseCheck.objects.visible_to(user).filter(response__wave=wave)
        .select_related("response__invitation__customer", "doubted_by", "decided_by").defer("response__raw")
        .annotate(place=order).order_by("place", "-response__submitted_at", "pk")
    )  # fmt: skip
