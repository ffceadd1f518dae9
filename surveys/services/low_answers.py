"""Low answers of people we know become one follow-up each, once."""

from datetime import timedelta

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.batch import each
from core.i18n import both
from customers.choices import FollowUpReason
from customers.services import follow_ups
from surveys.choices import WaveState
from surveys.models import Answer, LowAnswer, Response
from surveys.selectors.questionnaires import instrument_of
from surveys.services import sealing

DAYS = timedelta(days=3)  # how far back catch_up looks
TITLE = _("Low answer in %(wave)s: %(question)s (%(score)s of 5)")


@transaction.atomic
def open_for(response, low, follow_up=None):
    """Open the follow-up of ``response`` for ``low`` = [(question id, score)], worst first, or join ``follow_up``. Safe to repeat.

    Returns the follow-up, or None when nobody is known to call (open link).
    """
    if response.seal:
        return sealing.note_low(response, low)
    invitation = response.invitation
    if invitation is None or invitation.customer is None:
        return None
    instrument = instrument_of(response.wave.questionnaire_version)
    low = sorted(low, key=lambda pair: pair[1])
    follow_up = follow_up or follow_ups.open_follow_up(
        customer=invitation.customer, contact=invitation.contact, reason=FollowUpReason.LOW_ANSWER,
        **_words(response.wave, instrument, low, "zh", ""), **_words(response.wave, instrument, low, "en", "_en"),
        source="surveys.response", source_id=response.pk, unique_key=f"surveys.response:{response.pk}",
    )  # fmt: skip
    LowAnswer.objects.bulk_create(
        [LowAnswer(response=response, question_id=pk, score5=score, follow_up=follow_up) for pk, score in low],
        ignore_conflicts=True,
    )
    return follow_up


def _words(wave, instrument, low, language, ending):
    """Title and details in one language; the worst question names the follow-up."""
    titles = [(instrument.by_id[pk].titles[language], f"{score:g}") for pk, score in low]
    question, score = titles[0]
    return {
        f"title{ending}": both(TITLE)[language] % {"wave": wave.code, "question": question, "score": score},
        f"detail{ending}": "\n".join(f"{title}: {score}/5" for title, score in titles),
    }


def catch_up(limit=200):
    """Open what is missing: low answers of waves with names that have no LowAnswer row. Returns counts of
    each().
    """
    low = Answer.objects.filter(response=OuterRef("pk"), score5__lte=OuterRef("wave__low_score_at"))
    made = LowAnswer.objects.filter(response=OuterRef("pk"))
    missing = (
        Response.objects.valid()
        .filter(
            ~Exists(made),
            Exists(low),
            Q(invitation__customer__isnull=False) | ~Q(seal=""),
            wave__state__in=WaveState.with_results(),
            submitted_on__gte=timezone.localdate() - DAYS,
        )
        .select_related(
            "invitation__customer__unit", "invitation__contact", "wave__questionnaire_version", "wave__seal_keeper"
        )[:limit]
    )

    def act(response):
        rows = response.answers.filter(score5__lte=F("wave__low_score_at")).values_list("question", "score5")
        open_for(response, [(pk, float(score)) for pk, score in rows])

    return each(missing, act)
