"""Tables that the page of a wave, its PDF and its workbook share: reliability, weights, opinions, each in one wording."""

from django.utils.translation import gettext as _

from core.i18n import pick
from surveys.choices import Direction, WaveState
from surveys.selectors import crosstabs, opinions, reliability, weighting
from surveys.selectors.charts import few


def _levels():
    return {
        "narrow": _("very high: the questions ask almost the same"), "good": _("good: they measure one thing"),
        "fair": _("sufficient"), "weak": _("weak: read the dimension question by question"),
        "poor": _("not one thing: do not use the mean of this dimension alone"), "single": _("one question: nothing to compare"),
        "flat": _("all answers are alike: nothing to compute"), "few": few(),
    }  # fmt: skip


def reliability_table(wave):
    """(title, headers, rows) of Cronbach's alpha per dimension; None where no dimension has two questions."""
    rows = reliability.of_wave(wave)
    if all(row.level == "single" for row in rows):
        return None
    headers = (
        _("Dimension"), _("Questions"), _("Complete answers"), _("Cronbach's alpha"), _("Higher without"), _("What it means"),
    )  # fmt: skip
    return _("How reliable the dimensions are"), headers, [_reliability_row(row) for row in rows]


def _reliability_row(row):
    """The last cell has no figures, so that it is set as words everywhere."""
    said = _levels()[row.level]
    if row.n is not None and not row.is_firm:
        said = _("%(words)s; few answers, so it wavers") % {"words": said}
    without = f"{row.without[0].code} ({row.without[1]:.2f})" if row.without else "–"
    alpha = "–" if row.alpha is None else f"{row.alpha:.2f}"
    title = pick({"t": row.part.titles}, "t")
    return [title, row.items, "–" if row.n is None else row.n, alpha, without, said]


def opinions_table(wave):
    """(title, headers, rows) of the comments by theme and direction, the last row all of them; None where nothing may be told."""
    found = opinions.comments(wave)
    if not found:
        return None
    lines, total = opinions.table(found)
    headers = (_("About"), *(str(direction.label) for direction in Direction), _("All"))
    rows = [[str(line.label) or _("Nothing named"), *line.counts, line.total] for line in lines]
    rows.append([_("All"), *total.counts, total.total])
    return _("What the comments are about"), headers, rows


def opinions_base(wave):
    """How many comments of how many answers stand behind the table, and how far people classed them."""
    found = opinions.comments(wave) or ()
    return _("%(n)s comments; %(decided)s of them were classed by people, the others stand as their words hint.") % {
        "n": len(found), "decided": sum(comment.is_decided for comment in found),
    }  # fmt: skip


def weights_tables(wave):
    """Tables of a stratified sample weighted to its strata: figures, then strata; nothing where it is not possible."""
    column = wave.strata_by if wave.frame else ""
    if wave.state not in WaveState.ended() or column not in dict(crosstabs.weightable(wave)):
        return []
    try:
        found = weighting.weighted(wave, [column])
    except crosstabs.NotPossible:
        return []
    return [figures_table(found, wave), *strata_tables(found)]


def figures_table(found, wave):
    names = {"": _("Overall satisfaction")} | {
        code: pick({"t": part.titles}, "t")
        for code, part in crosstabs.results.instrument_of(wave.questionnaire_version).dimensions.items()
    }
    headers = (
        _("Figure"),
        _("n"),
        _("Mean as answered"),
        _("Mean weighted"),
        _("95% interval"),
        _("Satisfied as answered"),
        _("Satisfied weighted"),
    )
    rows = [
        [
            names[row.code], row.plain.n, f"{row.plain.mean.mean:.2f}", f"{row.mean.mean:.2f}",
            "–" if row.mean.low is None else f"{row.mean.low:.2f}–{row.mean.high:.2f}",
            f"{100 * row.plain.top.estimate:.1f}%", f"{100 * row.top.estimate:.1f}%",
        ]
        for row in found.measures
    ]  # fmt: skip
    base = _("Equal answers they are worth")
    rows.append([base, f"{found.base.n_eff:.0f}", *[""] * 5])
    rows.append([_("Design effect"), f"{found.base.design_effect:.2f}", *[""] * 5])
    return _("Weighted to the population by: %(what)s") % {"what": found.label}, headers, rows


def strata_tables(found):
    for label, rows in found.margins:
        headers = (
            label,
            _("Population"),
            _("Answers"),
            _("Share of the population"),
            _("Share of the answers"),
            _("Share weighted"),
        )
        yield label, headers, [
            [row.label, row.population, row.answers, f"{100 * row.wanted:.1f}%", f"{100 * row.had:.1f}%", f"{100 * row.got:.1f}%"]
            for row in rows
        ]  # fmt: skip


def warnings(found):
    """Sentences about weights that go far: the reader decides with them whether the weighted figure is worth more."""
    facts = {"low": found.lightest, "high": found.heaviest, "trimmed": 100 * found.trimmed, "gap": 100 * found.gap,
             "deff": found.base.design_effect or 0, "eff": found.base.n_eff, "n": found.base.n}  # fmt: skip
    if not found.converged:
        yield _("The targets contradict each other: no weights meet all of them. Do not use these figures.")
    if found.trimmed:
        yield (
            _(
                "%(trimmed).1f%% of the answers had an extreme weight and were held at the bound; the shares miss the targets by up to %(gap).1f points."
            )
            % facts
        )
    elif found.heaviest > weighting.HEAVY or found.lightest < weighting.LIGHT:
        yield (
            _(
                "Extreme weights: one answer counts %(low).2f to %(high).2f times. Ask more people of the groups that are short."
            )
            % facts
        )
    if facts["deff"] > weighting.COSTLY:
        yield _("Weighting costs precision: %(n)s answers are worth %(eff).0f (design effect %(deff).2f).") % facts
