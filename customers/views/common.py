"""Who reaches the pages of customers."""

from core.access import needs

sees = needs("customers.see_all", "customers.see_unit")
edits = needs("customers.edit_customer")
