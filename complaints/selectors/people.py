"""Who did what to a record, and who may still do what (S1): handler, reviewer and call-back officer are three people."""

from collections import defaultdict

from django.db.models import Exists, OuterRef

from accounts.models import User
from complaints.choices import Part
from complaints.models.complaint import SUBJECT
from core.models import Contribution


def parts(complaint):
    """{user id: set of parts}, asked once per loaded row."""
    if "_parts" not in complaint.__dict__:
        found = defaultdict(set)
        for user_id, part in Contribution.objects.of(complaint).values_list("user_id", "part"):
            found[user_id].add(part)
        complaint._parts = found
    return complaint._parts


def forget(complaint):
    complaint.__dict__.pop("_parts", None)


def clashes(complaint, user, part):
    """The part of ``user`` that rules ``part`` out, or None."""
    others = parts(complaint).get(user.pk, set()) - {part}
    return next((Part(other) for other in Part.apart() if other in others), None)


def eligible(complaint, capability, part):
    """Active people with ``capability`` whom nothing they did to the record rules out from ``part``."""
    ruled_out = [other for other in Part.apart() if other != part]
    taken = Contribution.objects.filter(
        subject=SUBJECT, subject_id=complaint.pk, user=OuterRef("pk"), part__in=ruled_out
    )  # fmt: skip
    return User.objects.with_capability(capability).filter(~Exists(taken))


def leads(complaint=None):
    """Who assesses and assigns; of one record, those it does not concern."""
    people = User.objects.with_capability("complaints.assess")
    return people if complaint is None else people.exclude(pk__in=barred(complaint))


def barred(complaint):
    return [pk for pk, found in parts(complaint).items() if found & set(Part.barred())]


def waiting_end(complaint):
    """The request to end the record that nobody has decided on, or None; asked once per loaded row."""
    if "_waiting_end" not in complaint.__dict__:
        rows = complaint.end_requests.filter(granted=None).select_related("by")
        complaint._waiting_end = rows.first()
    return complaint._waiting_end
