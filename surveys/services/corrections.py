"""Putting single values of a returned questionnaire right: original, new, who and why are kept (DAT-05)."""

from django.db import transaction
from django.utils.translation import gettext as _

from core.workflow import LostRace, record
from surveys import coding, replies
from surveys.choices import WaveState
from surveys.models import Answer, AnswerCorrection, AnswerText, Response
from surveys.selectors import corrections
from surveys.selectors.questionnaires import instrument_of
from surveys.services import answers, checks, low_answers
from surveys.services.answering import Invalid


@transaction.atomic
def correct(response, payload, *, reason, by, seen=0):
    """Make ``payload`` ({uid: value, typed or stored}, complete) what counts of ``response``. Returns the corrections.

    ``seen`` is the number of corrections its page showed. What the new values lead away from is no longer asked and
    goes; newly low values are followed up. Raises Invalid, and LostRace where somebody corrected meanwhile.
    """
    row = (
        Response.objects.select_for_update(of=("self",))
        .select_related("wave__questionnaire_version")
        .get(pk=response.pk)
    )
    if row.is_anonymous or row.wave.state not in (WaveState.OPEN, WaveState.CLOSED):
        raise Invalid({"": _("Answers are corrected until the results of the wave are confirmed.")})
    values, trail = corrections.of_response(row)
    if sum(len(rows) for rows in trail.values()) != seen:
        raise LostRace(_("Somebody corrected this answer meanwhile. Look at it once more."))
    instrument = instrument_of(row.questionnaire_version)
    wanted, errors = replies.check(instrument, payload)
    if errors:
        raise Invalid(errors)
    changed = [uid for uid in instrument.by_uid if values.get(uid) != wanted.get(uid)]
    if not changed:
        raise Invalid({"": _("Nothing was changed.")})
    made = AnswerCorrection.objects.bulk_create(
        AnswerCorrection(
            response=row, question_id=instrument.by_uid[uid].id, before=values.get(uid), after=wanted.get(uid),
            reason=reason, by=by,
        )
        for uid in changed
    )  # fmt: skip
    _rewrite(row, instrument, wanted, {one.question_id for one in made})
    codes = [instrument.by_uid[uid].code for uid in changed]
    record(checks.of(row, by=by), "corrected", by=by, comment=reason, payload={"questions": codes})
    return made


def _rewrite(row, instrument, values, questions):
    """Replace the counted rows of ``questions`` by those of ``values``."""
    Answer.objects.filter(response=row, question__in=questions).delete()
    AnswerText.objects.filter(response=row, question__in=questions).delete()
    rows, words = answers.rows_of(instrument, values)
    Response.objects.filter(pk=row.pk).update(codes=coding.encode(instrument, rows))
    rows = [one for one in rows if one.question in questions]
    answers.insert(row.wave_id, [(row.pk, one) for one in rows])
    AnswerText.objects.bulk_create(
        AnswerText(response=row, wave=row.wave, question_id=question, language=row.language, body=body)
        for question, body in words
        if question in questions
    )
    limit = row.wave.low_score_at
    low = [(one.question, float(one.score5)) for one in rows if one.score5 is not None and one.score5 <= limit]
    if low:
        low_answers.open_for(row, low)
