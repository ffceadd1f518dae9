"""Role → capability, all of it on this page. ``sync_roles`` installs it; a system check complains when the database differs."""

from accounts.choices import Role

EVERYBODY = ()

SEE_CUSTOMERS = ("customers.see_unit", "customers.log_interaction", "customers.handle_follow_up")
SEE_SURVEYS = ("surveys.see_plans", "surveys.see_questionnaires", "surveys.see_waves", "surveys.see_results")

GRANTS = {
    Role.AGENT: (*SEE_CUSTOMERS, "customers.edit_customer", "customers.reveal_personal", "surveys.see_plans", "surveys.see_waves",
        "surveys.enter_answers", "surveys.do_tasks", "complaints.see_unit", "complaints.register", "complaints.handle", "complaints.call_back",
        "complaints.see_library", "complaints.write_library", "complaints.log_risk",
        "appraisal.see_own", "fieldwork.make_calls", "fieldwork.make_visits",
    ),
    Role.LEAD: (
        "accounts.share_views", *SEE_CUSTOMERS, *SEE_SURVEYS, "customers.see_all", "customers.edit_customer", "customers.assign_follow_up",
        "customers.import_data", "customers.export_personal", "customers.reveal_personal", "surveys.see_answers", "surveys.open_seal",
        "surveys.publish_questionnaire", "surveys.approve_plan", "surveys.enter_answers", "surveys.check_answers", "reports.see_reports",
        "surveys.decide_level", "surveys.confirm_duty", "surveys.do_tasks", "surveys.check_quality",
        "reports.review_report", "notifications.see_outbox", "notifications.see_inbound", "accounts.see_people",
        "complaints.see_all", "complaints.register", "complaints.handle", "complaints.assess",
        "complaints.review_reply", "complaints.call_back", "complaints.manage", "complaints.decide_suggestion",
        "complaints.reveal_complainant", "complaints.export_ledger", "complaints.log_risk", "improvements.see_all",
        "improvements.open_case", "appraisal.see_own", "appraisal.rate",
        "complaints.see_library", "complaints.write_library", "complaints.confirm_library", "complaints.learn", "complaints.import_past",
        "fieldwork.see_calls", "fieldwork.make_calls", "fieldwork.check_calls", "fieldwork.manage_rules",
        "surveys.see_custody", "surveys.hand_over", "surveys.keep_material", "surveys.approve_disposal", "surveys.see_entrustments",
        "fieldwork.see_visits", "fieldwork.make_visits", "fieldwork.reveal_secrets",
    ),
    Role.SURVEY_OFFICER: (
        "accounts.share_views", *SEE_CUSTOMERS, *SEE_SURVEYS, "customers.see_all", "customers.edit_customer", "customers.assign_follow_up",
        "customers.import_data", "customers.export_personal", "surveys.write_plan", "surveys.design_questionnaire",
        "surveys.publish_questionnaire", "surveys.run_wave", "surveys.see_answers", "surveys.export_answers",
        "surveys.confirm_finding", "surveys.enter_answers", "surveys.import_answers", "surveys.collect_ratings",
        "surveys.check_answers", "reports.see_reports", "reports.write_report", "reports.review_report",
        "surveys.decide_level", "surveys.confirm_duty", "surveys.file_plan", "surveys.do_tasks", "surveys.check_quality",
        "notifications.see_outbox", "notifications.retry_message", "notifications.see_inbound", "accounts.see_people",
        "complaints.see_all", "complaints.log_risk", "improvements.see_all", "improvements.open_case", "improvements.evaluate_effect",
        "improvements.verify_measure", "appraisal.see_own", "appraisal.rate",
        "complaints.see_library", "fieldwork.see_calls", "fieldwork.make_calls", "fieldwork.manage_rules",
        "surveys.see_custody", "surveys.hand_over", "surveys.keep_material", "surveys.see_entrustments", "surveys.entrust",
        "fieldwork.see_visits", "fieldwork.plan_visits", "fieldwork.make_visits",
    ),
    Role.DEPARTMENT_USER: (*SEE_CUSTOMERS, *SEE_SURVEYS, "surveys.write_plan", "surveys.enter_answers", "surveys.collect_ratings",
        "surveys.decide_level", "surveys.confirm_duty", "surveys.file_plan", "surveys.do_tasks", "surveys.check_quality",
        "surveys.see_custody", "surveys.hand_over",
        "reports.see_reports", "complaints.see_unit", "complaints.handle", "complaints.decide_suggestion", "complaints.log_risk", "improvements.see_unit",
        "improvements.run_measure", "improvements.reply_notice", "appraisal.see_own", "appraisal.rate",
        "complaints.see_library", "complaints.write_library",
        "fieldwork.make_visits",
    ),
    Role.EXECUTIVE: (
        "accounts.share_views", *SEE_SURVEYS, "customers.see_all", "surveys.approve_plan", "surveys.decide_level", "surveys.confirm_duty",
        "surveys.set_rules", "surveys.check_quality", "reports.see_reports", "reports.review_report",
        "reports.issue_report", "accounts.see_people", "accounts.see_supervision", "accounts.name_supervisors",
        "complaints.see_all", "complaints.manage", "complaints.log_risk", "improvements.see_all", "improvements.approve_extension",
        "appraisal.see_all", "appraisal.approve_scheme", "appraisal.publish", "appraisal.decide_objection",
        "complaints.see_library", "appraisal.rate", "surveys.see_custody", "surveys.approve_disposal", "surveys.see_entrustments",
        "appraisal.rate", "fieldwork.see_visits",
    ),
    Role.SUPERVISOR: (
        *SEE_SURVEYS, "surveys.see_custody", "surveys.see_entrustments",
        "customers.see_all", "surveys.see_answers", "surveys.check_quality", "reports.see_reports", "notifications.see_outbox",
        "accounts.see_people", "accounts.see_supervision", "core.see_all_jobs",
        "complaints.see_all", "improvements.see_all", "improvements.inspect", "improvements.issue_notice",
        "improvements.verify_measure", "improvements.verify_notice", "appraisal.see_all", "fieldwork.see_calls",
        "complaints.see_library", "fieldwork.see_visits",
    ),
    Role.APPRAISAL_OFFICER: ("surveys.see_plans", "surveys.see_waves", "surveys.see_results", "reports.see_reports", "accounts.see_people",
        "complaints.see_figures", "complaints.log_risk", "improvements.see_figures", "appraisal.see_all", "appraisal.manage_scheme",
        "complaints.see_library", "appraisal.run_cycle", "appraisal.decide_objection", "appraisal.see_own", "appraisal.rate",
    ),
    Role.TRAINER: ("surveys.see_plans", "surveys.see_waves", "surveys.see_results", "reports.see_reports",
        "complaints.see_library", "complaints.log_risk", "appraisal.see_own", "fieldwork.make_visits",
    ),
    Role.ADMINISTRATOR: (
        "accounts.see_people", "accounts.manage_people", "accounts.see_supervision", "core.change_working_time", "surveys.set_rules",
        "core.see_all_jobs", "notifications.see_outbox", "notifications.retry_message", "notifications.see_inbound",
        "notifications.settle_inbound", "customers.import_data",
        "customers.see_all", "surveys.see_custody", "surveys.hand_over", "surveys.keep_material", "surveys.manage_custody",
        "complaints.log_risk",
    ),
    Role.AGENCY: ("surveys.run_entrusted",),
    Role.CUSTOMER: EVERYBODY,
    Role.EMPLOYEE: ("appraisal.see_own", "complaints.log_risk"),
}  # fmt: skip

AUDITED_APPS = ("customers", "surveys", "complaints", "fieldwork", "improvements", "appraisal", "reports")
READING = ("see_", "reveal_")
# What the supervision group itself does in the apps it audits.
SUPERVISES = (
    "surveys.check_quality",
    "improvements.inspect",
    "improvements.issue_notice",
    "improvements.verify_notice",
    "improvements.verify_measure",
)


def is_write(capability):
    """Does the capability change something in an app that the supervision group audits?"""
    app, _, codename = capability.partition(".")
    return app in AUDITED_APPS and capability not in SUPERVISES and not codename.startswith(READING)


def sync_roles(using="default"):
    """Make the database's groups equal to GRANTS. Returns the capabilities that no app declares."""
    from django.contrib.auth.models import Group, Permission

    known = {
        f"{p.content_type.app_label}.{p.codename}": p
        for p in Permission.objects.using(using).select_related("content_type")
    }
    unknown = set()
    for role in Role:
        group, _made = Group.objects.using(using).get_or_create(name=role.value)
        wanted = [name for name in GRANTS[role] if name in known]
        unknown |= set(GRANTS[role]) - set(wanted)
        group.permissions.set([known[name] for name in wanted])
    return sorted(unknown)


def differences(using="default"):
    """Lines that say where the database's groups differ from GRANTS."""
    from django.contrib.auth.models import Group

    lines = []
    for role in Role:
        group = Group.objects.using(using).filter(name=role.value).first()
        have = (
            {f"{a}.{c}" for a, c in group.permissions.values_list("content_type__app_label", "codename")}
            if group
            else set()
        )
        if have != set(GRANTS[role]):
            lines.append(f"{role.value}: {sorted(have ^ set(GRANTS[role]))}")
    return lines


def sync_roles_after_migrate(sender, using, **kwargs):
    """Runs once per migrate, after the last app's permissions exist."""
    if using == "owner" and sender.name == "django.contrib.auth":
        from django.apps import apps
        from django.contrib.auth.management import create_permissions

        for config in apps.get_app_configs():
            create_permissions(config, verbosity=0, using=using)
        sync_roles(using)
