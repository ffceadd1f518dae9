"""What makes an answer worth a look, found by the portal; and how far a wave is checked. Waves with names only."""

from dataclasses import dataclass

from django.db import connection
from django.db.models import Count, Q

from core.statistics.intervals import share
from surveys.choices import CheckState, Flag, InvitationState, ResponseMode
from surveys.models import Invitation, Response, ResponseCheck

FAST = 0.4  # of the median time of the wave
ITEMS = 5  # scored answers at least, all alike
WORDS = 8  # characters at least that two answers share
MANY, WINDOW = 5, "30 seconds"  # answers by open link, before and after

FLAGS = """
WITH mine AS (
    SELECT id, mode, duration_s, submitted_at, entered_by_id FROM surveys_response WHERE wave_id = %(wave)s
), usual AS (
    SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY duration_s) AS seconds FROM mine WHERE duration_s IS NOT NULL
), straight AS (
    SELECT response_id FROM surveys_answer WHERE wave_id = %(wave)s AND score5 IS NOT NULL
    GROUP BY 1 HAVING count(*) >= %(items)s AND min(score5) = max(score5)
), words AS (
    SELECT response_id, question_id, lower(regexp_replace(body, '\\s+', '', 'g')) AS said
    FROM surveys_answertext WHERE wave_id = %(wave)s AND response_id IS NOT NULL
), twins AS (
    SELECT unnest(array_agg(response_id)) AS response_id FROM words WHERE length(said) >= %(words)s
    GROUP BY question_id, said HAVING count(DISTINCT response_id) > 1
), crowd AS (
    SELECT id, count(*) OVER (ORDER BY submitted_at RANGE BETWEEN %(window)s::interval PRECEDING
                              AND %(window)s::interval FOLLOWING) AS n FROM mine WHERE mode = 'open'
)
SELECT mine.id, coalesce(duration_s < usual.seconds * %(fast)s AND entered_by_id IS NULL, false),
       straight.response_id IS NOT NULL, mine.id IN (SELECT response_id FROM twins),
       coalesce(crowd.n >= %(many)s, false), entered_by_id IS NOT NULL
FROM mine CROSS JOIN usual LEFT JOIN straight ON straight.response_id = mine.id LEFT JOIN crowd ON crowd.id = mine.id
"""
ORDER = [Flag.SPEED, Flag.STRAIGHT, Flag.TWIN, Flag.BURST, Flag.ENTERED]


def flags(wave):
    """{response id: [Flag values]} of the answers that have any; one query."""
    with connection.cursor() as cursor:
        cursor.execute(FLAGS, {
            "wave": wave.pk, "fast": FAST, "items": ITEMS, "words": WORDS, "many": MANY, "window": WINDOW,
        })  # fmt: skip
        rows = cursor.fetchall()
    found = {pk: [flag.value for flag, is_set in zip(ORDER, marks, strict=True) if is_set] for pk, *marks in rows}
    return {pk: marks for pk, marks in found.items() if marks}


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
    from django.db.models import Case, When

    order = Case(When(state=CheckState.DOUBTED, then=0), When(state=CheckState.OPEN, then=1), default=2)
    return (
        ResponseCheck.objects.visible_to(user).filter(response__wave=wave)
        .select_related("response__invitation__customer", "doubted_by", "decided_by").defer("response__raw")
        .annotate(place=order).order_by("place", "-response__submitted_at", "pk")
    )  # fmt: skip
