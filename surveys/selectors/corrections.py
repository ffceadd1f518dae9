"""What counts of a returned questionnaire: as it was sent, with the values that were put right."""

from collections import defaultdict

from surveys.models import AnswerCorrection


def of_wave(wave):
    """{response id: {uid: value that counts now}} of the corrected values alone; one query."""
    found = defaultdict(dict)
    rows = AnswerCorrection.objects.filter(response__wave=wave).order_by("pk")
    for response, uid, after in rows.values_list("response", "question__uid", "after"):
        found[response][uid] = after
    return found


def with_corrections(values, corrected):
    """``values`` as sent with the values of ``corrected``; None takes an answer away."""
    return {uid: value for uid, value in ((values or {}) | corrected).items() if value is not None}


def of_response(response):
    """(values that count, {question id: its corrections, oldest first}); one query."""
    trail, corrected = defaultdict(list), {}
    for row in response.corrections.select_related("question", "by"):
        trail[row.question_id].append(row)
        corrected[row.question.uid] = row.after
    return with_corrections(response.raw, corrected), trail
