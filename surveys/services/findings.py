"""Results below target: proposed by the portal or a person, confirmed or dismissed by a person."""

from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from core.workflow import edit as edit_row
from core.workflow import record, start
from surveys.choices import FindingState
from surveys.models import Finding
from surveys.selectors import results
from surveys.signals import finding_confirmed
from surveys.workflows import FINDING


@transaction.atomic
def propose_for(wave):
    """Propose a finding for each question and dimension of a closed wave whose mean lies under the target.

    Groups too small to be shown give none. Safe to repeat. Returns the new findings.
    """
    found = results.of_wave(wave)
    target = float(wave.target_score)
    low = [
        (subject, scores)
        for subject, scores in (
            *(({"question_id": row.question.id}, row.scores) for row in found.questions),
            *(({"dimension": row.code}, row.scores) for row in found.dimensions),
        )
        if scores is not None and scores.mean.mean is not None and scores.mean.mean < target
    ]
    return [finding for subject, scores in low if (finding := _propose(wave, scores, None, **subject))]


@transaction.atomic
def propose(wave, *, by, question=None, dimension="", segment=None, note=""):
    """Propose a finding for a question or dimension, for everybody or the group ``segment`` {column: value}.

    Returns the Finding; the one that exists already unchanged. Raises ValueError when the group is too small
    to be shown.
    """
    scores = results.baseline(wave, question=question, dimension=dimension, segment=segment)
    if scores is None:
        raise ValueError("the group is too small to be shown")
    subject = {"question": question} if question else {"dimension": dimension}
    return _propose(wave, scores, by, segment=segment, note=note, **subject) or Finding.objects.get(
        wave=wave,
        segment_key=_key(segment),
        **({"question": question} if question else {"dimension": dimension}),
    )


@transaction.atomic
def propose_from(low_answer, *, by, note=""):
    """A low answer was confirmed in its follow-up: a finding on its question with the wave's result as
    baseline.
    """
    wave = low_answer.response.wave
    scores = results.baseline(wave, question=low_answer.question)
    if scores is None:
        raise ValueError("the group is too small to be shown")
    made = _propose(wave, scores, by, question=low_answer.question, low_answer=low_answer, note=note)
    if made is not None:
        return made
    finding = Finding.objects.get(wave=wave, question=low_answer.question, segment_key="")
    if (
        finding.low_answer_id is None and finding.state == FindingState.PROPOSED
    ):  # proposed at close: now it has its origin
        edit_row(finding, by=by, low_answer=low_answer)
    return finding


@transaction.atomic
def confirm(finding, *, by, unit=None, note=""):
    """It is one: something must be done about it. ``unit`` is who answers for it. Tells the apps above."""
    fields = {"unit": unit} if unit else {}
    FINDING.move(
        finding,
        FindingState.CONFIRMED,
        by=by,
        comment=note,
        decided_at=timezone.now(),
        decided_by=by,
        note=note or finding.note,
        **fields,
    )
    finding_confirmed.send(sender=Finding, finding=finding)
    return finding


@transaction.atomic
def dismiss(finding, *, by, reason):
    """It is none, and why."""
    FINDING.move(finding, FindingState.DISMISSED, by=by, comment=reason, decided_at=timezone.now(), decided_by=by)
    return finding


@transaction.atomic
def assign(finding, *, unit, by, expected_version=None):
    """Another unit answers for it."""
    return edit_row(finding, by=by, expected_version=expected_version, unit=unit)


def _propose(wave, scores, by, *, segment=None, note="", low_answer=None, **subject):
    """A new finding, or None when there is one for the same subject and group."""
    key = _key(segment)
    same = {"question": None, "dimension": ""} | subject
    if "question_id" in same:
        same["question"] = same.pop("question_id")
    if Finding.objects.filter(wave=wave, segment_key=key, **same).exists():
        return None
    finding = Finding(
        wave=wave,
        unit=wave.unit,
        segment=segment or {},
        segment_key=key,
        low_answer=low_answer,
        note=note,
        base_n=scores.mean.n,
        mean=_decimal(scores.mean.mean, 4),
        mean_low=_decimal(scores.mean.low, 4),
        mean_high=_decimal(scores.mean.high, 4),
        top2=_decimal(scores.top.estimate, 5),
        top2_low=_decimal(scores.top.low, 5),
        top2_high=_decimal(scores.top.high, 5),
        threshold=wave.target_score,
        proposed_by=by,
        **subject,
    )
    start(finding, by=by)
    record(wave, "finding_proposed", by=by, payload={"finding": finding.pk})
    return finding


def _key(segment):
    return ";".join(f"{name}={value}" for name, value in sorted((segment or {}).items()))[:200]


def _decimal(value, places):
    return None if value is None else Decimal(str(round(value, places)))
