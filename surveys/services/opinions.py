"""Comments: classed by people, and each one that wants an answer followed up by whoever is responsible (IMP-07, TEL-15)."""

from datetime import timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, TextField, Value
from django.db.models.functions import Cast, Concat
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.batch import each
from core.i18n import both
from core.workflow import record
from customers.choices import FollowUpReason
from customers.models import FollowUp, Project
from customers.services import follow_ups
from surveys.choices import Direction, ResponseMode, WaveState
from surveys.models import AnswerText, LowAnswer, Opinion, Response
from surveys.opinions import hint
from surveys.selectors.questionnaires import instrument_of

DAYS = timedelta(days=3)  # how far back catch_up looks
MOST = 5000  # responses it looks at
TITLE = _("Opinion in %(wave)s: %(words)s")
SOURCE = "surveys.response"


@transaction.atomic
def classify(wave, classes, *, by):
    """Store ``classes`` = {key of a comment: (direction, theme)} of ``wave`` as decided by ``by``. Returns how many.

    What somebody now calls a problem or a suggestion is followed up where the wave asks for it.
    """
    texts = AnswerText.objects.filter(wave=wave, pk__in=list(classes)).select_related("response__invitation__customer")
    now = timezone.now()
    rows = [Opinion(text=text, wave=wave, direction=classes[str(text.pk)][0], theme=classes[str(text.pk)][1], by=by, at=now)
            for text in texts]  # fmt: skip
    Opinion.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["text"], update_fields=["direction", "theme", "by", "at"]
    )
    record(wave, "opinions_classed", by=by, payload={"comments": len(rows)})
    for row in rows:
        if wave.follows_opinions and row.text.response and row.direction in Direction.answered():
            row.text.response.wave = wave
            _open(row.text.response, [row.text.body])
    return len(rows)


def key_of(response_id):
    return f"{SOURCE}:{response_id}:opinion"


def wanting(wave, words):
    """The comments of [(question id, comment), …] that want an answer."""
    questions = instrument_of(wave.questionnaire_version).by_id
    hints = [(body, hint(body, asked=questions[pk].titles["zh"])) for pk, body in words]
    return [body for body, found in hints if found.direction in Direction.answered()]


def opened_for(response):
    """The follow-up that the comments of ``response`` opened, or None."""
    return FollowUp.objects.filter(unique_key=key_of(response.pk)).first()


def follow_up(response, words):
    """Open the follow-up of what ``response`` says in ``words`` = [(question id, comment), …]; safe to repeat.

    None where nobody is known, nothing wants an answer, or a low answer of the same response is followed up anyway.
    """
    asked = wanting(response.wave, words)
    return _open(response, asked) if asked else None


@transaction.atomic
def _open(response, asked):
    """The manager of the rated service's project, else of the customer's running one, owes the call; else the unit."""
    invitation = response.invitation
    if invitation is None or invitation.customer is None or LowAnswer.objects.filter(response=response).exists():
        return None
    titles = {name: text % {"wave": response.wave.code, "words": asked[0][:60]} for name, text in both(TITLE).items()}
    record_of = invitation.service_record
    project = record_of.project if record_of and record_of.project else _running(invitation.customer)
    return follow_ups.open_follow_up(
        customer=invitation.customer, contact=invitation.contact, reason=FollowUpReason.OPINION, title=titles["zh"],
        title_en=titles["en"], detail="\n".join(asked), owner=project.manager if project else None,
        unit=record_of.unit if record_of else None, source=SOURCE, source_id=response.pk, unique_key=key_of(response.pk),
    )  # fmt: skip


def _running(customer):
    return Project.objects.running().filter(customer=customer).order_by("-starts_on").first()


def catch_up(limit=200):
    """Open what is missing of the last days, for example after a crash. Returns counts of each().

    A comment that somebody classed is left to that person; one said on the phone to the caller.
    """
    texts = AnswerText.objects.filter(response=OuterRef("pk"), opinion=None)
    low = LowAnswer.objects.filter(response=OuterRef("pk"))
    key = Concat(Value(f"{SOURCE}:"), Cast(OuterRef("pk"), TextField()), Value(":opinion"), output_field=TextField())
    rows = Response.objects.valid().exclude(mode=ResponseMode.PHONE).filter(
        Exists(texts), ~Exists(low), ~Exists(FollowUp.objects.filter(unique_key=key)), wave__follows_opinions=True,
        wave__state__in=WaveState.with_results(), invitation__customer__isnull=False,
        submitted_on__gte=timezone.localdate() - DAYS,
    )  # fmt: skip
    rows = rows.select_related("invitation__customer__unit", "invitation__contact", "wave__questionnaire_version")
    missing = [row for row in rows.prefetch_related("texts__opinion").order_by("-submitted_at")[:MOST] if _wants(row)]
    return each(missing[:limit], lambda row: follow_up(row, _words(row)))


def _wants(response):
    return bool(wanting(response.wave, _words(response)))


def _words(response):
    return [(text.question_id, text.body) for text in response.texts.all() if not hasattr(text, "opinion")]
