"""The section of periodic reports that surveys contribute: pictures, headline numbers and tables from kept figures alone."""

from dataclasses import replace

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from core.charts import Chart
from core.i18n import pick
from core.reporting import Headline, Section, add_section
from core.statistics.results import Verdict
from customers.choices import FollowUpState, Outcome
from surveys.choices import FindingState
from surveys.report_figures import collect
from surveys.report_parts import based, difference, interval, of_dimension, parts, percents, signed
from surveys.report_words import in_text, sentences, weak
from surveys.selectors import charts as drawn

SIGNS = {Verdict.IMPROVED: "up", Verdict.WORSENED: "down", Verdict.NOT_PROVEN: "none"}
AGES = ((0, 1), (2, 3), (4, 5), (6, 10), (11, None))  # working days an open follow-up has waited
ROWS_OF_PARETO = 12


# Pictures --------------------------------------------------------------------------------------------


def charts(data):
    """Every picture of the period: the first wave in full, of the others scores and distribution, then what became of it."""
    waves = parts(data)
    found = [
        _labelled(chart, wave, len(waves) > 1)
        for number, wave in enumerate(waves)
        for chart in _pictures(wave, in_full=number == 0)
        if chart is not None
    ]
    return found + [chart for chart in (_pareto(waves), _ageing(data.get("follow_ups"))) if chart is not None]


def _pictures(wave, *, in_full):
    if wave.results.is_hidden:
        return
    yield _to(drawn.dimensions(wave.results), wave.url)
    if wave.results.bands:
        yield _to(drawn.bands(wave.results), wave.url)
    yield from (_to(chart, wave.url) for chart in drawn.distributions(wave.results))
    if not in_full:
        return
    if len(wave.trend) > 1:
        yield _to(drawn.trend(wave.trend, target=wave.data["target"], url=_wave_url), wave.url)
    for found, differing in wave.groups:
        yield _to(drawn.groups(found), f"{wave.url}?by={found.column}")
        for row in differing[:1]:
            yield _to(_differing(wave, found, row), f"{wave.url}?by={found.column}")
    yield _to(drawn.importance(wave.importance, wave.titles), wave.url)
    yield _to(drawn.funnel(wave.funnel), reverse("surveys:wave_invitations", args=[wave.data["id"]]))


def _differing(wave, found, row):
    """The groups by the dimension in which they differ most surely."""
    code = row["dimension"]
    total = next(one.scores for one in wave.results.dimensions if one.code == code)
    title = _("“%(dimension)s” by %(what)s") % {"dimension": wave.titles[code], "what": in_text(found.label)}
    return replace(drawn.groups(of_dimension(found, code, total)), title=title, sentence=weak(wave, found, row))


def _wave_url(pk):
    return reverse("surveys:wave", args=[pk])


def _to(chart, url):
    return chart and replace(chart, rows_url=url)


def _labelled(chart, wave, has_several):
    """The wave's number beside the title where the report speaks of several waves."""
    if not has_several:
        return chart
    return replace(chart, title=_("%(title)s (%(wave)s)") % {"title": chart.title, "wave": wave.code})


def _pareto(waves):
    """Questions by their low answers, over all waves."""
    low, titles = {}, {}
    for wave in waves:
        for question, count in wave.low:
            low[question.uid] = low.get(question.uid, 0) + count
            titles[question.uid] = question.title
    rows = sorted(((titles[uid], count) for uid, count in low.items() if count), key=lambda row: -row[1])
    if len(rows) < 2:
        return None
    total, first = sum(count for _title, count in rows), rows[0]
    sentence = _("%(count)s of %(total)s low answers were given to “%(question)s”.") % {
        "count": first[1], "total": total, "question": first[0],
    }  # fmt: skip
    return Chart(
        "pareto", {"rows": [{"label": title, "value": count} for title, count in rows[:ROWS_OF_PARETO]]},
        _("Where the low answers were given"), sentence, ((_("Question"), _("Low answers")), [list(row) for row in rows]),
        rows_url=reverse("surveys:wave_low", args=[waves[0].data["id"]]) if not waves[0].data["is_anonymous"] else waves[0].url,
    )  # fmt: skip


def _ageing(follow_ups):
    """How long the open follow-ups of low answers have waited."""
    ages = follow_ups["ages"] if follow_ups else []
    if not ages:
        return None
    rows = []
    for first, last in AGES:
        here = [is_late for days, is_late in ages if days >= first and (last is None or days <= last)]
        label = _("%(first)s to %(last)s working days") % {"first": first, "last": last}
        if last is None:
            label = _("more than %(days)s working days") % {"days": first - 1}
        state = "late" if any(here) else "attention" if first >= AGES[1][0] else "ok"
        rows.append({"label": label, "value": len(here), "state": state})
    late = sum(is_late for _days, is_late in ages)
    sentence = _("%(open)s follow-ups are open, %(late)s of them past their day.") % {
        "open": len(ages),
        "late": late,
    }
    return Chart(
        "ageing", {"rows": rows}, _("Open follow-ups by age"), sentence,
        ((_("Waiting for"), _("Count")), [[row["label"], row["value"]] for row in rows]),
        rows_url=reverse("customers:follow_up_list"),
    )  # fmt: skip


# Headline numbers ------------------------------------------------------------------------------------


def headlines(data):
    """Satisfied share and mean of the largest wave, response rate of all, follow-up of low answers."""
    return [*_overall(parts(data)), *_returned(parts(data)), *_followed(data.get("follow_ups"))]


def _overall(waves):
    shown = [wave for wave in waves if wave.results.headline.scores is not None]
    if not shown:
        return
    wave = shown[0]
    scores, change = wave.results.headline.scores, wave.results.headline.change
    top, mean = scores.top, scores.mean
    yield Headline(
        _("Satisfied"), f"{100 * top.estimate:.1f}", "%", _("n = %(n)s, 95%% interval %(low).1f–%(high).1f%%") % {
            "n": top.n, "low": 100 * top.low, "high": 100 * top.high},
        change=signed(_("%(change)+.1f points (%(low)+.1f to %(high)+.1f)") % percents(change.top)) if change else "",
        verdict=SIGNS[change.top.verdict] if change else "", url=wave.url,
    )  # fmt: skip
    yield Headline(
        _("Mean score"), f"{mean.mean:.2f}", "/5", based(mean),
        change=difference(change.mean) if change else "", verdict=SIGNS[change.mean.verdict] if change else "", url=wave.url,
    )  # fmt: skip


def _returned(waves):
    asked = sum(wave.counts["invited"] or 0 for wave in waves)
    valid = sum(wave.results.valid_n for wave in waves)
    if asked:
        base = _("%(valid)s valid answers of %(invited)s invited") % {"valid": valid, "invited": asked}
        yield Headline(_("Response rate"), f"{100 * valid / asked:.1f}", "%", base, url=reverse("surveys:wave_list"))


def _followed(follow_ups):
    if not follow_ups or not follow_ups["total"]:
        return
    closed = follow_ups["total"] - len(follow_ups["ages"])
    base = _("%(closed)s of %(total)s closed, %(in_time)s in time") % {**follow_ups, "closed": closed}
    yield Headline(_("Low answers followed up"), f"{100 * closed / follow_ups['total']:.1f}", "%", base,
                   url=reverse("customers:follow_up_list"))  # fmt: skip


# Tables ----------------------------------------------------------------------------------------------


def tables(data):
    """[(title, headers, rows)]: the waves, the questions of the largest, outcomes of follow-ups, findings."""
    waves = parts(data)
    found = [_waves_table(waves)] if waves else []
    if waves and not waves[0].results.is_hidden:
        found.append(_questions_table(waves[0]))
        found += [_sum_table(waves[0])] if waves[0].results.satisfaction else []
    follow_ups = data.get("follow_ups") or {}
    if follow_ups.get("total"):
        found.append(_outcomes_table(follow_ups))
    if data.get("findings"):
        found.append(_findings_table(data["findings"], len(waves) > 1))
    return found


def _waves_table(waves):
    headers = (
        _("Wave"),
        pgettext("day", "Closed"),
        _("Invited"),
        _("Valid answers"),
        _("Response rate"),
        _("Mean"),
        _("95% interval"),
        _("Satisfied"),
    )
    return _("Waves of the period"), headers, [_wave_row(wave) for wave in waves]


def _wave_row(wave):
    invited, scores = wave.counts["invited"], wave.results.headline.scores
    rate = f"{100 * wave.results.valid_n / invited:.1f}%" if invited else "–"
    figures = [drawn.few(), "", ""]
    if scores is not None:
        figures = [f"{scores.mean.mean:.2f}", interval(scores.mean), f"{100 * scores.top.estimate:.1f}%"]
    return [f"{wave.code} {wave.name}", wave.window[1], invited, wave.results.valid_n, rate, *figures]


def _questions_table(wave):
    headers = (_("Question"), _("n"), _("Mean"), _("95% interval"), _("Satisfied"), _("Not satisfied"))
    rows = []
    for row in wave.results.questions:
        if not row.question.is_scored:
            continue
        if row.is_hidden:
            rows.append([row.question.title, drawn.few(), "", "", "", ""])
            continue
        scores = row.scores
        rows.append([row.question.title, row.n, f"{scores.mean.mean:.2f}", interval(scores.mean),
                     f"{100 * scores.top.estimate:.1f}%", f"{100 * scores.bottom.estimate:.1f}%"])  # fmt: skip
    return _("Question by question (%(wave)s)") % {"wave": wave.code}, headers, rows


def _sum_table(wave):
    """The regulation's sum with the counts behind it (QST-17)."""
    counts, whole = wave.results.option_counts, wave.results.satisfaction
    places = (_("First option"), _("Second option"), _("Third option"), _("Fourth option"), _("Fifth option"))
    headers = (*places, _("Sum"), _("Mean"), _("Mean ÷ 5"))
    row = [*counts, whole.total, f"{whole.mean:.2f}", f"{100 * whole.percent:.1f}%"]
    return (
        _("Sum 5a + 4b + 3c + 2d + 1e over all five-point questions (%(wave)s)") % {"wave": wave.code},
        headers,
        [row],
    )


def _outcomes_table(follow_ups):
    found = [(outcome, follow_ups["outcomes"].get(outcome.value, 0)) for outcome in Outcome]
    found += [
        (state, follow_ups["states"].get(state.value, 0)) for state in FollowUpState if state != FollowUpState.DONE
    ]
    rows = [[str(what.label), count, f"{100 * count / follow_ups['total']:.1f}%"] for what, count in found if count]
    return _("What became of the low answers"), (_("Outcome"), _("Count"), _("Share")), rows


def _findings_table(findings, has_several):
    headers = (
        _("Below target"),
        _("Responsible unit"),
        _("State"),
        _("n"),
        _("Mean"),
        _("95% interval"),
        _("Target"),
    )
    rows = [
        [
            _subject(row) if has_several else pick(row, "subject"), pick(row, "unit"), str(FindingState(row["state"]).label), row["n"],
            f"{row['mean']:.2f}", "–" if row["low"] is None else f"{row['low']:.2f}–{row['high']:.2f}", f"{row['target']:.2f}",
        ]
        for row in findings
    ]  # fmt: skip
    return _("Findings"), headers, rows


def _subject(row):
    return _("%(title)s (%(wave)s)") % {"title": pick(row, "subject"), "wave": row["wave"]}


def register():
    add_section(Section(
        code="surveys", title=gettext_lazy("Customer surveys"), order=10, collect=collect, charts=charts, tables=tables,
        headlines=headlines, sentences=sentences,
    ))  # fmt: skip
