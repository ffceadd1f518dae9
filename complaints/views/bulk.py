"""Acts on several records of the list: what is asked, then a result for each."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from complaints.forms.bulk import FORMS
from complaints.services import bulk
from core.access import needs
from core.views import posted, render_page


@needs("complaints.assess")
def act(request, name):
    """The list hands over ``row=key:version``; nothing is written before the form is posted."""
    if name not in bulk.ACTS:
        raise Http404
    act = bulk.ACTS[name]
    versions = bulk.read((request.POST if request.method == "POST" else request.GET).getlist("row"))
    rows = bulk.rows(request.user, versions)
    if not rows:
        messages.warning(request, _("Choose at least one record in the list."))
        return redirect("complaints:list")
    form = FORMS[name](posted(request))
    context = {
        "act": act,
        "rows": [(row, f"{row.pk}:{versions[row.pk]}") for row in rows],
        "form": form,
        "lost": len(versions) - len(rows),
    }
    if form.is_valid():
        results = bulk.each(act, rows, versions, by=request.user, **form.values())
        done = [result for result in results if result.is_done]
        refused = [result for result in results if not result.is_done]
        context |= {"done": done, "refused": refused}
        return render_page(request, "complaints/bulk_done.html", context)
    return render_page(request, "complaints/bulk.html", context)
