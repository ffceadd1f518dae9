"""Forms of what is done with a mail to the service desk."""

from datetime import timedelta

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override, pgettext

from complaints.forms.acts import words
from complaints.models import Complaint
from core.forms import StepForm
from core.i18n import CHINESE
from customers.forms.fields import DayField

LONGEST_PROMISE = timedelta(days=60)


class MailForm(StepForm):
    """A step on a mail; plain, it only wants a yes."""

    def __init__(self, *args, item, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.item, self.user = item, user
        self.prepare()

    def prepare(self):
        """Choices and first values that depend on the mail."""


class MailWhyForm(MailForm):
    comment = words(_("Reason"))


class MailRemarkForm(MailForm):
    comment = words(_("Remark"), required=False)


class AttachForm(MailForm):
    """The number of an open record the mail belongs to."""

    complaint = forms.CharField(
        label=_("Number of the record"), max_length=20, widget=forms.TextInput(attrs={"class": "w-s mono"}),
        help_text=_("For example TS-2026-000123. The record hears of the mail, and gets its files."),
    )  # fmt: skip
    comment = words(_("Remark"), required=False)

    def prepare(self):
        related = self.item.related
        self.fields["complaint"].initial = related.number if related and related.is_open else ""

    def clean_complaint(self):
        number = self.cleaned_data["complaint"].strip().upper()
        found = (
            Complaint.objects.visible_to(self.user).filter(number=number).select_related("handler", "receiver").first()
        )
        if found is None:
            raise forms.ValidationError(_("There is no record with this number. Look it up in the ledger."))
        if not found.is_open:
            raise forms.ValidationError(
                _("This record has ended. Open it again, or register a new one that repeats it.")
            )
        return found


class AnswerMailForm(MailForm):
    text = words(_("Answer"), rows=10, help_text=_("It goes out as it stands, with greeting, number and our address."))


class InterimForm(MailForm):
    """That the answer takes longer, and until when (DSK-06)."""

    promised_on = DayField(label=_("Answer promised for"))
    text = words(_("Answer"), rows=6, help_text=_("It goes out as it stands, with greeting, number and our address."))

    def prepare(self):
        day = timezone.localdate() + timedelta(days=3)
        self.fields["promised_on"].initial = day
        with override(self.item.language):
            self.fields["text"].initial = pgettext(
                "mail to a customer",
                "Thank you for your mail. Your question needs a closer look, and we need a little more time for it. "
                "You hear from us again by the day we have noted: {day}.",
            ).format(day=day.strftime("%Y年%-m月%-d日") if self.item.language == CHINESE else day.strftime("%-d %B %Y"))

    def clean_promised_on(self):
        day = self.cleaned_data["promised_on"]
        if not timezone.localdate() <= day <= timezone.localdate() + LONGEST_PROMISE:
            raise forms.ValidationError(_("Give a day between today and 60 days from now."))
        return day
