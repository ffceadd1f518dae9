"""Who takes an import of past ledgers back: who brought it in on the same day, or another lead."""

from datetime import timedelta

import rules
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from complaints.choices import PastState
from core.permissions import add_rule, capability, in_state, is_person, is_visible

SECOND_THOUGHTS = timedelta(hours=24)


@rules.predicate
def is_recent(user, obj):
    return obj is not None and obj.at > timezone.now() - SECOND_THOUGHTS


add_rule("complaints.take_back_past",
         is_visible & capability("complaints.import_past") & in_state(PastState.KEPT) & (~is_person("by") | is_recent),
         _("An import of past ledgers is taken back once: within 24 hours by who imported it, later by another lead."))  # fmt: skip
