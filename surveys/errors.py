"""What can go wrong in words the user reads."""

from core.workflow import InvalidTransition


class NotReady(InvalidTransition):
    """Something is missing before a step; ``problems`` are the reasons (texts or Problem), ``str()`` joins
    them.
    """

    def __init__(self, problems):
        self.problems = list(problems)
        super().__init__(" ".join(str(problem) for problem in self.problems))
