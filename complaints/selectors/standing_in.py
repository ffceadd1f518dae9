"""Who stands in for whom."""

from complaints.choices import Part
from complaints.models import Absence
from complaints.selectors.people import clashes


def substitutes(user_ids):
    """{user id: who stands in today} of those who are away, in one query."""
    rows = Absence.objects.current().filter(user__in=list(user_ids)).select_related("substitute")
    return {row.user_id: row.substitute for row in rows}


def at_the_desk(complaint, person):
    """``person``, or where that person is away, who stands in; somebody whom the record rules out does not."""
    asked = {person.pk}
    found = person
    while (substitute := substitutes([found.pk]).get(found.pk)) is not None and substitute.pk not in asked:
        found = substitute
        asked.add(found.pk)
    return found if found.is_active and clashes(complaint, found, Part.HANDLED) is None else person
