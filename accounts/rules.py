"""Who may change people and the organisation."""

import rules
from django.utils.translation import gettext_lazy as _

from core.permissions import add_rule, capability, is_person


@rules.predicate
def somebody_else(user, obj):
    return obj is not None and obj.pk != user.pk


MANAGES = capability("accounts.manage_people")
add_rule("accounts.manage", MANAGES, otherwise=_("Only an administrator manages people and the organisation."))
add_rule("accounts.disable", MANAGES & somebody_else, otherwise=_("You cannot disable your own login."))
add_rule(
    "accounts.name_supervisor",
    capability("accounts.name_supervisors"),
    otherwise=_("Only management names the supervision group."),
)
add_rule(
    "accounts.share_view",
    capability("accounts.share_views"),
    otherwise=_("Your role does not include sharing views with others."),
)
add_rule("accounts.delete_view", is_person("owner"), otherwise=_("A saved view is deleted by who made it."))
