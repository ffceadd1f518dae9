"""The sentences a report about surveys begins with; they claim only what the intervals allow. People edit them afterwards."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.i18n import pick, suffix
from core.statistics.results import Verdict
from surveys.report_parts import based, difference, parts, percents, signed

RETURN_GOAL = 0.5  # below this share of answers the advice speaks of asking differently


def sentences(data, part):
    """Paragraphs of one part (overview, results, conclusions, advice) in the active language."""
    if not data.get("waves"):
        return [_("No survey ended in this period.")] if part == "overview" else []
    return [signed(line) for line in PARTS[part](data, parts(data)) if line]


def listed(words):
    return _(", ").join(word.rstrip("？?") for word in words)


def together(said):
    """Sentences of one paragraph; Chinese sets no space between them."""
    return (" " if suffix() == "en" else "").join(said)


def in_text(label):
    """A column's name as it stands inside a sentence."""
    return label[:1].lower() + label[1:]


# Overview --------------------------------------------------------------------------------------------


def _overview(data, waves):
    for wave in waves:
        yield _asked(wave)
    plan = data["plan"]
    if plan["due"]:
        yield ngettext(
            "The yearly plans put %(due)s activity into this period; %(done)s has been carried out.",
            "The yearly plans put %(due)s activities into this period; %(done)s of them have been carried out.", plan["due"],
        ) % plan  # fmt: skip
    yield _(
        "Small groups (fewer than five answers) are not shown. A change is called proven only where its 95% interval does not hold zero."
    )


def _asked(wave):
    invited, valid = wave.counts["invited"], wave.results.valid_n
    first, last = wave.window
    facts = {"wave": wave.code, "name": wave.name, "first": first, "last": last, "invited": invited, "valid": valid,
             "rate": 100 * valid / invited if invited else 0}  # fmt: skip
    said = (
        _("“%(name)s” (%(wave)s) ran from %(first)s to %(last)s. %(invited)s people were invited and %(valid)s valid answers "
          "came back, a response rate of %(rate).1f%%.") if invited else
        _("“%(name)s” (%(wave)s) ran from %(first)s to %(last)s through an open link and brought %(valid)s valid answers.")
    ) % facts  # fmt: skip
    more = []
    if wave.data.get("is_confidential"):
        more.append(_("It was confidential."))
    elif wave.data["is_anonymous"]:
        more.append(_("It was anonymous."))
    if wave.data["words"]:
        more.append(_("Respondents left %(n)s comments in their own words.") % {"n": wave.data["words"]})
    if wave.results.is_hidden:
        more.append(_("Too few answers came back to show results."))
    return together([said, *more])


# Results ---------------------------------------------------------------------------------------------


def _results(data, waves):
    for wave in waves:
        if wave.results.headline.scores is None:
            continue
        yield _about(wave, waves, _level(wave))
        yield _order(wave)
        yield _moved(wave)
        for found, differing in wave.groups:
            yield _compared(wave, found, differing)
        yield _recommended(wave)


def _level(wave):
    scores = wave.results.headline.scores
    top = scores.top
    said = _("Overall, %(share).1f%% are satisfied (%(count)s of %(n)s, 95%% interval %(low).1f–%(high).1f%%); the mean is %(mean).2f of 5.") % {
        "share": 100 * top.estimate, "count": top.count, "n": top.n, "low": 100 * top.low, "high": 100 * top.high,
        "mean": scores.mean.mean,
    }  # fmt: skip
    if len(wave.data["results"]["dimensions"]) and wave.results.headline.question is None:
        said = together([said, _("It is the mean of all rated questions.")])
    return said


def _about(wave, waves, sentence):
    """The sentence, with the wave it is about where the report speaks of several."""
    return _("%(wave)s: %(sentence)s") % {"wave": wave.code, "sentence": sentence} if len(waves) > 1 else sentence


def _shown(wave):
    return [row for row in wave.results.dimensions if row.scores is not None]


def _order(wave):
    """Best and worst dimension, where their intervals stand apart."""
    rows = sorted(_shown(wave), key=lambda row: row.scores.mean.mean)
    if len(rows) < 2:
        return ""
    worst, best = rows[0].scores.mean, rows[-1].scores.mean
    facts = {"worst": wave.titles[rows[0].code], "low": worst.mean, "low_base": based(worst),
             "best": wave.titles[rows[-1].code], "high": best.mean, "high_base": based(best)}  # fmt: skip
    if worst.high is not None and best.low is not None and worst.high < best.low:
        return _("“%(best)s” stands highest at %(high).2f (%(high_base)s), “%(worst)s” lowest at %(low).2f (%(low_base)s); "
                 "the distance between them is beyond chance.") % facts  # fmt: skip
    return (
        _("The dimensions lie close together, from %(low).2f to %(high).2f; no order between them is proven.") % facts
    )


def _moved(wave):
    """What changed against the wave before, dimension by dimension."""
    changes = [row for row in _shown(wave) if row.change]
    if not changes:
        return ""
    before = changes[0].change.before.code
    better, worse = (_named(wave, changes, verdict) for verdict in (Verdict.IMPROVED, Verdict.WORSENED))
    said = []
    if better:
        said.append(_("Against %(wave)s these improved: %(names)s.") % {"wave": before, "names": listed(better)})
    if worse:
        said.append(_("Against %(wave)s these declined: %(names)s.") % {"wave": before, "names": listed(worse)})
    if not said:
        return _("Against %(wave)s no dimension shows a proven change.") % {"wave": before}
    if len(better) + len(worse) < len(changes):
        said.append(_("No change of the other dimensions is proven."))
    return together(said)


def _named(wave, rows, verdict):
    return [
        _("“%(name)s” %(change)s") % {"name": wave.titles[row.code], "change": difference(row.change.mean)}
        for row in rows
        if row.change.mean.verdict == verdict
    ]


def _compared(wave, found, differing):
    shown = [row for row in found.rows if row.scores is not None]
    if len(shown) < 2:
        return ""
    best, worst = shown[0], shown[-1]
    facts = {"what": in_text(found.label), "best": best.label, "high": best.scores.mean.mean, "worst": worst.label,
             "low": worst.scores.mean.mean, "p": _p(found.p)}  # fmt: skip
    is_apart = (
        found.p is not None and found.p < 0.05 and not any({best.value, worst.value} <= set(run) for run in found.runs)
    )
    said = (
        _("Compared by %(what)s, “%(best)s” (%(high).2f) is ahead of “%(worst)s” (%(low).2f), p %(p)s.")
        if is_apart
        else _("Compared by %(what)s, no difference in overall satisfaction is proven.")
    ) % facts
    return together([said, *(weak(wave, found, row) for row in differing[:2])])


def _p(value):
    """How p is written after its letter."""
    return "" if value is None else "< 0.001" if value < 0.001 else f"= {value:.3f}"


def weak(wave, found, row):
    """The dimension in which one group lies behind another, with the distance."""
    labels = {group.value: group.label for group in found.rows}
    return _("In “%(dimension)s”, “%(worst)s” lies %(gap).2f below “%(best)s” (interval %(low).2f to %(high).2f).") % {
        **row, "dimension": wave.titles[row["dimension"]], "worst": labels[row["worst"]], "best": labels[row["best"]],
    }  # fmt: skip


def _recommended(wave):
    nps = next((row.nps for row in wave.results.questions if row.nps is not None), None)
    if nps is None or nps.low is None:
        return ""
    return _("The net promoter score is %(score).0f (n = %(n)s, 95%% interval %(low).0f to %(high).0f).") % {
        "score": nps.estimate, "n": nps.n, "low": nps.low, "high": nps.high,
    }  # fmt: skip


# Conclusions -----------------------------------------------------------------------------------------


def _conclusions(data, waves):
    for wave in waves:
        if wave.results.headline.scores is not None:
            yield _about(wave, waves, _against_target(wave))
            yield _trend(wave)
            yield _short_of_target(wave)
    yield _followed(data["follow_ups"])
    yield _found(data["findings"])


def _against_target(wave):
    mean, target = wave.results.headline.scores.mean, wave.data["target"]
    facts = {"mean": mean.mean, "target": target, "base": based(mean)}
    if mean.low is None or mean.low <= target <= mean.high:
        return (
            _("The overall score of %(mean).2f (%(base)s) does not differ provably from the target of %(target).2f.")
            % facts
        )
    if mean.mean > target:
        return _("The overall score of %(mean).2f (%(base)s) is above the target of %(target).2f.") % facts
    return _("The overall score of %(mean).2f (%(base)s) misses the target of %(target).2f.") % facts


def _trend(wave):
    change = wave.results.headline.change
    if change is None or change.top.low is None:
        return ""
    facts = percents(change.top) | {"wave": change.before.code}
    return {
        Verdict.IMPROVED: _("The share of satisfied customers has risen since %(wave)s by %(change).1f points (%(low)+.1f to %(high)+.1f)."),
        Verdict.WORSENED: _("The share of satisfied customers has changed since %(wave)s by %(change).1f points (%(low)+.1f to %(high)+.1f): a proven decline."),
        Verdict.NOT_PROVEN: _("Since %(wave)s the share of satisfied customers has moved by %(change)+.1f points (%(low)+.1f to %(high)+.1f), which is not proven."),
    }[change.top.verdict] % facts  # fmt: skip


def _below(wave):
    """Dimensions whose whole interval lies under the target, lowest first."""
    rows = [
        row for row in _shown(wave) if row.scores.mean.high is not None and row.scores.mean.high < wave.data["target"]
    ]
    return sorted(rows, key=lambda row: row.scores.mean.mean)


def _short_of_target(wave):
    names = [
        _("“%(name)s” %(change)s") % {"name": wave.titles[row.code], "change": f"{row.scores.mean.mean:.2f}"}
        for row in _below(wave)
    ]
    return _("Provably below the target: %(names)s.") % {"names": listed(names)} if names else ""


def _followed(follow_ups):
    if not follow_ups["total"]:
        return ""
    open_ones, late = len(follow_ups["ages"]), sum(is_late for _days, is_late in follow_ups["ages"])
    said = (
        _("%(answers)s low answers opened %(total)s follow-ups: %(closed)s are closed, %(resolved)s of them resolved with the "
          "customer; %(open)s are open, %(late)s of these past their day.") if open_ones else
        _("%(answers)s low answers opened %(total)s follow-ups; all are closed, %(resolved)s of them resolved with the customer.")
    )  # fmt: skip
    return said % {
        **follow_ups, "closed": follow_ups["total"] - open_ones, "open": open_ones, "late": late,
        "resolved": follow_ups["outcomes"].get("resolved", 0),
    }  # fmt: skip


def _found(findings):
    confirmed = [f"“{pick(row, 'subject')}”" for row in findings if row["state"] == "confirmed"]
    proposed = sum(row["state"] == "proposed" for row in findings)
    said = []
    if confirmed:
        said.append(_("Confirmed findings: %(names)s.") % {"names": listed(dict.fromkeys(confirmed))})
    if proposed:
        said.append(
            ngettext("%(n)s finding waits for a decision.", "%(n)s findings wait for a decision.", proposed)
            % {"n": proposed}
        )
    return together(said)


# Advice ----------------------------------------------------------------------------------------------


def _advice(data, waves):
    for wave in waves[:1]:
        yield from _of_wave(wave)
    late = sum(is_late for _days, is_late in data["follow_ups"]["ages"])
    if late:
        yield ngettext("Call the customer whose follow-up is past its day before anything else.",
                       "Call the %(n)s customers whose follow-ups are past their day before anything else.", late) % {"n": late}  # fmt: skip
    if any(row["state"] == "proposed" for row in data["findings"]):
        yield _(
            "Decide the proposed findings, and name for each confirmed one the unit, the measure and the wave that is to prove it."
        )


def _of_wave(wave):
    lines = [_fix_first(wave), _stop_decline(wave), *_weak_groups(wave), _keep(wave), _ask_again(wave)]
    found = [line for line in lines if line]
    yield from found or [
        _("Nothing in the scores calls for a measure of its own; keep measuring with the same questions.")
    ]


def _fix_first(wave):
    points = wave.importance.points if wave.importance else ()
    names = [f"“{wave.titles[point.name]}”" for point in points if point.quadrant == "fix_first"]
    if names:
        return _(
            "Begin with %(names)s: it weighs heavily in overall satisfaction and scores low, and both are certain."
        ) % {"names": listed(names)}
    names = [f"“{wave.titles[row.code]}”" for row in _below(wave)[:2]]
    return _("Take up %(names)s, which lies provably below the target.") % {"names": listed(names)} if names else ""


def _stop_decline(wave):
    names = [f"“{wave.titles[r.code]}”" for r in _shown(wave) if r.change and r.change.mean.verdict == Verdict.WORSENED]
    return _("Find out what changed in %(names)s since the wave before; read the comments and the calls to the low answers first.") % {
        "names": listed(names)} if names else ""  # fmt: skip


def _weak_groups(wave):
    for found, differing in wave.groups:
        labels = {row.value: row.label for row in found.rows}
        for row in differing[:1]:
            yield _("Let “%(worst)s” learn from “%(best)s” in “%(dimension)s”; the next wave shows whether the distance shrinks.") % {
                "worst": labels[row["worst"]], "best": labels[row["best"]], "dimension": wave.titles[row["dimension"]],
            }  # fmt: skip


def _keep(wave):
    names = [f"“{wave.titles[r.code]}”" for r in _shown(wave) if r.change and r.change.mean.verdict == Verdict.IMPROVED]
    return (
        _("Keep what was done for %(names)s and spread it to the other units.") % {"names": listed(names)}
        if names
        else ""
    )


def _ask_again(wave):
    invited = wave.counts["invited"]
    if not invited or wave.results.valid_n / invited >= RETURN_GOAL:
        return ""
    return _("Fewer than half of those invited answered; check addresses, timing and reminders before the next wave.")


PARTS = {"overview": _overview, "results": _results, "conclusions": _conclusions, "advice": _advice}
