"""All columns of the ledger, of which each person sees those chosen: the union of what the regulations ask for (CMP-09, 10, 31)."""

import django_tables2 as tables
from django.db.models import Count, F, Min, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from complaints.choices import CodeList, Nature, Scope, Verdict
from complaints.models import Assignment, CallBack, CodeEntry, Conversation, Determination, Reply
from complaints.models.complaint import SUBJECT
from complaints.tables import ComplaintTable
from core.models import Event
from core.tables import CodeColumn, DayColumn, NumberColumn
from customers.choices import Tier

USUAL = ("number", "kind", "title", "who", "received_at", "responsible", "state", "result", "due")


def last(rows, column):
    """The column of the newest of ``rows`` in the current cycle."""
    return Subquery(rows.filter(cycle=OuterRef("cycle")).order_by("-pk").values(column)[:1])


def first_event(*kinds):
    rows = Event.objects.filter(subject=SUBJECT, subject_id=OuterRef("pk"), kind__in=kinds)
    return Subquery(rows.order_by("pk").values("at")[:1])


# Columns that other tables tell: asked for only where they are shown.
TOLD = {
    "classified_at": lambda: first_event("accept", "handle_directly", "pass_on"),
    "assigned_at": lambda: Subquery(
        Assignment.objects.filter(cycle__complaint=OuterRef("pk")).order_by().values("cycle__complaint").annotate(first=Min("at"))
        .values("first")
    ),
    "cause": lambda: last(Determination.objects, "cause"),
    "facts": lambda: last(Determination.objects, "facts"),
    "remedy": lambda: last(Determination.objects, "remedy"),
    "taken": lambda: last(Reply.objects.filter(approved_at__isnull=False), "measures"),
    "reply": lambda: last(Reply.objects.filter(approved_at__isnull=False), "result"),
    "called_back_at": lambda: last(CallBack.objects, "at"),
    "score": lambda: last(CallBack.objects, "score"),
    "chasers": lambda: Subquery(
        Conversation.objects.filter(cycle__complaint=OuterRef("pk"), is_chaser=True).order_by().values("cycle__complaint")
        .annotate(n=Count("pk")).values("n")
    ),
    "comment": lambda: last(CallBack.objects.exclude(comment=""), "comment"),
}  # fmt: skip

OF_PAST = {"cause": "cause", "taken": "measures", "reply": "result", "comment": "comment"}


class WordColumn(tables.Column):
    """The word for a stored value of ``choices``."""

    def __init__(self, choices, **kwargs):
        self.words = dict(choices.choices)
        super().__init__(**{"orderable": False, "default": "–"} | kwargs)

    def render(self, value):
        return self.words.get(value, value)

    def value(self, value, **kwargs):
        return str(self.words.get(value, value))


class CauseColumn(tables.Column):
    """The word for a cause, also for one that a lead added to the list."""

    def render(self, value):
        return CodeEntry.label(CodeList.CAUSE, value)

    def value(self, value, **kwargs):
        return str(self.render(value))


class TextColumn(tables.Column):
    """A long text: its beginning on the screen, all of it in a file."""

    def __init__(self, **kwargs):
        super().__init__(**{"orderable": False, "default": "–", "attrs": {"td": {"class": "cut"}}} | kwargs)


class PickColumn(tables.Column):
    """A box per row, for acts on several; the version that the page showed travels with it."""

    def __init__(self):
        shown = {"td": {"class": "pick"}, "th": {"class": "pick"}}
        super().__init__(
            verbose_name=_("Choose"), empty_values=(), orderable=False, exclude_from_export=True, attrs=shown
        )

    def render(self, record):
        label = _("Choose %(number)s") % {"number": record.number}
        return format_html(
            '<input type="checkbox" name="row" value="{}:{}" form="bulk" aria-label="{}">',
            record.pk,
            record.version,
            label,
        )


class LedgerTable(ComplaintTable):
    pick = PickColumn()
    customer = tables.Column(verbose_name=_("Customer"), accessor="told_customer", orderable=False, default="–")
    tier = WordColumn(Tier, verbose_name=_("Customer tier"), accessor="customer__tier")
    phone = tables.Column(verbose_name=_("Phone"), accessor="complainant__masked_phone", orderable=False, default="–")
    unit = tables.Column(verbose_name=_("Responsible unit"), accessor="told_unit", order_by="unit__path", default="–")
    handler = tables.Column(
        verbose_name=_("Handled by"), accessor="told_handler", order_by="handler__name_key", default="–"
    )
    desk = tables.Column(verbose_name=_("Receiving unit"), orderable=False, default="–")
    nature = WordColumn(Nature, verbose_name=_("Nature"))
    scope = WordColumn(Scope, verbose_name=_("Scope of effect"))
    classified_at = DayColumn(verbose_name=_("Classified"), orderable=False, default="–")
    assigned_at = DayColumn(verbose_name=_("First assigned"), orderable=False, default="–")
    called_back_at = DayColumn(verbose_name=_("Called back"), orderable=False, default="–")
    closed_at = DayColumn(verbose_name=_("Closed"), accessor="told_closed_at", orderable=False, default="–")
    verdict = WordColumn(Verdict, verbose_name=_("Responsibility"), accessor="told_verdict")
    cause = CauseColumn(verbose_name=_("Cause"), orderable=False, default="–")
    facts = TextColumn(verbose_name=_("Facts found"))
    remedy = TextColumn(verbose_name=_("Remedy"))
    taken = TextColumn(verbose_name=_("Measures taken"))
    reply = TextColumn(verbose_name=pgettext_lazy("ledger", "Answer"))
    score = NumberColumn(verbose_name=_("Satisfaction with the handling"), orderable=False, default="–")
    comment = TextColumn(verbose_name=_("Customer's words"))
    chasers = NumberColumn(verbose_name=_("Pressed for an answer"), orderable=False, default="–")
    past_ledger = tables.Column(verbose_name=_("Old ledger"), accessor="past__ledger", orderable=False, default="–")
    past_number = CodeColumn(verbose_name=_("Old number"), accessor="past__old_number", orderable=False, default="–")
    past_satisfaction = tables.Column(
        verbose_name=_("Satisfaction in the old ledger"), accessor="past__satisfaction", orderable=False, default="–"
    )
    past_remark = TextColumn(verbose_name=_("Remark of the old ledger"), accessor="past__remark")
    repeat_of = CodeColumn(verbose_name=_("Repeats"), accessor="repeat_of__number", orderable=False, default="–")

    class Meta(ComplaintTable.Meta):
        sequence = (
            "pick", "number", "kind", "title", "text", "who", "customer", "tier", "phone", "channel", "received_at",
            "registered_at", "receiver", "desk", "category", "nature", "severity", "scope", "classified_at", "assigned_at",
            "responsible", "unit", "handler", "state", "facts", "cause", "verdict", "remedy", "taken", "reply", "result",
            "score", "comment", "chasers", "repeat_of", "cycle_n", "response_due", "first_response_at", "result_due", "replied_at",
            "called_back_at", "closed_at", "late", "past_ledger", "past_number", "past_satisfaction", "past_remark", "due",
        )  # fmt: skip

    def __init__(self, *args, chosen=USUAL, picks=False, **kwargs):
        super().__init__(*args, **kwargs)
        for column in self.columns.iterall():
            is_shown = picks if column.name == "pick" else column.name in chosen
            (self.columns.show if is_shown else self.columns.hide)(column.name)


ALL = tuple(name for name in LedgerTable._meta.sequence if name != "pick")
LABELS = {name: LedgerTable.base_columns[name].verbose_name for name in ALL}


def chosen_of(names):
    """Known columns among ``names`` in the order of the table; the usual ones where none is left."""
    return tuple(name for name in ALL if name in set(names)) or USUAL


def _told(name):
    """What the newest row says, or the old ledger of a record that came from one."""
    return Coalesce(TOLD[name](), F(f"past__{OF_PAST[name]}")) if name in OF_PAST else TOLD[name]()


def with_columns(rows, chosen):
    """``rows`` with what the chosen columns need of other tables."""
    rows = rows.annotate(**{name: _told(name) for name in chosen if name in TOLD})
    return rows.select_related("repeat_of") if "repeat_of" in chosen else rows
