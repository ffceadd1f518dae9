"""Rows of supervision with what their pages show: lists, who may verify, figures of a period."""

from dataclasses import dataclass

from django.db.models import CharField, Count, Exists, ExpressionWrapper, F, OuterRef, Q

from accounts.models import Membership, SupervisionMembership, User
from accounts.selectors import units_of
from core.models import Contribution
from improvements.choices_supervision import InspectionState, NoticeState
from improvements.models import Inspection, Observation, RectificationNotice
from improvements.selectors.figures import moments


def inspections(user):
    return Inspection.objects.visible_to(user).select_related("unit", "led_by").annotate(
        observations_n=Count("observations")
    )  # fmt: skip


def observations(user):
    """Observations the user sees, with ``notice_number`` of an issued notice."""
    return (
        Observation.objects.visible_to(user).select_related("inspection", "unit")
        .annotate(notice_number=F("notice_item__notice__number"))
    )  # fmt: skip


def notices(user):
    return RectificationNotice.objects.visible_to(user).with_due().select_related("unit", "executor")


def awaiting(user):
    """Notices whose next step is the user's: what the rules allow, as one condition."""
    mine = Q()
    belongs = Membership.objects.current().filter(user=user)
    if user.has_perm("improvements.reply_notice"):
        place = ExpressionWrapper(OuterRef("unit__path"), output_field=CharField())
        heads = belongs.filter(is_head=True).annotate(place=place)
        mine |= Q(Exists(heads.filter(place__startswith=F("unit__path"))), state=NoticeState.ISSUED)
        mine |= Q(
            Q(unit__in=units_of(user)) | Q(executor=user), state__in=[NoticeState.ACKNOWLEDGED, NoticeState.RETURNED]
        )
    if user.has_perm("improvements.verify_notice"):
        worked = Contribution.objects.filter(
            subject=RectificationNotice._meta.label_lower, subject_id=OuterRef("pk"), user=user
        )
        mine |= Q(
            Exists(SupervisionMembership.objects.current().filter(user=user)),
            ~Exists(worked),
            ~Exists(belongs.filter(unit__path__startswith=OuterRef("unit__path"))),
            state__in=[NoticeState.DRAFT, NoticeState.REPLIED, NoticeState.VERIFIED],
        )
    return notices(user).filter(mine) if mine else notices(user).none()


def choosable(notice):
    """Observations a draft may stand on: its own, and those of its unit that are in no notice yet."""
    waiting = Q(unit=notice.unit_id, notice_item=None, inspection__state=InspectionState.CONCLUDED)
    return Observation.objects.filter(Q(notice_item__notice=notice) | waiting)


def units_waiting(inspection=None):
    """[(unit, how many)] of units with settled observations that are in no notice yet."""
    free = Observation.objects.free().order_by("unit__path").select_related("unit")
    if inspection is not None:
        free = free.filter(inspection=inspection)
    found = {}
    for row in free:
        found[row.unit] = found.get(row.unit, 0) + 1
    return list(found.items())


@dataclass(frozen=True)
class Verifier:
    """Somebody who verifies notices, or worked on this one: ``part`` is what stands against it, "" where nothing does."""

    user: User
    part: str


def verifiers(notice):
    """Members of the supervision group and everybody who worked on the notice, those who may verify it first."""
    worked = {}
    for row in Contribution.objects.of(notice).select_related("user").order_by("pk"):
        worked.setdefault(row.user, row.part)
    able = {user for user in User.objects.with_capability("improvements.verify_notice") if user.is_active}
    able = {user for user in able if user.pk in set(_supervising(able))}
    of_unit = set(
        Membership.objects.current().filter(unit__path__startswith=notice.unit.path, user__in=able)
        .values_list("user_id", flat=True)
    )  # fmt: skip
    rows = [Verifier(user, worked.get(user) or ("unit" if user.pk in of_unit else "")) for user in able | set(worked)]
    return sorted(rows, key=lambda row: (bool(row.part), row.user.name_key))


def _supervising(users):
    return SupervisionMembership.objects.current().filter(user__in=users).values_list("user_id", flat=True)


# Figures ---------------------------------------------------------------------------------------------


def notices_issued(start, end, units=None):
    """Notices issued on the local days of the period."""
    since, until = moments(start, end)
    rows = RectificationNotice.objects.filter(issued_at__gte=since, issued_at__lt=until)
    return rows if units is None else rows.filter(unit__in=units)


def notices_due(start, end, units=None):
    """Issued notices whose first due day lies in the period: the base of answering on time."""
    since, until = moments(start, end)
    rows = RectificationNotice.objects.settled().filter(due_at__gte=since, due_at__lt=until)
    return rows if units is None else rows.filter(unit__in=units)


def notices_answered_in_time(start, end, units=None):
    """Those of ``notices_due`` that were first answered by their due moment."""
    return notices_due(start, end, units).filter(first_replied_at__lte=F("due_at"))


def notices_returned(start, end, units=None):
    """Those of ``notices_due`` that were sent back at least once."""
    return notices_due(start, end, units).filter(round__gt=1)


def notices_open(units=None):
    rows = RectificationNotice.objects.open().select_related("unit").order_by("issued_at")
    return rows if units is None else rows.filter(unit__in=units)
