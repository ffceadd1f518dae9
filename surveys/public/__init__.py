"""The pages of people who answer: no login, no framework, no script needed, a view writes nothing."""
