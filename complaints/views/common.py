"""Who reaches the pages of the ledger."""

from core.access import needs

sees = needs("complaints.see_all", "complaints.see_unit")
registers = needs("complaints.register")
