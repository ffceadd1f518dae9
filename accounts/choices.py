from django.db import models
from django.utils.translation import gettext_lazy as _


class UnitKind(models.TextChoices):
    HEAD_OFFICE = "head_office", _("Head office")
    BRANCH = "branch", _("Branch")
    DEPARTMENT = "department", _("Department")


class DepartmentType(models.TextChoices):
    """Drives weights and duties (ORG-02)."""

    BUSINESS = "business", _("Training business")
    SUPPORT = "support", _("Support")
    SERVICE = "service", _("Service")
    OTHER = "other", _("Other")


class Role(models.TextChoices):
    """What a person does in the portal; rights are in accounts.roles.GRANTS."""

    AGENT = "agent", _("Service agent")
    LEAD = "lead", _("Service lead")
    SURVEY_OFFICER = "survey_officer", _("Survey and quality officer")
    DEPARTMENT_USER = "department_user", _("Department user")
    EXECUTIVE = "executive", _("Executive")
    SUPERVISOR = "supervisor", _("Supervision group")
    APPRAISAL_OFFICER = "appraisal_officer", _("Appraisal administrator")
    TRAINER = "trainer", _("Training coordinator or trainer")
    ADMINISTRATOR = "administrator", _("Administrator")
    AGENCY = "agency", _("Third-party survey agency")
    CUSTOMER = "customer", _("Customer with an account")
    EMPLOYEE = "employee", _("Employee")
