"""Which side tables of a record hold rows: asked at once, so that its page does not ask each of twenty for nothing.

    present.look(complaint, cycles)                 # the page of a record, once
    if present.holds(complaint, "attachments"): …   # what is not reached by a relation; without a look: perhaps

A relation that holds nothing then answers so by itself: ``all()`` and what filters it ask nothing. Only for reading: what
writes loads the row anew.
"""

from django.db import connection

from complaints import models
from complaints.models.complaint import SUBJECT
from core.models import Attachment

OF_RECORD = {
    "end_requests": models.EndRequest, "recoveries": models.Recovery, "involvements": models.Involvement, "posts": models.ThreadPost,
    "measures": models.HandlingMeasure, "citations": models.Citation, "violations": models.ConductViolation,
    "implementation": models.Implementation, "mails": models.MailItem, "merged": models.Merge,
}  # fmt: skip
OF_CYCLE = {
    "determinations": models.Determination, "assignments": models.Assignment, "pauses": models.Pause,
    "extensions": models.Extension, "progress": models.ProgressReport, "call_backs": models.CallBack,
    "conversations": models.Conversation, "fact_checks": models.FactCheck, "remark": models.CustomerRemark,
}  # fmt: skip


def _part(name, table, condition):
    return f"CASE WHEN EXISTS (SELECT 1 FROM {table} WHERE {condition}) THEN '{name}' END"  # noqa: S608 (own names)


def _statement():
    parts = [_part("attachments", Attachment._meta.db_table, f"subject = '{SUBJECT}' AND subject_id = %(record)s")]
    for name, model in OF_RECORD.items():
        column = models.Complaint._meta.get_field(name).field.column
        parts.append(_part(name, model._meta.db_table, f"{column} = %(record)s"))
    for name, model in OF_CYCLE.items():
        column = models.Cycle._meta.get_field(name).field.column
        parts.append(_part(name, model._meta.db_table, f"{column} = ANY(%(cycles)s)"))
    return f"SELECT array_remove(ARRAY[{', '.join(parts)}], NULL)"


def look(complaint, cycles):
    """Remember on ``complaint`` and all its ``cycles`` what there is; one query."""
    with connection.cursor() as cursor:
        cursor.execute(_statement(), {"record": complaint.pk, "cycles": [cycle.pk for cycle in cycles]})
        complaint._held = frozenset(cursor.fetchone()[0])
    _remember_none(complaint, OF_RECORD, complaint._held)
    for cycle in (*cycles, complaint.cycle):
        _remember_none(cycle, OF_CYCLE, complaint._held)


def _remember_none(row, names, held):
    for name in names.keys() - held:
        if row._meta.get_field(name).one_to_one:
            row._state.fields_cache[name] = None
        else:
            nothing = names[name].objects.none()
            nothing._result_cache = []  # not even compiled
            row.__dict__.setdefault("_prefetched_objects_cache", {})[name] = nothing


def holds(complaint, name):
    """Whether there may be rows of ``name``: sure after ``look``, always before it."""
    held = complaint.__dict__.get("_held")
    return held is None or name in held
