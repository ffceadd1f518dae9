"""The section of periodic reports about supervision: notices issued, answered in time, sent back, open."""

from datetime import timedelta

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from core.i18n import pick
from core.periods import bounds
from core.reporting import Headline, Section, add_section
from core.statistics.intervals import share
from improvements.choices_supervision import NoticeState
from improvements.selectors import supervision


def collect(period, unit=None):
    """Figures of the period as plain JSON; {} when there is nothing to say."""
    units = None if unit is None else [unit.pk]
    since, until = (timezone.localdate(moment) for moment in bounds(period))
    span = since, until - timedelta(days=1)
    issued = supervision.notices_issued(*span, units).select_related("unit").order_by("issued_at")
    found = {
        "issued": [_notice(row) for row in issued],
        "due": supervision.notices_due(*span, units).count(),
        "in_time": supervision.notices_answered_in_time(*span, units).count(),
        "returned": supervision.notices_returned(*span, units).count(),
        "open": [_notice(row) for row in supervision.notices_open(units)],
        "span": [day.isoformat() for day in span], "unit": unit and unit.pk,
    }  # fmt: skip
    return found if found["issued"] or found["due"] or found["open"] else {}


def _notice(row):
    return {
        "number": row.number, "title": row.title, "url": row.get_absolute_url(), "state": row.state, "round": row.round,
        "unit": {"zh": row.unit.name_zh, "en": row.unit.name_en}, "is_late": row.is_overdue,
        "issued": timezone.localdate(row.issued_at).isoformat(), "due": timezone.localdate(row.due_at).isoformat(),
        "answered": row.first_replied_at and timezone.localdate(row.first_replied_at).isoformat(),
    }  # fmt: skip


def headlines(data):
    """Notices issued; answered in time with their base; sent back; open."""
    if not data:
        return
    yield Headline(
        _("Notices issued"), str(len(data["issued"])), "", _("in the period"), url=_rows_url(data, "issued_at")
    )
    if data["due"]:
        rate = share(data["in_time"], data["due"])
        facts = {"n": data["due"], "done": data["in_time"], "low": 100 * rate.low, "high": 100 * rate.high}
        yield Headline(
            _("Notices answered in time"), f"{100 * data['in_time'] / data['due']:.1f}", "%",
            _("%(done)s of %(n)s due, 95%% interval %(low).1f–%(high).1f%%") % facts, url=_rows_url(data, "due_at"),
        )  # fmt: skip
        yield Headline(
            _("Notices sent back"), str(data["returned"]), "", _("of %(n)s due") % {"n": data["due"]},
            url=_rows_url(data, "due_at"),
        )  # fmt: skip
    late = sum(row["is_late"] for row in data["open"])
    yield Headline(
        _("Notices not closed"), str(len(data["open"])), "", _("%(n)s of them overdue") % {"n": late},
        url=f"{reverse('improvements:notice_list')}?state=pending",
    )  # fmt: skip


def _rows_url(data, by):
    since, until = data["span"]
    url = f"{reverse('improvements:notice_list')}?state=any&{by}_after={since}&{by}_before={until}"
    return url + (f"&unit={data['unit']}" if data["unit"] else "")


def sentences(data, part):
    """Paragraphs of one part (overview, conclusions, advice) in the active language."""
    if part == "overview":
        return [_overview(data)] if data else [_("No rectification notice was issued, due or open in this period.")]
    if not data:
        return []
    late = sum(row["is_late"] for row in data["open"])
    if part == "conclusions" and data["due"]:
        facts = {"n": data["due"], "done": data["in_time"], "returned": data["returned"]}
        return [
            _("Of %(n)s notices due, %(done)s were answered in time; %(returned)s were sent back at least once.")
            % facts
        ]
    if part == "advice" and late:
        return [
            ngettext(
                "%(n)s notice is overdue: management should ask the head of the unit.",
                "%(n)s notices are overdue: management should ask the heads of the units.",
                late,
            )
            % {"n": late}
        ]
    return []


def _overview(data):
    facts = {"issued": len(data["issued"]), "open": len(data["open"])}
    return _("The supervision group issued %(issued)s rectification notices; %(open)s are not closed.") % facts


def charts(data):
    return []


def tables(data):
    """[(title, headers, rows)]: notices issued in the period, and older ones that are still open."""
    if not data:
        return []
    known = {row["number"]: row for row in [*data["issued"], *data["open"]]}
    headers = (
        _("Number"), _("Subject"), _("Responsible unit"), _("Issued"), _("Answer due"), _("First answered"), _("Round"),
        _("State"),
    )  # fmt: skip
    rows = [
        [
            row["number"], row["title"], pick(row, "unit"), row["issued"], row["due"], row["answered"] or "–", row["round"],
            str(NoticeState(row["state"]).label),
        ]
        for row in sorted(known.values(), key=lambda row: row["number"])
    ]  # fmt: skip
    return [(_("Rectification notices issued or open"), headers, rows)] if rows else []


def register():
    add_section(Section(
        code="supervision", title=gettext_lazy("Supervision"), order=40, collect=collect, charts=charts, tables=tables,
        headlines=headlines, sentences=sentences,
    ))  # fmt: skip
