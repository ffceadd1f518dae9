"""Who may do what with canned answers and early risks."""

from django.utils.translation import gettext_lazy as _

from complaints.choices import CannedState, RiskState
from core.permissions import add_rule, capability, in_state, is_person, is_visible

add_rule("complaints.revise_canned",
         is_visible & capability("complaints.handle") & in_state(CannedState.APPROVED),
         _("A canned answer in use is revised by somebody who answers customers."))  # fmt: skip
add_rule("complaints.edit_canned",
         is_visible & (is_person("owner") | capability("complaints.assess")) & in_state(CannedState.DRAFT),
         _("A draft is changed by who wrote it, or a lead; what was reviewed does not change any more."))  # fmt: skip
add_rule("complaints.approve_canned",
         is_visible & capability("complaints.assess") & ~is_person("owner") & in_state(CannedState.DRAFT),
         _("A canned answer is reviewed by a lead who has not written it."))  # fmt: skip
add_rule("complaints.retire_canned",
         is_visible & (is_person("owner") | capability("complaints.assess"))
         & in_state(CannedState.DRAFT, CannedState.APPROVED),
         _("A canned answer is retired by its owner or a lead."))  # fmt: skip
add_rule("complaints.assess_risk",
         is_visible & capability("complaints.assess") & in_state(RiskState.NOTICED),
         _("A risk is assessed by a service lead, once."))  # fmt: skip
add_rule("complaints.measure_risk",
         is_visible & capability("complaints.assess") & in_state(RiskState.ASSESSED),
         _("A measure is set by a service lead when the risk is assessed."))  # fmt: skip
add_rule("complaints.close_risk",
         is_visible & (capability("complaints.assess") & in_state(RiskState.NOTICED, RiskState.ASSESSED)
                       | (capability("complaints.assess") | is_person("owner")) & in_state(RiskState.MEASURE)),
         _("A risk is closed by a service lead, or by who puts the measure into effect."))  # fmt: skip
