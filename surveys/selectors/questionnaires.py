"""Reading instruments. Published versions never change, so a process parses each of them once."""

from functools import lru_cache

from surveys.instrument import parse
from surveys.models import Question, QuestionnaireVersion


def instrument_of(version):
    """The Instrument of ``version``; for a published one without any query after the first time in a process.

    ``definition`` may be deferred on ``version``.
    """
    if not version.sha256:
        return parse(version.definition, version_id=version.pk, version_no=version.no)
    return published(version.pk, version.sha256, version.published_at)


@lru_cache(maxsize=512)
def published(version_id, _sha256, _published_at):
    """The Instrument of a published version; the fingerprint and the time tell it from another one of the same key."""
    version = QuestionnaireVersion.objects.get(pk=version_id)
    ids = dict(Question.objects.filter(questionnaire_version=version_id).values_list("uid", "pk"))
    return parse(version.definition, ids=ids, version_id=version_id, version_no=version.no)


def draft_of(questionnaire):
    """The one draft version, or None."""
    return questionnaire.versions.filter(state="draft").first()


def latest_published(questionnaire):
    """The newest version that was ever published, or None."""
    return questionnaire.versions.exclude(state="draft").order_by("-no").first()


def usable_versions(user):
    """Published versions a wave can use, newest first."""
    return (
        QuestionnaireVersion.objects.visible_to(user).published().defer("definition")
        .select_related("questionnaire").order_by("questionnaire__code", "-no")
    )  # fmt: skip
