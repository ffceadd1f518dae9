"""One unit: its sheet, ratings, objections."""

from django.contrib import messages
from django.db.models import Q
from django.http import Http404
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _

from appraisal.choices import Source
from appraisal.filters import RatingFilter
from appraisal.forms.cycles import AppealForm, RatingForm, SuperiorForm, TotalForm, UpholdForm
from appraisal.models import Appeal, FactSnapshot, ScoreSheet
from appraisal.selectors import pictures
from appraisal.selectors.results import result_of
from appraisal.services import appeals as appeal_service
from appraisal.services import cycles as cycle_service
from appraisal.services import facts as fact_service
from appraisal.services import ratings as service
from appraisal.tables import RatingTable
from core.access import needs
from core.forms import ReasonForm
from core.lists import list_page
from core.permissions import allows, require
from core.views import get_visible_or_404, posted, render_page

READERS = ("appraisal.see_all", "appraisal.see_own")


@needs(*READERS)
def sheet(request, pk):
    row = get_visible_or_404(ScoreSheet, request.user, pk=pk)
    cycle, user = row.cycle, request.user
    result = result_of(row) if cycle.has_results else None
    context = {
        "sheet": row,
        "content": result and result.content,
        "grade": result and result.grade,
        "chart": result and pictures.contribution(result.content, cycle.scheme_version.bands()),
        "facts": facts_of(row),
        "ratings": _ratings(user, row),
        "may_read": service.may_read_grounds(user, row),
        "may": {name: allows(user, f"appraisal.{rule}", row)
                for name, rule in {"rate": "rate_sheet", "object": "object", "decide": "decide_total"}.items()},
        "appeals": Appeal.objects.visible_to(user).filter(sheet=row).select_related("raised_by", "decided_by"),
        "score": row.scores.order_by("-publication__no").first(),
        "events": row.transitions.order_by("-pk")[:30] if user.has_perm("appraisal.see_all") else (),
    }  # fmt: skip
    return render_page(request, "appraisal/sheet.html", context)


def _ratings(user, sheet):
    """(source, rater, rating or None, whether it is given) of both raters."""
    shown = service.shown_to(user, sheet)
    given = {rating.source for rating in sheet.ratings.all()}
    return [(source, rater, shown.get(source), source in given) for source, rater in sheet.raters.items()]


def facts_of(sheet):
    """[(frozen fact, what it would be today)]; before freezing nothing."""
    rows = FactSnapshot.objects.filter(sheet=sheet).defer("row_ids", "base_ids")
    return [(fact, fact_service.today(sheet, fact.indicator)) for fact in rows]


@needs("appraisal.rate")
def ratings(request):
    """What the reader rates and has rated."""
    rows = ScoreSheet.objects.rated_by(request.user).with_all().order_by("-cycle__period__starts_on", "unit__path")
    found = RatingFilter(request.GET, rows, request=request)
    return list_page(request, "appraisal/ratings.html", found, RatingTable, title=_("Ratings"))


@needs("appraisal.rate")
def rate(request, pk):
    """The rating of the reader: to give, or as it was given."""
    row = ScoreSheet.objects.with_all().filter(Q(head=request.user) | Q(superior=request.user), pk=pk).first()
    if row is None:
        raise Http404
    source = row.source_of(request.user)
    given = row.ratings.filter(source=source).first()
    if given is None:
        require(request.user, "appraisal.rate_sheet", row)
    form = None if given else RatingForm(posted(request))
    if form is not None and form.is_valid():
        service.submit(row, by=request.user, **form.cleaned_data)
        messages.success(request, _("Your rating is kept. It cannot be changed any more."))
        return redirect("appraisal:ratings")
    context = {"sheet": row, "form": form, "given": given, "source": source, "facts": facts_of(row),
               "other": service.shown_to(request.user, row).get(Source.SELF) if source == Source.SUPERIOR else None}  # fmt: skip
    return render_page(request, "appraisal/rate.html", context)


@needs("appraisal.run_cycle")
def superior(request, pk):
    row = get_visible_or_404(ScoreSheet, request.user, pk=pk)
    form = SuperiorForm(posted(request), initial={"superior": row.superior_id})
    if form.is_valid():
        cycle_service.change_superior(row, by=request.user, **form.cleaned_data)
        return redirect(row)
    context = {"form": form, "title": _("Another superior"), "submit_label": _("Save"), "back": row.get_absolute_url()}
    return render_page(request, "appraisal/form.html", context)


@needs("appraisal.see_own")
def raise_objection(request, pk):
    row = get_visible_or_404(ScoreSheet, request.user, pk=pk)
    require(request.user, "appraisal.object", row)
    form = AppealForm(posted(request), content=result_of(row).content)
    if form.is_valid():
        made = appeal_service.raise_appeal(row, by=request.user, **form.cleaned_data)
        messages.success(request, _("Your objection is kept. Somebody who did not rate the unit decides about it."))
        return redirect(made)
    context = {
        "form": form, "title": _("Object to the result"), "submit_label": _("Object"), "cancel_url": row.get_absolute_url(),
        "number": str(row), "consequences": [_("Nothing is published before it has been decided."),
                                             _("Ground, decision and reason stay readable.")],
    }  # fmt: skip
    return render_page(request, "components/confirm.html", context)


@needs("appraisal.decide_objection")
def decide_total(request, pk):
    row = get_visible_or_404(ScoreSheet, request.user, pk=pk)
    require(request.user, "appraisal.decide_total", row)
    form = TotalForm(posted(request))
    if form.is_valid():
        appeal_service.decide_total(row, by=request.user, **form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect(row)
    context = {
        "form": form, "title": _("Decide the score"), "submit_label": _("Decide"), "cancel_url": row.get_absolute_url(),
        "number": str(row), "consequences": [_("More is missing than the scheme allows; the score is yours, with its reason.")],
    }  # fmt: skip
    return render_page(request, "components/confirm.html", context)


@needs(*READERS)
def appeal(request, pk):
    row = get_visible_or_404(Appeal, request.user, pk=pk)
    context = {
        "appeal": row,
        "adjustment": getattr(row, "adjustment", None),
        "may_decide": allows(request.user, "appraisal.decide_appeal", row),
        "line": next((one for one in result_of(row.sheet).content["lines"] if one["code"] == row.line), None),
    }
    return render_page(request, "appraisal/appeal.html", context)


DECISIONS = {
    "uphold": (appeal_service.uphold, UpholdForm, _("Uphold the objection"),
               [_("The line is set to your points; what it was before stays visible.")]),
    "reject": (appeal_service.reject, ReasonForm, _("Reject the objection"), [_("The result stays as it is.")]),
}  # fmt: skip


@needs("appraisal.decide_objection")
def appeal_decide(request, pk, step):
    row = get_visible_or_404(Appeal, request.user, pk=pk)
    if step not in DECISIONS:
        raise Http404
    require(request.user, "appraisal.decide_appeal", row)
    act, form_class, title, consequences = DECISIONS[step]
    form = form_class(posted(request), version=row.version)
    if form.is_valid():
        found = dict(form.cleaned_data)
        act(row, by=request.user, expected_version=found.pop("version"), **found)
        messages.success(request, _("Done."))
        return redirect(row)
    context = {"form": form, "title": title, "submit_label": title, "cancel_url": row.get_absolute_url(),
               "state": row.state_badge, "number": str(row), "consequences": consequences}  # fmt: skip
    return render_page(request, "components/confirm.html", context)
