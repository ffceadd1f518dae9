"""Mails and inbox lines of appointments. The mail carries the calendar entry; it is made at sending from what holds then."""

from datetime import datetime

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import ics, moments
from core.i18n import suffix
from notifications.kinds import Kind, Mail, from_template, register


def _person(context):
    from fieldwork.models import MeetingPerson  # kinds are registered before the models are ready

    related = ("user", "contact", "meeting__customer", "meeting__unit", "meeting__lead")
    return MeetingPerson.objects.select_related(*related).filter(pk=context["person"]).first()


def _is_stale(person, context):
    """Taken off, over, moved since (another mail says so), or the contact person is not to be asked any more."""
    from fieldwork.choices import MeetingState
    from fieldwork.services.meetings import may_be_asked

    if person is None or person.withdrawn_at or person.meeting.state != MeetingState.BOOKED:
        return True
    if person.meeting.starts_at != datetime.fromisoformat(context["at"]):
        return True
    return person.contact_id is not None and not may_be_asked(person.contact)


def invited(message, context):
    person = _person(context)
    if _is_stale(person, context):
        return None
    subject = (
        _("Appointment: %(name)s, %(at)s") if not context["sequence"] else _("Changed appointment: %(name)s, %(at)s")
    )
    intro = _("We would like to meet you. The appointment is attached; please accept or decline it in your calendar.")
    if person.is_host:
        intro = _("You take part in this appointment. The entry for your calendar is attached.")
    return _mail(message, person, subject, intro, ics.REQUEST)


def reminder(message, context):
    person = _person(context)
    if _is_stale(person, context):
        return None
    return _mail(
        message, person, _("Reminder: %(name)s, %(at)s"), _("This is a reminder of our appointment."), ics.REQUEST
    )


def cancelled(message, context):
    """Also to those who opted out meanwhile: nobody should wait for us."""
    person = _person(context)
    if person is None or (person.contact_id and person.contact.erased_at):
        return None
    return _mail(message, person, _("Cancelled: %(name)s, %(at)s"), _("This appointment does not take place. We are sorry for the trouble."),
                 ics.CANCEL)  # fmt: skip


def _mail(message, person, subject, intro, method):
    meeting, address = person.meeting, address_of(person, message)
    if not address:
        return None
    facts = {"name": _name_for(person), "at": moments.text(meeting.starts_at)}
    context = {"intro": intro, "facts": facts_of(person), "link": _link(person), "button": _("Open the appointment")}
    mail = from_template("appointment", context, to=address, subject=subject % facts, language=message.language)
    file = ics.write(appointment(person, address), method)
    attachment = ("appointment.ics", file, f"text/calendar; method={method}")
    return Mail(mail.to, mail.subject, mail.text, mail.html, mail.headers, (attachment,))


def address_of(person, message=None):
    if person.user_id:
        return person.user.email
    return person.contact.email or (message.to_email if message else "")


def _name_for(person):
    """Customers read who wants to meet them, our own people whom they meet."""
    meeting = person.meeting
    if meeting.title or person.user_id:
        return meeting.name
    return _("Visit by %(portal)s") % {"portal": settings.PORTAL[f"name_{suffix()}"]}


def _link(person):
    return settings.BASE_URL + person.meeting.get_absolute_url() if person.is_host else ""


def facts_of(person):
    meeting = person.meeting
    rows = [
        (_("When"), f"{moments.local(meeting.starts_at):%Y-%m-%d %H:%M}–{moments.local(meeting.ends_at):%H:%M}"),
        (_("Where"), meeting.place), (_("About"), meeting.purpose or meeting.shared_need),
        (_("Leader"), f"{meeting.lead} ({meeting.unit})"),
    ]  # fmt: skip
    return [(label, value) for label, value in rows if value]


def appointment(person, address):
    """The calendar entry of one person; no other invited person's name or address stands in it."""
    meeting, portal = person.meeting, settings.PORTAL
    name = str(person.user) if person.user_id else person.contact.name
    host = settings.BASE_URL.partition("://")[2].partition(":")[0].partition("/")[0]
    return ics.Appointment(
        uid=f"{meeting.uid}@{host}", sequence=meeting.sequence, starts_at=meeting.starts_at, ends_at=meeting.ends_at,
        summary=_name_for(person), location=meeting.place, stamp=meeting.updated_at, url=_link(person),
        description="\n".join(f"{label}: {value}" for label, value in facts_of(person)[2:]),
        organizer=(portal[f"name_{suffix()}"], portal["email"]), attendee=(name, address), alarm_minutes=60,
    )  # fmt: skip


def appointment_for(meeting, person, user):
    """The entry for the calendar of ``user``, who takes part as ``person`` or only looks (None)."""
    from fieldwork.models import MeetingPerson

    shown = person or MeetingPerson(meeting=meeting, user=user, is_host=True)
    shown.meeting = meeting
    return appointment(shown, user.email)


def _line(text):
    def line(context):
        return text % {"name": context["name"], "at": moments.text(datetime.fromisoformat(context["at"]))}

    return line


register(
    Kind(
        "fieldwork.meeting_invited",
        gettext_lazy("Appointment"),
        render=invited,
        line=_line(gettext_lazy("Appointment: %(name)s, %(at)s")),
    )
)
register(Kind("fieldwork.meeting_cancelled", gettext_lazy("Appointment cancelled"), render=cancelled,
              line=_line(gettext_lazy("Cancelled: %(name)s, %(at)s"))))  # fmt: skip
register(Kind("fieldwork.meeting_reminder", gettext_lazy("Reminder of an appointment"), render=reminder,
              line=_line(gettext_lazy("Reminder: %(name)s, %(at)s"))))  # fmt: skip
