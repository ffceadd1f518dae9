"""Who reaches the pages of improvement, and how the steps of one table become pages."""

from django.http import Http404

from core.access import needs
from core.acts import act_page

sees = needs("improvements.see_all", "improvements.see_unit", "improvements.see_figures")


def take_step(request, row, acts, step, *, number):
    """Show or take the step of ``acts`` named ``step`` on ``row``."""
    if step not in acts:
        raise Http404
    return act_page(request, row, acts[step], number=number)
