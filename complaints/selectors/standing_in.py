"""Who stands in for whom."""

from accounts.models import User
from complaints.choices import Part
from complaints.models import Absence
from complaints.models.timing import away_today
from complaints.selectors.people import clashes


def substitutes(user_ids):
    """{user id: who stands in today} of those who are away, in one query."""
    rows = Absence.objects.current().filter(user__in=list(user_ids)).select_related("substitute")
    return {row.user_id: row.substitute for row in rows}


def at_the_desk(complaint, person):
    """``person``, or where that person is away, who stands in; somebody whom the record rules out does not."""
    away, key, asked = away_today(), person.pk, set()
    while key in away and key not in asked:
        asked.add(key)
        key = away[key]
    if key == person.pk:
        return person
    found = User.objects.active().filter(pk=key).first()
    return person if found is None or clashes(complaint, found, Part.HANDLED) else found
