"""Material of waves: what there is of it, and for lists."""

from django.db.models import CharField, OuterRef, Q, Subquery
from django.db.models.functions import Cast

from customers.models import FollowUp
from surveys.choices import HandoverState
from surveys.models import (
    Answer,
    AnswerCorrection,
    AnswerText,
    ContactRequest,
    Custody,
    Disposal,
    Draft,
    Handover,
    ImportedAnswer,
    Invitation,
    LowAnswer,
    Opinion,
    Response,
    ResponseCheck,
    SealOpening,
)
from surveys.selectors.lists import counted

GONE = "答卷已按期销毁"  # what a follow-up is about when its answers were disposed of (migration 0020)

NAMED = Q(contact__isnull=False) | Q(customer__isnull=False)


def rows_held(wave_id):
    """{table: rows} of what a disposal would remove of the wave."""
    return {
        "answers": Answer.objects.filter(wave=wave_id).count(),
        "responses": Response.objects.filter(wave=wave_id).count(),
        "texts": AnswerText.objects.filter(wave=wave_id).count(),
        "opinions": Opinion.objects.filter(wave=wave_id).count(),
        "corrections": AnswerCorrection.objects.filter(response__wave=wave_id).count(),
        "checks": ResponseCheck.objects.filter(response__wave=wave_id).count(),
        "low_answers": LowAnswer.objects.filter(response__wave=wave_id).count(),
        "imported": ImportedAnswer.objects.filter(wave=wave_id).count(),
        "seal_openings": SealOpening.objects.filter(response__wave=wave_id).count(),
        "contact_requests": ContactRequest.objects.filter(response__wave=wave_id).count(),
        "follow_ups": _follow_ups(wave_id),
        "drafts": Draft.objects.filter(invitation__wave=wave_id).count(),
        "invitations": Invitation.objects.filter(NAMED, wave=wave_id).count(),
    }


def _follow_ups(wave_id):
    """Follow-ups that repeat what single answers of the wave said."""
    keys = Response.objects.filter(wave=wave_id).annotate(key=Cast("pk", CharField())).values("key")
    return FollowUp.objects.filter(source="surveys.response", source_id__in=keys).exclude(title=GONE).count()


def rows(user):
    """Custody rows for the list: with the newest hand-over's state."""
    newest = Handover.objects.filter(custody=OuterRef("pk")).order_by("-pk")
    return (
        Custody.objects.visible_to(user).select_related("wave__unit", "custodian")
        .defer("wave__audience", "wave__frame").annotate(handover_state=Subquery(newest.values("state")[:1]))
    )  # fmt: skip


def disposals(user):
    from surveys.models import DisposalItem

    lines = DisposalItem.objects.filter(disposal=OuterRef("pk"))
    return (
        Disposal.objects.visible_to(user)
        .select_related("proposed_by", "approved_by")
        .annotate(lines_n=counted(lines, "disposal"))
    )


def to_confirm(user):
    """Hand-overs that wait for the user's yes."""
    rows = Handover.objects.filter(receiver=user, state=HandoverState.SUBMITTED)
    return rows.select_related("custody__wave", "giver").order_by("handed_on", "pk")


def returned(user):
    rows = Handover.objects.filter(giver=user, state=HandoverState.RETURNED)
    return rows.select_related("custody__wave", "receiver").order_by("handed_on", "pk")
