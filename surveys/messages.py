"""The mails of surveys: made at sending, so that neither outbox nor backup holds a usable link."""

from datetime import date
from functools import lru_cache

from django.conf import settings
from django.template.defaultfilters import date as format_date
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy, ngettext

from core.i18n import pick, suffix
from notifications.kinds import Guarantee, Kind, from_template, register
from surveys.choices import InvitationState

COLUMNS = (
    "state", "generation", "reminder_no", "contact__name", "contact__email", "contact__opted_out_at", "wave__updated_at",
)  # fmt: skip


def prepare(messages):
    """Read the invitations of a handful of mails at once."""
    from surveys.models import Invitation  # kinds are registered before the models are ready

    rows = Invitation.objects.select_related("contact", "wave").only(*COLUMNS)
    found = rows.in_bulk([message.context["invitation"] for message in messages])
    for message in messages:
        message.invitation = found.get(message.context["invitation"])


def render(message, context):
    """Invitation or reminder; None when it is not needed any more (answered, withdrawn, opted out,
    closed).
    """
    from surveys.services import invitations, links

    invitation = message.invitation
    if invitation is not None:
        invitation.wave = _wave(invitation.wave_id, invitation.wave.updated_at)
    if invitation is None or not invitations.may_be_mailed(invitation):
        return None
    if context["number"] and invitation.state == InvitationState.BOUNCED:
        return None  # the mail before it came back
    url = links.personal_url(invitation)
    return from_template(
        "survey_invitation",
        _words(invitation, url, is_reminder=context["number"] > 0),
        to=invitation.contact.email or message.to_email,
        language=message.language,
        subject=_subject(invitation, context),
        headers={
            "List-Unsubscribe": f"<{url}stop/>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        },
    )


@lru_cache(maxsize=8)
def _wave(pk, updated_at):
    """The wave with its key; read once for all its mails, and again after any change of it."""
    from surveys.models import Wave

    rows = Wave.objects.select_related("link_key", "questionnaire_version", "seal_keeper")
    return rows.defer("questionnaire_version__definition", "audience").get(pk=pk)


def _subject(invitation, context):
    minutes = _minutes(invitation.wave)
    text = (
        ngettext(
            "[%(portal)s] Reminder: %(minutes)s minute for “%(wave)s”",
            "[%(portal)s] Reminder: %(minutes)s minutes for “%(wave)s”",
            minutes,
        )
        if context["number"]
        else ngettext(
            "[%(portal)s] Please take %(minutes)s minute: “%(wave)s”",
            "[%(portal)s] Please take %(minutes)s minutes: “%(wave)s”",
            minutes,
        )
    )
    return text % {
        "portal": settings.PORTAL[f"name_{suffix()}"],
        "minutes": minutes,
        "wave": pick(invitation.wave, "name"),
    }


def _words(invitation, url, *, is_reminder):
    wave = invitation.wave
    return {
        "name": invitation.contact.name,
        "wave_name": pick(wave, "name"),
        "invitation_text": pick(wave, "invitation"),
        "minutes": _minutes(wave),
        "deadline": format_date(timezone.localtime(wave.closes_at), "DATETIME_FORMAT"),
        "is_anonymous": wave.is_anonymous,
        "keeper": pick(wave.seal_keeper, "name") if wave.is_confidential else "",
        "is_reminder": is_reminder,
        "is_last": invitation.reminder_no + is_reminder >= wave.reminders_max,
        "link": url,
        "stop": f"{url}stop/",
    }


def _minutes(wave):
    from surveys.selectors.questionnaires import instrument_of

    return instrument_of(wave.questionnaire_version).minutes


def sent(message):
    from surveys.services import invitations

    invitations.mark_sent(message.context["invitation"], message.context["number"], message.sent_at or timezone.now())


def failed(message, permanent):
    from surveys.services import invitations

    invitations.mark_bounced(message.context["invitation"], message.error)


def returned(message):
    from surveys.services import invitations

    invitations.mark_returned(message)


for code, title in (
    ("surveys.invitation", gettext_lazy("Survey invitation")),
    ("surveys.reminder", gettext_lazy("Survey reminder")),
):
    register(
        Kind(
            code,
            title,
            render=render,
            prepare=prepare,
            on_sent=sent,
            on_failed=failed,
            on_bounced=returned,
            guarantee=Guarantee.AT_MOST_ONCE,
        )
    )


def _project_duty(context):
    title = (context["title_en"] if suffix() == "en" else "") or context["title"]
    day = format_date(date.fromisoformat(context["due"]), "SHORT_DATE_FORMAT")
    return gettext("Ask the customer of %(project)s before %(day)s: nobody has answered this quarter") % {
        "project": title, "day": day,
    }  # fmt: skip


register(Kind("surveys.project_duty", gettext_lazy("Project not asked this quarter"), line=_project_duty))


def _seal_opened(context):
    return gettext("%(by)s opened the seal of a confidential answer in %(wave)s: %(reason)s") % context


register(Kind("surveys.seal_opened", gettext_lazy("Seal of a confidential answer opened"), line=_seal_opened))


def _titled(context):
    return (context["title_en"] if suffix() == "en" else "") or context["title"]


def _short(day):
    return format_date(date.fromisoformat(day), "SHORT_DATE_FORMAT")


def _task_due(context):
    words = {"task": _titled(context), "wave": context["wave"], "day": _short(context["due"])}
    if context["late"]:
        return gettext("Overdue since %(day)s: “%(task)s” of %(wave)s") % words
    return gettext("Due today: “%(task)s” of %(wave)s") % words


register(Kind("surveys.task_due", gettext_lazy("Task of a survey due"), line=_task_due))


def _notice(context):
    words = {"wave": _titled(context), "opens": _short(context["opens"]), "closes": _short(context["closes"])}
    return gettext("“%(wave)s” begins on %(opens)s and runs until %(closes)s") % words


def _notice_mail(message, context):
    """None once the wave has opened, moved or been given up."""
    from surveys.models import Wave

    wave = Wave.objects.filter(code=context["wave"], state="scheduled").first()
    if wave is None or timezone.localdate(wave.opens_at).isoformat() != context["opens"]:
        return None
    line = _notice(context)
    words = {
        "intro": gettext("%(line)s. You are told beforehand because you or your department take part.") % {"line": line},
        "link": settings.BASE_URL + wave.get_absolute_url(), "button": gettext("Open the survey"),
    }  # fmt: skip
    return from_template("action", words, to=message.to_user.email, language=message.language,
                         subject=f"[{settings.PORTAL[f'name_{suffix()}']}] {line}")  # fmt: skip


register(Kind("surveys.advance_notice", gettext_lazy("Advance notice of a survey"), render=_notice_mail, line=_notice))


def _retention_ends(context):
    day = format_date(date.fromisoformat(context["due"]), "SHORT_DATE_FORMAT")
    return gettext("The material of %(wave)s is due for disposal on %(day)s") % {"wave": context["wave"], "day": day}


def _entrusted(context):
    day = format_date(date.fromisoformat(context["until"]), "SHORT_DATE_FORMAT")
    return gettext("Entrusted to you until %(day)s: %(title)s") % {"title": context["title"], "day": day}


CONFIRM = gettext_lazy("Confirm the hand-over of %(n)s forms of %(wave)s")
ACCEPTED = gettext_lazy("Your hand-over of %(n)s forms of %(wave)s is received")
RETURNED = gettext_lazy("Your hand-over of %(n)s forms of %(wave)s came back; the reason is on its page")
LISTED = gettext_lazy("Disposal list %(number)s: material of %(n)s waves is past its date")

for code, title, line in (
    ("surveys.handover_to_confirm", gettext_lazy("Hand-over to confirm"), lambda context: CONFIRM % context),
    ("surveys.handover_accepted", gettext_lazy("Hand-over received"), lambda context: ACCEPTED % context),
    ("surveys.handover_returned", gettext_lazy("Hand-over returned"), lambda context: RETURNED % context),
    ("surveys.retention_ends", gettext_lazy("Retention ends soon"), _retention_ends),
    ("surveys.disposal_listed", gettext_lazy("Material past its date"), lambda context: LISTED % context),
    ("surveys.entrusted", gettext_lazy("Survey entrusted"), _entrusted),
):
    register(Kind(code, title, line=line))
