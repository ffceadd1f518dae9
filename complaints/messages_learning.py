"""Messages about the case library, case reports and feedback."""

from django.utils.translation import gettext_lazy

from core.i18n import suffix
from notifications.kinds import Kind, register


def _line(text):
    """``name`` is kept in both languages."""

    def line(context):
        spoken = {key: value[suffix()] if isinstance(value, dict) else value for key, value in context.items()}
        return text % spoken

    return line


LINES = {
    "library_to_confirm": (gettext_lazy("Library entry to confirm"),
                           gettext_lazy("Please confirm that nothing personal remains in %(entry)s.")),
    "library_sent_back": (gettext_lazy("Library entry sent back"), gettext_lazy("Your draft %(entry)s was sent back.")),
    "library_shared": (gettext_lazy("Library entry shared"), gettext_lazy("%(entry)s is in the case library now.")),
    "case_report_drafted": (gettext_lazy("Case report drafted"), gettext_lazy("A case report waits for your words: %(name)s.")),
    "case_report_issued": (gettext_lazy("Case report issued"), gettext_lazy("A case report was issued: %(name)s.")),
    "feedback_handed": (gettext_lazy("Feedback of customers"),
                        gettext_lazy("What customers say was handed to your unit: %(title)s.")),
    "feedback_acknowledged": (gettext_lazy("Feedback acknowledged"), gettext_lazy("The unit says what becomes of it: %(title)s.")),
    "meeting_called": (gettext_lazy("Case meeting"), gettext_lazy("You take part in the case meeting “%(title)s” on %(day)s.")),
}  # fmt: skip
for _code, (_title, _text) in LINES.items():
    register(Kind(f"complaints.{_code}", _title, line=_line(_text)))
