"""The pictures of survey results as core.charts.Chart; every picture with its sentence and the same numbers
as a table.

``url`` parameters are callables that return the address of the rows behind a datum, or None.
"""

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from core.charts import Chart
from core.i18n import pick
from core.statistics.results import Verdict
from core.statistics.trend import mean_chart
from surveys.choices import QuestionKind as Kind

TONES = {Verdict.IMPROVED: "better", Verdict.WORSENED: "worse", Verdict.NOT_PROVEN: "none"}


def few():
    from django.conf import settings

    return _("fewer than %(n)s answers") % {"n": settings.SUPPRESSION_SCORES}


def dimensions(results, *, url=None):
    """Dimension scores as dots with interval, with the wave before."""
    rows = [_dot(row, pick({"t": row.titles}, "t"), url and url(row.code)) for row in results.dimensions]
    headers = (_("Dimension"), _("Mean"), _("95% interval"), _("n"))
    return Chart(
        "dot_interval", {"rows": rows, "decimals": 2, "value_label": _("mean, 1–5")},
        _("Scores by dimension"), _lowest(rows), (headers, [_score_row(row) for row in rows]),
        note=_("Dots are means of respondents, bars 95% intervals."),
    )  # fmt: skip


def _dot(row, label, url):
    if row.scores is None:
        return {"label": label, "value": None, "suppressed": few()}
    mean, change = row.scores.mean, getattr(row, "change", None)
    found = {
        "label": label,
        "value": mean.mean,
        "low": mean.low,
        "high": mean.high,
        "n": mean.n,
        "url": url or "",
    }
    if change:
        found |= {"previous": change.before_scores.mean.mean, "verdict": TONES[change.mean.verdict]}
    return {key: value for key, value in found.items() if value is not None}


def _lowest(rows):
    shown = [row for row in rows if row.get("value") is not None]
    if not shown:
        return few()
    worst = min(shown, key=lambda row: row["value"])
    return _("Lowest: %(label)s, %(value).2f (n = %(n)s).") % worst


def _score_row(row):
    if row.get("value") is None:
        return [row["label"], few(), "", ""]
    interval = f"{row['low']:.2f}–{row['high']:.2f}" if "low" in row else "–"
    return [row["label"], round(row["value"], 2), interval, row["n"]]


def distributions(results, *, url=None):
    """The rated questions as stacked bars centred on neutral, a picture for each scale among them."""
    scales = {}
    for row in results.questions:
        if row.question.kind == Kind.RATING:
            scales.setdefault(tuple(point.value for point in row.question.best_first), []).append(row)
    return [_distribution(rows, url) for rows in scales.values()]


def _distribution(rated, url):
    points = rated[0].question.best_first[::-1]
    rows = [_bar(row, points, url) for row in rated]
    words = [point.text for point in points]
    table = [[row["label"], *(row.get("counts") or [few()]), row.get("n", "")] for row in rows]
    return Chart(
        "diverging", {"scale": words, "rows": rows}, _("How the questions were answered"), _eased(rated),
        ((_("Question"), *words, _("n")), table),
    )  # fmt: skip


def _eased(rated):
    """The sentence of customer effort, where it was asked."""
    said = [
        _("“%(question)s”: %(share).1f%% found it easy (5 to 7; n = %(n)s).")
        % {"question": row.question.title, "share": 100 * row.ease.estimate, "n": row.ease.n}
        for row in rated
        if row.ease
    ]
    return " ".join(said)


def _bar(row, points, url):
    label = row.question.title
    if row.is_hidden:
        return {"label": label, "counts": [0] * len(points), "suppressed": few()}
    counts = {cell.choice.value: cell.share.count for cell in row.cells}
    return {
        "label": label, "counts": [counts.get(point.value, 0) for point in points], "n": row.n,
        "strong": row.question.is_overall, "url": url(row.question.uid) if url else "",
    }  # fmt: skip


def bands(results):
    """Shares of the forms whose total falls into each band; None where the form has no total."""
    if not results.bands:
        return None
    rows = [
        {"label": pick({"t": band.label}, "t"), "values": [_share(band.share)], "n": band.share.count,
         "note": _("from %(least)g points") % {"least": band.least}}
        for band in results.bands
    ]  # fmt: skip
    n = results.bands[0].share.n
    table = [[row["label"], row["note"], row["n"], row["values"][0]] for row in rows]
    return Chart(
        "bars", {"rows": rows, "unit": "%", "decimals": 1, "most": 100}, _("Forms by their total"), f"n = {n}",
        ((_("Band"), _("Total"), _("Count"), "%"), table),
    )  # fmt: skip


def question(row):
    """One question that is not rated: shares of its answers, places of a ranking, or a number with its interval."""
    if row.is_hidden:
        return Chart("bars", {"rows": []}, row.question.title, few())
    if row.places:
        return _ranking(row)
    if row.numbers:
        return _number(row)
    rows = [{"label": cell.choice.text, "values": [_share(cell.share)], "n": cell.share.count} for cell in row.cells]
    return Chart(
        "bars", {"rows": rows, "unit": "%", "decimals": 1, "most": 100}, row.question.title, f"n = {row.n}",
        ((_("Answer"), _("Count"), "%"), [[r["label"], r["n"], r["values"][0]] for r in rows]),
    )  # fmt: skip


def _share(share):
    return round(100 * share.estimate, 1)


def _ranking(row):
    """First places and other places, stacked; the order is that of the points."""
    rows = [
        {"label": place.choice.text, "values": [_share(place.first), round(_share(place.placed) - _share(place.first), 1)],
         "n": place.placed.count}
        for place in row.places
    ]  # fmt: skip
    table = [[p.choice.text, _share(p.first), _share(p.placed), round(p.points.mean, 2)] for p in row.places]
    headers = (_("Answer"), _("First place, %"), _("Any place, %"), _("Points"))
    note = _(
        "Points: the first of %(places)s places counts %(places)s, the last 1, no place 0; the mean of all who answered."
    )
    return Chart(
        "bars", {"rows": rows, "unit": "%", "decimals": 1, "most": 100, "series": [_("First place"), _("Other places")]},
        row.question.title, f"n = {row.n}", (headers, table), note=note % {"places": row.question.places},
    )  # fmt: skip


def _number(row):
    mean, (low, middle, high) = row.numbers.mean, row.numbers.quartiles
    found = {"label": _("Mean"), "value": mean.mean, "low": mean.low, "high": mean.high, "n": mean.n}
    table = ((_("Mean"), _("95% interval"), _("Lower quartile"), _("Median"), _("Upper quartile"), _("n")),
             [[round(mean.mean, 2), "–" if mean.low is None else f"{mean.low:.2f}–{mean.high:.2f}",
               round(low, 2), round(middle, 2), round(high, 2), row.n]])  # fmt: skip
    data = {"rows": [{key: value for key, value in found.items() if value is not None}], "decimals": 2,
            "unit": row.question.unit}  # fmt: skip
    return Chart("dot_interval", data, row.question.title, _("Half of the answers lie between %(low)g and %(high)g.") % {
        "low": low, "high": high}, table)  # fmt: skip


def groups(found, *, url=None):
    """Groups as dots with interval, sorted, brackets where no order is proven."""
    rows = [_dot(row, row.label, url and url(row.value)) for row in found.rows]
    place = {row.value: number for number, row in enumerate(found.rows)}
    sentence = (
        _("The groups differ (p %(p)s).") % {"p": f"= {found.p:.3f}" if found.p >= 0.001 else "< 0.001"}
        if found.p is not None and found.p < 0.05
        else _("No difference between the groups is proven.")
    )
    data = {"rows": rows, "decimals": 2,
            "brackets": [[place[run[0]], place[run[-1]]] for run in found.runs]}  # fmt: skip
    if found.total:
        data["reference"] = {"value": found.total.mean.mean, "label": _("all")}
    table = ((found.label, _("Mean"), _("95% interval"), _("n")), [_score_row(row) for row in rows])
    return Chart("dot_interval", data, _("Compared by: %(what)s") % {"what": found.label}, sentence, table)


def trend(points, *, target=None, url=None, dimension=None, cut=None):
    """The overall score (or one dimension) over the waves, with control limits and breaks, whose reason is ``cut``."""
    scores = [point.dimensions.get(dimension) if dimension else point.scores for point in points]
    breaks = [number for number, point in enumerate(points) if point.breaks and number]
    usable = [number for number, score in enumerate(scores) if score]
    if not usable:
        return Chart("trend_limits", {"points": []}, _("Trend"), few())
    limits = dict(
        zip(
            usable,
            mean_chart(
                [scores[number].mean for number in usable],
                breaks=[
                    usable.index(next(n for n in usable if n >= number)) for number in breaks if number <= usable[-1]
                ],
                scale=(1, 5),
            ),
            strict=True,
        )
    )
    rows = [_point(point, score, limits.get(number), url) for number, (point, score) in
            enumerate(zip(points, scores, strict=True))]  # fmt: skip
    data = {
        "points": rows,
        "decimals": 2,
        "bounds": [1, 5],
        "breaks": [{"before": n, "label": cut or _("new version"), "comparable": False} for n in breaks],
    }
    if target is not None:
        data["target"] = {"value": float(target), "label": _("target")}
    table = ((_("Wave"), _("Mean"), _("95% interval"), _("n")), [_score_row(row) for row in rows])
    return Chart(
        "trend_limits",
        data,
        _("Trend over waves"),
        _last(points, scores),
        table,
        note=_("Control limits: three sigma from the pooled spread; no line across a break."),
    )


def _point(point, score, limit, url):
    if score is None:
        return {"label": point.wave.code, "value": None, "suppressed": few()}
    mean = score.mean
    found = {
        "label": point.wave.code, "value": mean.mean, "low": mean.low, "high": mean.high, "n": mean.n,
        "center": limit.centre, "lower": limit.low, "upper": limit.high, "signal": bool(limit.signal) or None,
        "url": url(point.wave.id) if url else None,
    }  # fmt: skip
    return {key: value for key, value in found.items() if value is not None}


def _last(points, scores):
    last = scores[-1]
    if last is None:
        return few()
    return _("Latest (%(wave)s): %(mean).2f, n = %(n)s.") % {
        "wave": points[-1].wave.code, "mean": last.mean.mean, "n": last.n,
    }  # fmt: skip


def funnel(stages, *, url=None):
    """The funnel of a wave; stages that are not measured are left out of the picture and named in the
    table.
    """
    shown = [
        {"label": stage.label, "value": stage.count, "url": (url(stage.key) if url else "") or ""}
        for stage in stages
        if stage.count is not None
    ]
    table = [[stage.label, _("not measured") if stage.count is None else stage.count] for stage in stages]
    return Chart(
        "funnel",
        {"stages": shown},
        _("From invitation to valid answer"),
        "",
        ((_("Stage"), _("Count")), table),
    )


def importance(found, titles):
    """The importance–performance map; ``titles`` are {dimension code: words}. None without a base."""
    if found is None or not found.points:
        return None
    points = [_map_point(point, titles) for point in found.points]
    fix = [titles[point.name] for point in found.points if point.quadrant == "fix_first"]
    sentence = (
        _("Improve first: %(names)s.") % {"names": pgettext("list separator", ", ").join(fix)}
        if fix
        else _("No dimension is certain to need work first.")
    )
    return Chart(
        "importance_performance",
        {
            "points": points,
            "x_label": _("importance (share of explained variation)"),
            "y_label": _("score"),
            "x_mean": found.importance_line * 100,
            "y_mean": found.performance_line,
            "x_unit": "%",
            "decimals": 2,
        },
        _("What to improve first"),
        sentence,
        (
            (_("Dimension"), _("Importance %"), _("Mean"), _("n")),
            [[p["label"], round(p["x"], 1), round(p["y"], 2), p["n"]] for p in points],
        ),
    )


def _map_point(point, titles):
    importance, mean = point.importance, point.performance
    found = {
        "label": titles[point.name],
        "x": importance.estimate * 100,
        "y": mean.mean,
        "n": mean.n,
        "x_low": None if importance.low is None else importance.low * 100,
        "x_high": None if importance.high is None else importance.high * 100,
        "y_low": mean.low,
        "y_high": mean.high,
    }
    return {key: value for key, value in found.items() if value is not None}
