"""The section of periodic reports that the ledger contributes, drawn from kept figures alone (CMP-42)."""

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from complaints.choices import ADOPTED_ONES, CodeList, Decision, Kind, Verdict
from complaints.models import CodeEntry
from complaints.report_figures import collect
from complaints.selectors import pictures
from core.charts import Chart
from core.reporting import Headline, Section, add_section
from core.statistics.intervals import mean_of, wilson

AGES = ((0, 1), (2, 3), (4, 5), (6, 10), (11, None))  # working days
FEW = 5  # marks below which no mean is shown
WEAK_SHARE = 0.9  # of results in time, below which the report gives advice


def ledger_url(query=""):
    return reverse("complaints:list") + (f"?{query}" if query else "")


def _n(data, name, key):
    return data.get(name, {}).get(key, 0)


# Pictures --------------------------------------------------------------------------------------------


def charts(data):
    """Received by kind beside the period before, complaints by category, open ones by age."""
    return [chart for chart in (_received(data), _categories(data), _ageing(data)) if chart is not None]


def _received(data):
    rows = [(kind.label, _n(data, "before", kind.value), _n(data, "kinds", kind.value)) for kind in Kind]
    if not any(now or before for _label, before, now in rows):
        return None
    total = sum(now for _label, _before, now in rows)
    sentence = _("%(total)s records were received, %(complaints)s of them complaints.") % {
        "total": total, "complaints": _n(data, "kinds", Kind.COMPLAINT),
    }  # fmt: skip
    return Chart(
        "bars",
        {"rows": [{"label": str(label), "values": [before, now]} for label, before, now in rows],
         "series": [_("Period before"), _("This period")], "tones": ["other", "accent"]},
        _("What customers told us, by kind"), sentence,
        ((_("Kind"), _("Period before"), _("This period")), [[str(label), before, now] for label, before, now in rows]),
        rows_url=ledger_url("view=all"),
    )  # fmt: skip


def _categories(data):
    found = data.get("categories", {})
    return pictures.categories(found, ledger_url("view=all&kind=complaint"))


def _ageing(data):
    ages = data.get("ages", [])
    if not ages:
        return None
    rows = [_age_row(ages, first, last) for first, last in AGES]
    late = sum(is_late for _days, is_late in ages)
    sentence = _("%(open)s complaints and suggestions are open, %(late)s of them past a clock.")
    return Chart(
        "ageing", {"rows": rows}, _("Open complaints and suggestions by age"), sentence % {"open": len(ages), "late": late},
        ((_("Waiting for"), _("Count")), [[row["label"], row["value"]] for row in rows]), rows_url=ledger_url("view=open"),
    )  # fmt: skip


def _age_row(ages, first, last):
    here = [is_late for days, is_late in ages if days >= first and (last is None or days <= last)]
    label = _("more than %(days)s working days") % {"days": first - 1}
    if last is not None:
        label = _("%(first)s to %(last)s working days") % {"first": first, "last": last}
    state = "late" if any(here) else "attention" if first >= AGES[1][0] else "ok"
    return {"label": label, "value": len(here), "state": state}


# Headline numbers ------------------------------------------------------------------------------------


def headlines(data):
    """Complaints with their rate, results in time, call-backs, each with its base."""
    if data:
        yield _rate(data)
        yield from _shares(data)


def _rate(data):
    count, served = _n(data, "kinds", Kind.COMPLAINT), data["served"]
    base = _("no services recorded, so no rate")
    if served:
        base = _("%(rate).1f per thousand of %(served)s services") % {"rate": 1000 * count / served, "served": served}
    change = count - _n(data, "before", Kind.COMPLAINT)
    return Headline(
        _("Complaints"), f"{count:,}", "", base, change=_("%(change)+d against the period before") % {"change": change},
        url=ledger_url("view=all&kind=complaint"),
    )  # fmt: skip


def _shares(data):
    for label, found, key, query in (
        (_("First response in time"), data["clocks"]["response"], "kept", "view=all&kind=complaint"),
        (_("Result in time"), data["clocks"]["result"], "kept", "view=all&kind=complaint"),
        (_("Reached by call-back"), data["call_backs"], "reached", "view=all&kind=complaint"),
    ):
        if found["due"]:
            yield Headline(label, f"{100 * found[key] / found['due']:.1f}", "%", _based(found[key], found["due"]),
                           url=ledger_url(query))  # fmt: skip


def _based(count, n):
    interval = wilson(count, n)
    return _("%(count)s of %(n)s, 95%% interval %(low).1f–%(high).1f%%") % {
        "count": count, "n": n, "low": 100 * interval.low, "high": 100 * interval.high,
    }  # fmt: skip


# Tables ----------------------------------------------------------------------------------------------


def tables(data):
    """[(title, headers, rows)]: clocks, responsibility, call-backs, decisions on suggestions."""
    if not data:
        return []
    return [table for table in (_clocks(data), _verdicts(data), _call_backs(data), _decisions(data)) if table[2]]


def _clocks(data):
    rows = [
        [label, found["due"], found["kept"], found["due"] - found["kept"], f"{100 * found['kept'] / found['due']:.1f}%"]
        for label, found in (
            (_("First response"), data["clocks"]["response"]),
            (_("Result"), data["clocks"]["result"]),
        )
        if found["due"]
    ]
    headers = (_("Clock"), _("Due in the period"), _("In time"), _("Not in time"), _("Share"))
    return _("Timeliness of complaints"), headers, rows


def _counted(found, choices):
    total = sum(found.values())
    return [
        [str(one.label), found[one.value], f"{100 * found[one.value] / total:.1f}%"]
        for one in choices
        if found.get(one.value)
    ]


def _verdicts(data):
    headers = (_("Responsibility"), _("Count"), _("Share"))
    return _("Responsibility of answered complaints"), headers, _counted(data["verdicts"], Verdict)


def _call_backs(data):
    found = data["call_backs"]
    if not found["due"]:
        return _("Call-backs"), (), []
    rows = [
        [_("Answered, to be called back"), found["due"]],
        [_("Reached"), found["reached"]],
        [_("Resolved, as the customer says"), found["resolved"]],
    ]
    if len(found["scores"]) >= FEW:
        mean = mean_of(found["scores"])
        rows.append([_("Satisfaction with the handling (n = %(n)s)") % {"n": mean.n}, f"{mean.mean:.2f}"])
    return _("Call-backs"), (_("Call-backs"), _("Count")), rows


def _decisions(data):
    headers = (_("Decision"), _("Count"), _("Share"))
    return _("Suggestions decided"), headers, _counted(data["decisions"], Decision)


# Sentences -------------------------------------------------------------------------------------------


def sentences(data, part):
    """What the section says in the report's overview, conclusions and advice."""
    if not data:
        return []
    return {"overview": _overview, "conclusions": _conclusions, "advice": _advice}.get(part, lambda data: [])(data)


def _overview(data):
    count = _n(data, "kinds", Kind.COMPLAINT)
    said = [
        ngettext("%(n)s complaint was received.", "%(n)s complaints were received.", count) % {"n": count},
    ]
    suggestions = _n(data, "kinds", Kind.SUGGESTION)
    if suggestions:
        decided = sum(data["decisions"].values())
        adopted = sum(data["decisions"].get(one, 0) for one in ADOPTED_ONES)
        text = _("%(n)s suggestions were received; of %(decided)s decided, %(adopted)s were adopted, also in part.")
        said.append(text % {"n": suggestions, "decided": decided, "adopted": adopted})
    return said


def _conclusions(data):
    said, found = [], data["clocks"]["result"]
    if found["due"]:
        text = _("%(kept)s of %(due)s results came in time (%(share).1f%%).")
        said.append(text % {**found, "share": 100 * found["kept"] / found["due"]})
    verdicts = data["verdicts"]
    if verdicts:
        ours = sum(verdicts.get(one, 0) for one in Verdict.substantiated())
        text = _("Of %(n)s complaints with a determination, %(ours)s were justified, also in part.")
        said.append(text % {"n": sum(verdicts.values()), "ours": ours})
    return said


def _advice(data):
    said, found = [], data["clocks"]["result"]
    if found["due"] and found["kept"] / found["due"] < WEAK_SHARE:
        said.append(_("Look at the complaints whose result came late, and at who waited for whom."))
    categories = data["categories"]
    if categories and max(categories.values()) > 1:
        first = max(categories, key=lambda key: (categories[key], key))
        text = _("Begin with “%(category)s”: most complaints are about it.")
        said.append(text % {"category": CodeEntry.label(CodeList.CATEGORY, first)})
    if any(is_late for _days, is_late in data["ages"]):
        said.append(_("Settle the open complaints and suggestions that are past a clock."))
    return said


def register():
    add_section(Section(
        code="complaints", title=gettext_lazy("Complaints and suggestions"), order=20, collect=collect, charts=charts,
        tables=tables, headlines=headlines, sentences=sentences,
    ))  # fmt: skip
