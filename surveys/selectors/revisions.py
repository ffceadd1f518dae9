"""What changed between two approved versions of a plan, for people to read."""

from dataclasses import dataclass

from core.i18n import pick
from surveys.choices import Recurrence
from surveys.models.plan import PARTS

FACTS = ("title_zh", "title_en", "method", "starts_on", "ends_on", "owner", "expected_n", "recurrence")


@dataclass(frozen=True)
class Difference:
    """Parts that read differently [(label, before, after)], and activities added, removed and changed."""

    parts: list
    added: list
    removed: list
    changed: list

    @property
    def is_empty(self):
        return not (self.parts or self.added or self.removed or self.changed)


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
    return Difference(parts, added, removed, changed)


def _part(content, key):
    """The text of a part in the reader's language."""
    parts = content["parts"]
    return pick({key: {"zh": parts.get(f"{key}_zh", ""), "en": parts.get(f"{key}_en", "")}}, key)


def _facts(row):
    row = {"recurrence": Recurrence.ONCE.value} | row  # what was approved before activities recurred
    return [row.get(name) for name in FACTS]
