"""A wave of a periodic report: its kept figures as objects, its words and numbers in the active language."""

import re
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from core.i18n import pick
from core.statistics.groups import rank, welch_anova
from surveys.choices import Segment
from surveys.selectors.frozen import Groups, ImportanceMap, Stage, TrendPoint, WaveResults, thaw


@dataclass(frozen=True)
class WavePart:
    """One wave of a report: its kept figures as objects, its words in the active language."""

    data: dict

    @cached_property
    def results(self):
        return thaw(WaveResults, self.data["results"])

    @property
    def code(self):
        return self.results.wave.code

    @property
    def name(self):
        return pick(self.results.wave, "name")

    @property
    def url(self):
        return reverse("surveys:wave", args=[self.data["id"]])

    @property
    def window(self):
        return tuple(
            date_format(date.fromisoformat(self.data[key]), "DATE_FORMAT") for key in ("opened_on", "closed_on")
        )

    @cached_property
    def titles(self):
        """{dimension: its words}."""
        return {row.code: pick({"t": row.titles}, "t") for row in self.results.dimensions}

    @cached_property
    def trend(self):
        return tuple(thaw(TrendPoint, point) for point in self.data["trend"])

    @cached_property
    def funnel(self):
        return tuple(Stage(row["key"], pick(row, "label"), row["count"]) for row in self.data["funnel"])

    @property
    def counts(self):
        return {stage.key: stage.count for stage in self.funnel}

    @cached_property
    def importance(self):
        return thaw(ImportanceMap, self.data["importance"])

    @cached_property
    def groups(self):
        """[(Groups with words of the active language, differing dimensions as kept)]."""
        return [(_named(row), row["differing"]) for row in self.data["groups"]]

    @cached_property
    def low(self):
        """[(question, answers at or under the limit)] of the questions that may be shown."""
        limit = self.data["low_at"]
        return [
            (
                row.question,
                sum(c.share.count for c in row.cells if c.choice.score5 is not None and c.choice.score5 <= limit),
            )
            for row in self.results.questions
            if row.question.is_scored and not row.is_hidden
        ]


def of_dimension(found, code, total):
    """The same groups compared by one dimension: ranked anew, with ``total`` as the score of everybody."""
    scores = {row.value: row.dimensions[code] for row in found.rows if code in row.dimensions}
    order = rank({value: one.mean for value, one in scores.items()})
    place = {value: number for number, value in enumerate(order.order)}
    rows = sorted(found.rows, key=lambda row: place.get(row.value, len(place)))
    p = welch_anova([one.mean for one in scores.values()]).p
    return replace(
        found,
        rows=tuple(replace(row, scores=scores.get(row.value)) for row in rows),
        runs=order.runs,
        p=p,
        total=total,
    )


def _named(data):
    """Groups whose labels are those of the active language."""
    found = thaw(Groups, data["found"])
    rows = tuple(replace(row, label=pick(data["labels"], row.value)) for row in found.rows)
    return replace(found, label=str(Segment(data["column"]).label), rows=rows)


def parts(data):
    """The waves of the section, the one with most answers first."""
    return [WavePart(wave) for wave in data.get("waves", ())]


# Numbers in words -----------------------------------------------------------------------------------


def signed(text):
    """The same text with a true minus before numbers; codes such as 2026-Q3-01 keep their hyphens."""
    return re.sub(r"(?<![0-9A-Za-z])-(?=\d)", "−", text)


def percents(change):
    return {"change": 100 * change.estimate, "low": 100 * change.low, "high": 100 * change.high}


def based(mean):
    if mean.low is None:
        return f"n = {mean.n}"
    return _("n = %(n)s, 95%% interval %(low).2f–%(high).2f") % {
        "n": mean.n,
        "low": mean.low,
        "high": mean.high,
    }


def difference(change):
    """A difference of means with its interval: +0.31 (+0.12 to +0.50)."""
    if change.low is None:
        return signed(f"{change.estimate:+.2f}")
    facts = {"change": change.estimate, "low": change.low, "high": change.high}
    return signed(_("%(change)+.2f (%(low)+.2f to %(high)+.2f)") % facts)


def interval(mean):
    return "–" if mean.low is None else f"{mean.low:.2f}–{mean.high:.2f}"
