"""Who pauses, extends and reports progress; whoever asked does not decide (S3). Read by complaints.rules."""

import rules

from complaints.selectors.requests import waiting_extension, waiting_pause


@rules.predicate
def pause_waits(user, obj):
    return obj is not None and waiting_pause(obj) is not None


@rules.predicate
def asked_for_pause(user, obj):
    pause = obj and waiting_pause(obj)
    return pause is not None and pause.requested_by_id == user.pk


@rules.predicate
def extension_waits(user, obj):
    return obj is not None and waiting_extension(obj) is not None


@rules.predicate
def asked_for_extension(user, obj):
    extension = obj and waiting_extension(obj)
    return extension is not None and extension.requested_by_id == user.pk


@rules.predicate
def is_answered(user, obj):
    return obj is not None and obj.cycle.replied_at is not None


@rules.predicate
def is_own_absence(user, obj):
    return obj is not None and obj.user_id == user.pk
