from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

HISTORY = {
    "addendum": _("Addition written"),
    "settled": _("Settled"),
    "assigned": _("Given to somebody"),
    "assign": _("Given to somebody"),
    "consented": _("Agreed to surveys"),
    "consent_withdrawn": _("Took the consent back"),
    "erased": _("Personal data erased"),
    "exported": _("Exported as a file"),
    "exported_personal": _("Exported personal data"),
    "hold_lifted": _("Surveys possible again"),
    "hold_placed": _("Held back from surveys"),
    "milestone_added": _("Milestone added"),
    "milestone_reached": _("Milestone reached"),
    "opted_out": _("Does not want to be asked again"),
    "mail_bounced": _("A mail came back"),
    "postponed": _("Moved to another day"),
    "revealed": _("Personal data seen in full"),
}
SEES = ("customers.see_all", "customers.see_unit")


class CustomersConfig(AppConfig):
    name = "customers"
    verbose_name = _("Customers")

    def ready(self):
        from core import attachments, due, history, nav, panels, search
        from customers import due as offers
        from customers import imports, messages  # noqa: F401  (register the schemas and message kinds)
        from customers.models import FollowUp, Interaction
        from customers.views.home import until_due

        attachments.register_owner("customers.interaction", Interaction)
        attachments.register_owner("customers.followup", FollowUp)
        history.add_words(HISTORY)
        due.add_due("customers.follow_ups", offers.due_follow_ups)
        due.add_tiles("customers.follow_ups", offers.tiles)
        search.add_search(offers.search)
        panels.add_panel("dashboard.home_side", until_due, order=30)
        nav.add(
            nav.Entry("voice", _("Log a call"), "customers:call", ("customers.log_interaction",), order=20),
            nav.Entry("voice", _("Contacts"), "customers:interaction_list", SEES, order=25),
            nav.Entry("voice", _("Follow-ups"), "customers:follow_up_list", SEES, count=offers.owed, order=30),
            nav.Entry("customers", _("Customers"), "customers:customer_list", SEES, order=10),
            nav.Entry("customers", _("Projects"), "customers:project_list", SEES, order=20),
            nav.Entry("customers", _("Service records"), "customers:service_list", SEES, order=30),
            nav.Entry("customers", _("Falling due"), "customers:service_due_list", SEES, order=40),
        )
