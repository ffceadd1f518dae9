"""The customers' side of the ledger: what stands behind the form and the page of progress."""
