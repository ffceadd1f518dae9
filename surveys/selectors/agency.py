"""What a third party has in hand."""

from django.db.models import Count, Q

from customers.models import ContactPerson
from surveys.choices import InvitationState
from surveys.models import Entrustment, Wave


def entrustments(user):
    return Entrustment.objects.visible_to(user).select_related("wave", "activity", "user")


def terms(user, wave):
    """The widest active entrustment by which ``user`` has ``wave``, or None."""
    given = Entrustment.objects.active().filter(
        Q(wave=wave) | Q(activity__isnull=False, activity=wave.activity_id), user=user
    )
    return given.order_by("-sees_contacts", "-may_enter", "-ends_on").first()


def waves_of(user, entrustment):
    """Waves that the entrustment gives, as far as ``user`` may see them."""
    named = Q(pk=entrustment.wave_id) if entrustment.wave_id else Q(activity=entrustment.activity_id)
    return list(Wave.objects.visible_to(user).filter(named).order_by("-opens_at"))


def open_waves(user):
    """Open waves in the hands of ``user`` with ``waiting_n``, the respondents who still owe an answer."""
    waiting = Count("invitations", filter=Q(invitations__state__in=InvitationState.answerable()))
    mine = Wave.objects.filter(Wave.objects.entrusted_to(user)).filter(state="open")
    return mine.annotate(waiting_n=waiting).order_by("closes_at")


def progress(wave):
    """{what: number}: invited, answered, and still without an answer (not known of an anonymous wave)."""
    states = dict(wave.invitations.values_list("state").annotate(n=Count("pk")).order_by())
    states.pop(InvitationState.WITHDRAWN, None)
    waiting = None if wave.is_anonymous else sum(states.get(state, 0) for state in InvitationState.answerable())
    return {
        "invited": sum(states.values()),
        "answered": wave.responses.filter(is_valid=True).count(),
        "waiting": waiting,
    }


def may_be_shown(invitation):
    """Did the respondent agree to be asked, and does nothing protect them now (PRV-11)?"""
    return (
        invitation.contact_id is not None
        and ContactPerson.objects.surveyable().filter(pk=invitation.contact_id).exists()
    )
