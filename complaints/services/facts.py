"""Facts are verified before a solution is set (CMP-28); what applies and what was done against the rules is written down."""

from django.db import transaction
from django.utils.translation import gettext as _

from complaints.choices import Conduct, Part, State
from complaints.models import Citation, ConductViolation, FactCheck
from complaints.services.people import take_part
from core.workflow import InvalidTransition, record


def are_verified(complaint):
    """Whether the current cycle knows what is certain: by a verification, or by the determination that followed."""
    cycle = complaint.cycle
    return cycle.fact_checks.exists() or cycle.determinations.exists()


@transaction.atomic
def verify(complaint, *, by, means, found, discussed=False):
    """What is certain now and by what; whoever verifies has worked on the record."""
    if complaint.state != State.HANDLING:
        raise InvalidTransition(_("Facts are verified while the complaint is being handled."))
    take_part(complaint, by, Part.HANDLED)
    made = FactCheck.objects.create(cycle=complaint.cycle, means=means, found=found, discussed=discussed, by=by)
    record(complaint, "facts_verified", by=by, comment=found, payload={"means": made.means, "discussed": discussed})
    return made


@transaction.atomic
def cite(complaint, *, by, code, clause=""):
    """A law or policy that applies; once each."""
    made, is_new = Citation.objects.get_or_create(
        complaint=complaint, code=code, clause=clause.strip(), defaults={"by": by}
    )
    if is_new:
        record(complaint, "cited", by=by, comment=str(made))
    return made


@transaction.atomic
def note_conduct(complaint, *, by, conduct):
    """Acts of the closed list (CMP-39) that the record is about; ``conduct`` is a list of them."""
    known = set(complaint.violations.values_list("conduct", flat=True))
    for one in dict.fromkeys(conduct):
        if one not in known:
            ConductViolation.objects.create(complaint=complaint, conduct=Conduct(one), by=by)
            record(complaint, "conduct_noted", by=by, comment=str(Conduct(one).label))
    return complaint
