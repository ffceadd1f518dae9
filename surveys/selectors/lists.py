"""Rows of survey lists with what their columns need, in a fixed number of queries."""

from django.db.models import Case, Count, DecimalField, F, IntegerField, OuterRef, Subquery, When
from django.db.models.functions import Coalesce

from customers.choices import FollowUpState
from surveys.choices import InvitationState
from surveys.models import Answer, Finding, Invitation, LowAnswer, Response, SurveyTraining, Wave


def counted(rows, field="pk"):
    """Subquery that counts ``rows`` (already filtered to the outer row)."""
    found = rows.order_by().annotate(one=F(field)).values("one").annotate(n=Count("*")).values("n")
    return Coalesce(Subquery(found, output_field=IntegerField()), 0)


def waves(user):
    """Waves with ``invited_n`` and ``answered_n``."""
    invited = Invitation.objects.filter(wave=OuterRef("pk")).exclude(state=InvitationState.WITHDRAWN)
    answered = Response.objects.filter(wave=OuterRef("pk"), is_valid=True)
    return Wave.objects.visible_to(user).annotate(
        invited_n=counted(invited, "wave"), answered_n=counted(answered, "wave")
    )


def responses(user, wave):
    """Single answers of a wave with names: ``overall`` score and ``low_n``."""
    overall = Answer.objects.filter(response=OuterRef("pk"), question__is_overall=True).values("score5")[:1]
    low = LowAnswer.objects.filter(response=OuterRef("pk"))
    return (
        Response.objects.visible_to(user).filter(wave=wave).select_related("invitation__customer")
        .annotate(overall=Subquery(overall, output_field=DecimalField()), low_n=counted(low, "response"))
        .defer("raw").order_by("-submitted_at", "pk")
    )  # fmt: skip


def low_answers(wave):
    """Low answers of a wave with their follow-up, the open ones first."""
    return (
        LowAnswer.objects.filter(response__wave=wave)
        .select_related("question", "response__invitation__customer", "follow_up__owner")
        .order_by(Case(When(follow_up__state__in=FollowUpState.ended(), then=1), default=0), "follow_up__due_at")
    )


def is_untrained(user):
    """Others are noted as trained for surveys and ``user`` is not (SUR-27); where nobody is noted, nobody is untrained."""
    return SurveyTraining.objects.exists() and not SurveyTraining.objects.filter(user=user).exists()


def findings(user):
    return Finding.objects.visible_to(user).select_related("wave__questionnaire_version", "question", "unit")
