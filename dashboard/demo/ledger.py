"""Saved views of the ledger, one of one's own and two that are shared."""

from accounts.choices import Role
from accounts.services import lists

PAGE = "complaints.ledger"
VIEWS = (
    (
        "lead",
        "逾期未答复",
        "view=overdue&sort=due&columns=number,title,customer,tier,responsible,state,due",
        Role.AGENT,
    ),
    (
        "lead",
        "有责投诉（全部）",
        "view=all&verdict=justified&columns=number,title,received_at,unit,cause,verdict,measures,reply",
        Role.EXECUTIVE,
    ),
    ("lead", "重要客户", "tier=important&view=open", ""),
)


def saved_views(org):
    """Kept by the people of the company; an agent finds the first in the menu."""
    for login, name, query, role in VIEWS:
        lists.save_view(org.users[login], PAGE, name=name, query=query, role=getattr(role, "value", role))
