from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReportsConfig(AppConfig):
    name = "reports"
    verbose_name = _("Reports")

    def ready(self):
        from core import due, history, nav, search
        from reports import finding, jobs, messages, survey_facts  # noqa: F401  (register kinds and jobs)
        from reports.selectors import waiting_for

        survey_facts.register()
        history.add_words({"redrawn": _("Figures taken afresh"), "retried": _("Sent again")})
        nav.add(nav.Entry("reports", _("Reports"), "reports:report_list",
                          ("reports.see_reports", "reports.write_report", "reports.review_report", "reports.issue_report"),
                          count=waiting_for))  # fmt: skip
        due.add_due("reports", finding.due_items)
        search.add_search(finding.hits)
