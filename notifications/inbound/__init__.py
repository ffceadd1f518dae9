"""Mail that comes in: the mailbox (boxes), what a mail says (reading, html), returned ones (bounces), who takes it (takers)."""
