"""Publication: an unchangeable version of all results. A correction is the next version (K3)."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from appraisal.choices import AppealState, CycleState
from appraisal.models import Appeal, AppraisalCycle, Publication, Score
from appraisal.rules import is_apart
from appraisal.selectors.results import results_of
from appraisal.services.appeals import adjust
from appraisal.services.facts import fingerprint
from appraisal.services.tell import tell
from appraisal.workflows import CYCLE
from core.i18n import both
from core.workflow import InvalidTransition


@transaction.atomic
def publish(cycle, *, by, expected_version=None):
    """Make the results known as version 1; tells the heads. Raises InvalidTransition while objections may come or wait."""
    now = timezone.now()
    if cycle.state == CycleState.PREVIEW and now < cycle.objections_until:
        raise InvalidTransition(_("The time for objections is not over yet."))
    if Appeal.objects.filter(sheet__cycle=cycle, state=AppealState.OPEN).exists():
        raise InvalidTransition(_("An objection waits for its decision."))
    CYCLE.move(cycle, CycleState.PUBLISHED, by=by, expected_version=expected_version, published_at=now)
    return _write(cycle, by=by, now=now)


@transaction.atomic
def correct(cycle, *, by, sheet, line, after, reason, expected_version=None):
    """Set a line of a published result and publish the next version; the earlier ones stay readable."""
    if not is_apart(by, sheet):
        raise InvalidTransition(_("Whoever rated the unit or belongs to it does not decide about its result."))
    CYCLE.move(cycle, CycleState.PUBLISHED, by=by, comment=reason, expected_version=expected_version)
    adjust(sheet, by=by, line=line, after=after, reason=reason)
    return _write(cycle, by=by, now=timezone.now(), reason=reason.strip())


def _write(cycle, *, by, now, reason=""):
    AppraisalCycle.objects.select_for_update().get(pk=cycle.pk)
    newest = cycle.publications.first()
    results = results_of(cycle)
    content = {
        "period": both(cycle.period), "scheme": both(cycle.scheme_version), "published_at": now.isoformat(),
        "units": [result.content for result in results],
    }  # fmt: skip
    made = Publication.objects.create(
        cycle=cycle, no=newest.no + 1 if newest else 1, published_at=now, published_by=by, reason=reason,
        content=content, sha256=fingerprint(content),
    )  # fmt: skip
    Score.objects.bulk_create(
        Score(
            publication=made, sheet=result.sheet, total=result.total, grade=result.grade or "",
            coefficient=result.coefficient, bonus=result.bonus, content=result.content, sha256=fingerprint(result.content),
        )
        for result in results
    )  # fmt: skip
    for result in results:
        head, key = result.sheet.head, f"{result.sheet.pk}:{made.no}"
        tell("published", head, by=by, url=result.sheet.get_absolute_url(), about=result.sheet.pk, key=key)
    return made


def is_genuine(publication):
    """The content still gives the fingerprint it was published with."""
    return fingerprint(publication.content) == publication.sha256
