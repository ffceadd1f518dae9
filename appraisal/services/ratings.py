"""Ratings: given once, by the two named for the unit; kept as given."""

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from appraisal.choices import CycleState, Source
from appraisal.models import Rating, ScoreSheet
from core.workflow import InvalidTransition, contribute, record


@transaction.atomic
def submit(sheet, *, by, score, comment):
    """The rating of ``by``, 0–100 with its grounds; it cannot be changed. Raises InvalidTransition unless it is owed."""
    locked = ScoreSheet.objects.select_related("cycle").select_for_update(of=("self",)).get(pk=sheet.pk)
    source = locked.source_of(by)
    if source is None or locked.cycle.state != CycleState.SCORING:
        raise InvalidTransition(_("There is no rating of yours to give here."))
    if not comment.strip():
        raise InvalidTransition(_("A rating needs its grounds."))
    try:
        with transaction.atomic():
            made = Rating.objects.create(
                sheet=locked, source=source, rater=by, score=score, comment=comment.strip(), submitted_at=timezone.now()
            )
    except IntegrityError:
        raise InvalidTransition(_("You have given this rating already."))
    record(locked, "rated", by=by, payload={"source": source.value})
    contribute(locked, by, "rated")
    return made


def shown_to(user, sheet):
    """{Source: Rating} that ``user`` may see now: from the preview on all; before, the own one, and the self-rating for a
    superior who has given theirs."""
    given = {Source(rating.source): rating for rating in sheet.ratings.all()}
    if sheet.cycle.has_results:
        return given
    mine = sheet.source_of(user)
    if mine == Source.SUPERIOR and mine in given:
        return given
    return {source: rating for source, rating in given.items() if source == mine}


def may_read_grounds(user, sheet):
    """Grounds are for those who gave them, the unit's head and those who run and decide; supervision reads the process."""
    decides = any(user.has_perm(name) for name in ("appraisal.run_cycle", "appraisal.publish"))
    return decides or user.pk in (sheet.head_id, sheet.superior_id)
