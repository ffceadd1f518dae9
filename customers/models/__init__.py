from customers.models.contact import ContactHold, ContactPerson
from customers.models.customer import Customer
from customers.models.follow_up import FollowUp
from customers.models.interaction import Interaction, InteractionAddendum
from customers.models.project import Project, ProjectMilestone
from customers.models.service_due import ServiceDue
from customers.models.service_record import ServiceRecord

__all__ = [
    "ContactHold", "ContactPerson", "Customer", "FollowUp", "Interaction", "InteractionAddendum", "Project",
    "ProjectMilestone", "ServiceDue", "ServiceRecord",
]  # fmt: skip
