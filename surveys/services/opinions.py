"""Comments: classed by people, and each one that wants an answer followed up by whoever is responsible (IMP-07, TEL-15)."""

from datetime import timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.batch import each
from core.i18n import both
from core.workflow import record
from customers.choices import FollowUpReason
from customers.models import FollowUp, Project
from customers.services import follow_ups
from surveys.choices import Direction, WaveState
from surveys.models import AnswerText, LowAnswer, Opinion, Response
from surveys.opinions import hint
from surveys.selectors.questionnaires import instrument_of

DAYS = timedelta(days=3)  # how far back catch_up looks
TITLE = _("Opinion in %(wave)s: %(words)s")
SOURCE = "surveys.response"


@transaction.atomic
def classify(wave, classes, *, by):
    """Store ``classes`` = {key of a comment: (direction, theme)} of ``wave`` as decided by ``by``. Returns how many."""
    texts = AnswerText.objects.filter(wave=wave, pk__in=list(classes))
    now = timezone.now()
    rows = [Opinion(text=text, wave=wave, direction=classes[str(text.pk)][0], theme=classes[str(text.pk)][1], by=by, at=now)
            for text in texts]  # fmt: skip
    Opinion.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["text"], update_fields=["direction", "theme", "by", "at"]
    )
    record(wave, "opinions_classed", by=by, payload={"comments": len(rows)})
    return len(rows)


def key_of(response_id):
    return f"{SOURCE}:{response_id}:opinion"


def wanting(wave, words):
    """The comments of [(question id, comment), …] that want an answer."""
    questions = instrument_of(wave.questionnaire_version).by_id
    hints = [(body, hint(body, asked=questions[pk].titles["zh"])) for pk, body in words]
    return [body for body, found in hints if found.direction in Direction.answered()]


@transaction.atomic
def follow_up(response, words):
    """Open the follow-up of what ``response`` says in ``words`` = [(question id, comment), …]; safe to repeat.

    The manager of the customer's running project owes the call, else the unit. None where nobody is known, nothing
    wants an answer, or a low answer of the same response is followed up anyway.
    """
    invitation = response.invitation
    if invitation is None or invitation.customer is None or LowAnswer.objects.filter(response=response).exists():
        return None
    asked = wanting(response.wave, words)
    if not asked:
        return None
    titles = {name: text % {"wave": response.wave.code, "words": asked[0][:60]} for name, text in both(TITLE).items()}
    project = Project.objects.running().filter(customer=invitation.customer).order_by("-starts_on").first()
    return follow_ups.open_follow_up(
        customer=invitation.customer, contact=invitation.contact, reason=FollowUpReason.OPINION, title=titles["zh"],
        title_en=titles["en"], detail="\n".join(asked), owner=project.manager if project else None,
        source=SOURCE, source_id=response.pk, unique_key=key_of(response.pk),
    )  # fmt: skip


def catch_up(limit=200):
    """Open what is missing of the last days, for example after a crash. Returns counts of each()."""
    texts = AnswerText.objects.filter(response=OuterRef("pk"))
    low = LowAnswer.objects.filter(response=OuterRef("pk"))
    rows = Response.objects.valid().filter(
        Exists(texts), ~Exists(low), wave__follows_opinions=True, wave__state__in=WaveState.with_results(),
        invitation__customer__isnull=False, submitted_on__gte=timezone.localdate() - DAYS,
    )  # fmt: skip
    rows = list(
        rows.select_related(
            "invitation__customer__unit", "invitation__contact", "wave__questionnaire_version"
        ).prefetch_related("texts")[:5000]
    )
    known = set(
        FollowUp.objects.filter(unique_key__in=[key_of(row.pk) for row in rows]).values_list("unique_key", flat=True)
    )
    missing = [row for row in rows if key_of(row.pk) not in known and _wants(row)][:limit]
    return each(missing, lambda row: follow_up(row, _words(row)))


def _wants(response):
    return bool(wanting(response.wave, _words(response)))


def _words(response):
    return [(text.question_id, text.body) for text in response.texts.all()]
