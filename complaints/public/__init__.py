"""What customers see of the ledger: a form without login, its receipt, and progress by number and code."""
