"""What changed between two approved versions of a plan, for people to read."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from core.i18n import pick
from surveys.choices import Designer, Goal, Recurrence, Stage
from surveys.models.plan import PARTS

FACTS = (
    "title_zh",
    "title_en",
    "method",
    "starts_on",
    "ends_on",
    "owner",
    "expected_n",
    "recurrence",
    "recurrence_reason",
)


@dataclass(frozen=True)
class Difference:
    """Parts that read differently [(label, before, after)], activities added, removed and changed, and schemes that read
    differently [(activity, [(label, before, after)])].
    """

    parts: list
    added: list
    removed: list
    changed: list
    schemes: list

    @property
    def is_empty(self):
        return not (self.parts or self.added or self.removed or self.changed or self.schemes)


def difference(older, newer):
    """Difference from ``older`` to ``newer`` (PlanRevision.content, or services.plans.snapshot of the plan as it is).

    An activity is known again by its id.
    """
    texts = [(label, _part(older, key), _part(newer, key)) for key, label in PARTS.items()]
    parts = [(label, was, now) for label, was, now in texts if was != now]
    before, after = ({row["id"]: row for row in content["activities"]} for content in (older, newer))
    changed = [(before[pk], row) for pk, row in after.items() if pk in before and _facts(before[pk]) != _facts(row)]
    added, removed = (
        [row for pk, row in one.items() if pk not in other] for one, other in ((after, before), (before, after))
    )
    both = [(before[pk], row) for pk, row in after.items() if pk in before]
    schemes = [(row, lines) for was, row in both if (lines := _scheme_changes(was, row))]
    return Difference(parts, added, removed, changed, schemes)


def _scheme_changes(was, now):
    return [
        (label, old, new)
        for (label, old), (_same, new) in zip(scheme_lines(was), scheme_lines(now), strict=True)
        if old != new
    ]


def scheme_lines(row):
    """[(label, text in the reader's language)] of the scheme of a stored activity; empty texts where it has none."""
    scheme = row.get("scheme") or {}
    days = scheme.get("notice_days")
    return [
        (_("Goals"), "、".join(str(Goal(value).label) for value in scheme.get("goals", ()))),
        (_("Scope"), _words(scheme, "scope")),
        (_("Respondents"), _words(scheme, "respondents")),
        (_("Use of the results"), _words(scheme, "processing")),
        (_("Questionnaire sample"), scheme.get("questionnaire", "")),
        (_("Organising unit"), _words(scheme.get("organiser") or {}, "unit")),
        (_("Designed by"), scheme.get("third_party") or (Designer(scheme["designer"]).label if scheme else "")),
        (_("Stages of the service chain"), "、".join(str(Stage(value).label) for value in scheme.get("stages", ()))),
        (_("Assisting departments"), "\n".join(_duty(one) for one in scheme.get("assisting", ()))),
        (_("Days of advance notice"), "" if days is None else str(days)),
        (_("Also told of the date"), "、".join(scheme.get("concerned", ()))),
    ]


def _words(row, name):
    return pick({name: {"zh": row.get(f"{name}_zh", ""), "en": row.get(f"{name}_en", "")}}, name)


def _duty(row):
    return f"{_words(row, 'unit')}: {row['duty']}" + (f" ({row['due_on']})" if row["due_on"] else "")


def _part(content, key):
    """The text of a part in the reader's language."""
    parts = content["parts"]
    return pick({key: {"zh": parts.get(f"{key}_zh", ""), "en": parts.get(f"{key}_en", "")}}, key)


def _facts(row):
    row = {
        "recurrence": Recurrence.ONCE.value,
        "recurrence_reason": "",
    } | row  # what was approved before activities recurred
    return [row.get(name) for name in FACTS]
