"""The bank of questions and the indicator system: where they are asked, and what came of it over all questionnaires.

Figures come from ``counts`` and are hidden under the same threshold as in ``results``.
"""

from collections import defaultdict
from dataclasses import dataclass

from django.db.models import Q

from surveys.choices import QuestionKind, Use, VersionState, WaveState
from surveys.instrument import identified, parse
from surveys.instrument_review import asks_otherwise
from surveys.models import BankQuestion, Indicator, Question, QuestionnaireVersion, Wave
from surveys.selectors import counts, results
from surveys.selectors.figures import TrendPoint

WAVES = 24  # of a trend, the newest
ALL = "all"


def uids_of(definition):
    """The identities of all questions of a definition."""
    return {item.get("uid") for item in identified(definition) if item.get("uid")}


def shared_with_bank(definition):
    """{uid: question of the bank} of a definition."""
    return {row.uid: row for row in BankQuestion.objects.filter(uid__in=uids_of(definition))}


def is_another(old, new):
    """Whether two items of a definition are not the same question: answers to them do not compare.

    Options that one of them has beside the other's leave them the same.
    """
    one, other = (parse({"sections": [{"questions": [item]}]}).questions[0] for item in (old, new))
    return asks_otherwise(one, other) and asks_otherwise(other, one)


def estranged(definition):
    """The identities of a definition under which it asks something else than the bank does."""
    items = {item["uid"]: item for item in identified(definition) if item.get("uid")}
    shared = BankQuestion.objects.filter(uid__in=items).with_wording()
    rows = parse(definition).by_uid
    found = set()
    for question in shared:
        item, asked = question.wording["item"], rows[question.uid]
        (kept,) = parse({"sections": [{"questions": [item]}]}).questions
        if asks_otherwise(kept, asked) and asks_otherwise(asked, kept):
            found.add(question.uid)
    return found


def addable(version, *, words="", indicator=None):
    """Questions of the bank that a draft may still take, with their newest wording."""
    rows = (
        BankQuestion.objects.in_use().exclude(uid__in=uids_of(version.definition)).select_related("indicator__parent")
    )
    if indicator:
        rows = rows.filter(Q(indicator=indicator) | Q(indicator__parent=indicator))
    return searched(rows.with_wording(), words)


def searched(rows, words):
    """Those of ``with_wording()`` whose code or text holds ``words``, in either language."""
    return rows.filter(
        Q(code__icontains=words) | Q(wording__item__title__zh__icontains=words)
        | Q(wording__item__title__en__icontains=words)
    )  # fmt: skip


@dataclass(frozen=True)
class Asked:
    """A questionnaire version that asks a question, under which code and in which wording (None: in words of its own)."""

    version: object
    code: str
    wording: int | None


def uses(question):
    """[Asked] of a question of the bank: published versions and drafts, the newest first."""
    texts = {tuple(sorted(row.item["title"].items())): row.no for row in question.wordings.all()}
    rows = Question.objects.filter(uid=question.uid).select_related("questionnaire_version__questionnaire")
    found = [
        Asked(row.questionnaire_version, row.code, texts.get((("en", row.title_en), ("zh", row.title_zh))))
        for row in rows.defer("questionnaire_version__definition")
    ]
    inside = {"sections": [{"questions": [{"uid": question.uid}]}]}
    drafts = QuestionnaireVersion.objects.filter(state=VersionState.DRAFT, definition__contains=inside)
    for draft in drafts.select_related("questionnaire"):
        row = parse(draft.definition).by_uid[question.uid]
        found.append(Asked(draft, row.code, texts.get(tuple(sorted(row.titles.items())))))
    return sorted(found, key=lambda use: (use.version.questionnaire.code, -use.version.no))


# Over questionnaires and waves -----------------------------------------------------------------------


@dataclass(frozen=True)
class Reading:
    """What one wave says: Scores or None where too few answered; ``codes`` of the questions behind it.

    ``breaks``: other questions, or another wording of the one question, than in the reading before.
    """

    wave: object
    ref: object
    scores: object
    codes: tuple
    breaks: bool
    is_reworded: bool

    @property
    def point(self):
        return TrendPoint(self.ref, self.scores, self.breaks, {})


def readings(user, wanted):
    """[Reading], oldest first, of the waves that ``user`` sees and that asked ``wanted``, a Q of Question; three queries."""
    return _readings(user, {ALL: wanted})[ALL]


def _readings(user, wanted):
    """{key: [Reading]} for {key: Q of Question}."""
    waves = list(
        Wave.objects.visible_to(user).filter(state__in=WaveState.ended())
        .filter(questionnaire_version__questions__kind__in=QuestionKind.scored()).distinct()
        .select_related("questionnaire_version__questionnaire", "unit")
        .defer("questionnaire_version__definition", "audience").order_by("-closes_at", "-pk")
    )  # fmt: skip
    versions = {wave.questionnaire_version_id for wave in waves}
    asked = {key: _by_version(query, versions) for key, query in wanted.items()}
    taken = {
        key: [wave for wave in waves if wave.questionnaire_version_id in found][:WAVES][::-1]
        for key, found in asked.items()
    }
    pairs = sorted({
        (key, question.pk) for key, found in asked.items() for questions in found.values() for question in questions
    })  # fmt: skip
    keys = {wave.pk for rows in taken.values() for wave in rows}
    scores = counts.composites(sorted(keys), pairs) if pairs and keys else {}
    return {
        key: list(_chain(rows, asked[key], {wave.pk: scores.get((wave.pk, ""), {}).get(key) for wave in rows}))
        for key, rows in taken.items()
    }


def _by_version(query, versions):
    found = defaultdict(list)
    rows = Question.objects.filter(query, questionnaire_version__in=versions, kind__in=QuestionKind.scored())
    for row in rows:
        found[row.questionnaire_version_id].append(row)
    return found


def _chain(waves, asked, scores):
    before = None
    for wave in waves:
        questions = asked[wave.questionnaire_version_id]
        now = {row.uid: (row.title_zh, row.title_en) for row in questions}
        shown = scores[wave.pk] if scores[wave.pk] and scores[wave.pk].n >= results.threshold() else None
        same = before is None or before.keys() == now.keys()
        yield Reading(
            wave, results.ref(wave), shown, tuple(sorted(now)), not same, same and before is not None and before != now
        )
        before = now


def of_question(question):
    """Q of the questions that are this one of the bank."""
    return Q(uid=question.uid)


def of_indicator(indicator, uids):
    """Q of the questions behind an indicator: those of the bank (``uids``), and the sections of a dimension."""
    found = Q(uid__in=uids)
    return found if indicator.parent_id else found | Q(dimension=indicator.code, is_overall=False)


def uids_by_indicator():
    """{indicator id: uids of the bank's questions}; those of an indicator count for its dimension too."""
    found = defaultdict(set)
    for uid, own, above in BankQuestion.objects.values_list("uid", "indicator", "indicator__parent"):
        for key in filter(None, (own, above)):
            found[key].add(uid)
    return found


def common(rows):
    """The identities asked in every wave of ``rows``, where not all of them asked the same; else nothing."""
    sets = {row.codes for row in rows}
    if len(sets) < 2:
        return set()
    return set.intersection(*(set(one) for one in sets))


@dataclass(frozen=True)
class Branch:
    """A dimension of the system with its indicators: [(indicator, questions in the bank, latest Reading or None)]."""

    indicator: Indicator
    rows: tuple


def system(user, *, with_results):
    """[Branch] of the whole indicator system, dimensions in their order, what is in use before what is retired."""
    everything = sorted(Indicator.objects.all(), key=lambda row: (row.state != Use.ACTIVE, row.position, row.code))
    uids = uids_by_indicator()
    latest = {}
    if with_results and everything:
        wanted = {str(row.pk): of_indicator(row, uids[row.pk]) for row in everything}
        latest = {key: rows[-1] for key, rows in _readings(user, wanted).items() if rows}
    below = defaultdict(list)
    for row in everything:
        below[row.parent_id].append(row)
    return [
        Branch(top, tuple((row, len(uids[row.pk]), latest.get(str(row.pk))) for row in (top, *below[top.pk])))
        for top in below[None]
    ]
