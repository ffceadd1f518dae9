"""Waves: list, set up, run, and what came of them."""

import segno
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core.access import needs
from core.forms import ConfirmForm, ReasonForm
from core.i18n import pick
from core.lists import list_page
from core.nudge import nudge
from core.permissions import allows, require
from core.views import get_visible_or_404, posted, render_page, step_page
from surveys.choices import WaveState
from surveys.filters import InvitationFilter, ResponseFilter, WaveFilter
from surveys.forms.waves import AudienceForm, WaveForm
from surveys.jobs import DATA, PAPERS, start_export, start_open, start_report
from surveys.models import Invitation, PlanActivity, Wave
from surveys.report_quality import reliability_table
from surveys.rules import custody_of
from surveys.selectors import approval, audience, lists, precision, results, task_lists
from surveys.services import entrustments, invitations, links
from surveys.services import waves as service
from surveys.tables import InvitationTable, ResponseTable, RunInvitationTable, WaveTable
from surveys.tasks import scrub_boxes
from surveys.views.pictures import pictures

SEERS = ("surveys.see_waves", "surveys.see_results")


def is_seer(user):
    """One of the company; a third party has pages of its own."""
    return any(user.has_perm(name) for name in SEERS)


@needs(*SEERS)
def wave_list(request):
    found = WaveFilter(request.GET, lists.waves(request.user))
    return list_page(request, "surveys/wave_list.html", found, WaveTable, title=_("Waves"))


@needs(*SEERS, "surveys.run_entrusted")
def wave(request, pk):
    row = get_visible_or_404(Wave, request.user, pk=pk)
    if not is_seer(request.user):
        return redirect("surveys:entrusted_wave", row.pk)
    context = wave_context(request, row, "results") | {
        "events": row.transitions.select_related("by", "on_behalf_of").order_by("-pk")[:20], "bar": task_lists.bar(row),
        "is_printable": approval.is_approved(row.activity),
        "custody": custody_of(row) if row.has_ended and request.user.has_perm("surveys.see_custody") else None,
        "gap": entrustments.gap(row) if row.state in (WaveState.DRAFT, WaveState.SCHEDULED) else "",
    }  # fmt: skip
    if allows(request.user, "surveys.see_results_of", row):
        context |= pictures(request, row) | {"reliability": reliability_table(row)}
    else:
        context["audience_n"] = audience.count(row.audience)
    return render_page(request, "surveys/wave.html", context)


def wave_context(request, row, tab):
    """What every page of one wave shows: its head and tabs."""
    url = row.get_absolute_url()
    if not is_seer(request.user):
        tabs = [{"label": _("Respondents"), "url": f"{url}entrusted/", "active": tab == "entrusted"}]
        if allows(request.user, "surveys.enter_answers_of", row):
            tabs.append({"label": _("Entry"), "url": f"{url}entry/", "active": tab == "entry"})
        return {"wave": row, "state": WaveState(row.state), "tabs": tabs if len(tabs) > 1 else []}
    found = [{"label": _("Results"), "url": url, "active": tab == "results"}]
    if row.state in WaveState.with_results():
        if not row.is_anonymous and request.user.has_perm("surveys.see_answers"):
            found.append({"label": _("Answers"), "url": f"{url}answers/", "active": tab == "answers"})
            found.append({"label": _("Authenticity"), "url": f"{url}authenticity/", "active": tab == "checks"})
            found.append({"label": _("Low answers"), "url": f"{url}low/", "active": tab == "low"})
        if row.is_confidential and allows(request.user, "surveys.open_seals_of", row):
            found.append({"label": _("Seals"), "url": f"{url}sealed/", "active": tab == "sealed"})
        if allows(request.user, "surveys.see_results_of", row):
            found.append({"label": _("Cross-tables"), "url": f"{url}tables/", "active": tab == "tables"})
            if not row.is_anonymous and (row.frame or row.audience):
                found.append({"label": _("Weighted"), "url": f"{url}weights/", "active": tab == "weights"})
        if request.user.has_perm("surveys.see_answers") and results.rates_services(row):
            found.append({"label": _("Rated"), "url": f"{url}rated/", "active": tab == "rated"})
        if allows(request.user, "surveys.see_results_of", row):
            found.append({"label": _("Words"), "url": f"{url}words/", "active": tab == "words"})
            found.append({"label": _("Opinions"), "url": f"{url}opinions/", "active": tab == "opinions"})
            found.append({"label": _("Findings"), "url": f"/surveys/findings/?wave={row.pk}", "active": False})
        if allows(request.user, "surveys.enter_answers_of", row):
            found.append({"label": _("Entry"), "url": f"{url}entry/", "active": tab == "entry"})
        if allows(request.user, "surveys.import_answers_of", row):
            found.append({"label": _("Import"), "url": f"{url}outside/", "active": tab == "outside"})
        if not row.is_anonymous and allows(request.user, "surveys.post_letters", row):
            found.append({"label": _("Letters"), "url": f"{url}letters/", "active": tab == "letters"})
    sees = request.user.has_perm("surveys.see_waves")
    if sees and (not row.is_open_link or row.audience):
        found.append({"label": _("Precision"), "url": f"{url}precision/", "active": tab == "precision"})
    if sees:
        found.append({"label": _("Tasks"), "url": f"{url}tasks/", "active": tab == "tasks"})
    if sees and row.state in WaveState.with_results():
        found.append({"label": _("Invitations"), "url": f"{url}invitations/", "active": tab == "invitations"})
    return {"wave": row, "state": WaveState(row.state), "tabs": found if len(found) > 1 else []}


@needs("surveys.see_waves")
def wave_precision(request, pk):
    """What the sample can say, and what it says so far."""
    row = get_visible_or_404(Wave, request.user, pk=pk)
    context = wave_context(request, row, "precision") | {
        "plan": precision.plan(row),
        "least": settings.SUPPRESSION_SCORES,
    }
    return render_page(request, "surveys/wave_precision.html", context)


@needs("surveys.see_answers")
def answers(request, pk):
    row = get_visible_or_404(Wave, request.user, pk=pk)
    if row.is_anonymous:
        raise Http404
    if request.GET.get("format"):
        require(request.user, "surveys.export_answers_of", row)
    found, title = ResponseFilter(request.GET, lists.responses(request.user, row)), f"{row.code} {_('Answers')}"
    context = wave_context(request, row, "answers")
    return list_page(request, "surveys/wave_answers.html", found, ResponseTable, title=title, log=row, **context)


@require_POST
@needs("surveys.export_answers", "surveys.keep_material")
def answers_export(request, pk):
    """The single answers for statistics, drawn up in the background."""
    row = get_visible_or_404(Wave, request.user, pk=pk)
    if row.is_anonymous:
        raise Http404
    require(request.user, "surveys.export_answers_of", row)
    fmt, narrowed = request.POST.get("format", "sps"), request.GET.copy()
    if fmt not in DATA or not ResponseFilter(narrowed, lists.responses(request.user, row)).form.is_valid():
        raise Http404
    for name in ("page", "after", "before", "sort", "columns"):
        narrowed.pop(name, None)
    run = start_export(row, by=request.user, fmt=fmt, narrowed=narrowed.urlencode(), language=get_language())
    return redirect("core:job_detail", run.pk)


@require_POST
@needs("surveys.see_results")
def wave_report(request, pk):
    """The report of a wave that ended, drawn up in the background in the reader's language."""
    row = get_visible_or_404(Wave, request.user, pk=pk)
    require(request.user, "surveys.report_wave", row)
    fmt = request.POST.get("format")
    if fmt not in PAPERS:
        raise Http404
    job = start_report(row, fmt=fmt, by=request.user, language=get_language())
    return redirect("core:job_detail", job.pk)


@needs("surveys.see_results")
def words(request, pk):
    row = get_visible_or_404(Wave, request.user, pk=pk)
    require(request.user, "surveys.see_results_of", row)
    return render_page(
        request, "surveys/wave_words.html", wave_context(request, row, "words") | {"texts": results.texts(row)}
    )


@needs("surveys.see_answers")
def low(request, pk):
    row = get_visible_or_404(Wave, request.user, pk=pk)
    if row.is_anonymous:
        raise Http404
    return render_page(
        request, "surveys/wave_low.html", wave_context(request, row, "low") | {"rows": lists.low_answers(row)[:300]}
    )


@needs("surveys.see_waves")
def wave_invitations(request, pk):
    row = get_visible_or_404(Wave, request.user, pk=pk)
    rows = (
        Invitation.objects.visible_to(request.user)
        .filter(wave=row)
        .select_related("customer", "contact")
        .order_by("pk")
    )
    if request.GET.get("format"):
        require(request.user, "surveys.take_rows_of", row)
    found, title = InvitationFilter(request.GET, rows), f"{row.code} {_('Invitations')}"
    table = RunInvitationTable if allows(request.user, "surveys.invite_people", row) else InvitationTable
    context = wave_context(request, row, "invitations")
    return list_page(request, "surveys/wave_invitations.html", found, table, title=title, log=row, **context)


@needs("surveys.run_wave")
def wave_create(request):
    key = request.GET.get("activity", "")
    activity = PlanActivity.objects.filter(pk=key).select_related("plan").first() if key.isdecimal() else None
    initial = {"owner": request.user.pk}
    if activity:
        initial |= {
            "activity": activity.pk,
            "unit": activity.plan.unit_id,
            "name_zh": activity.title_zh,
            "name_en": activity.title_en,
        }
    form = WaveForm(posted(request), user=request.user, initial=initial)
    people = AudienceForm(
        posted(request), initial={"kinds": ["customer"], "rest_days": settings.CONTACT_REST_DAYS or None}
    )
    if form.is_valid() and people.is_valid():
        made = service.create(by=request.user, audience=people.audience(), **form.values())
        return redirect(made)
    return render_page(request, "surveys/wave_edit.html", {"form": form, "people": people, "title": _("New wave")})


@needs("surveys.run_wave")
def wave_edit(request, pk):
    row = get_visible_or_404(Wave, request.user, pk=pk)
    require(request.user, "surveys.edit_wave", row)
    form = WaveForm(posted(request), user=request.user, wave=row, initial=WaveForm.initial_of(row))
    people = AudienceForm(posted(request), initial=row.audience)
    if form.is_valid() and people.is_valid():
        service.edit(
            row,
            by=request.user,
            expected_version=form.cleaned_data["version"],
            audience=people.audience(),
            **form.values(),
        )
        messages.success(request, _("Saved."))
        return redirect(row)
    context = {
        "form": form,
        "people": people,
        "title": row,
        "wave": row,
        "audience_n": audience.count(row.audience, but=row),
    }
    return render_page(request, "surveys/wave_edit.html", context)


@require_POST
@needs("surveys.run_wave")
def audience_count(request):
    """How many a filter reaches, while it is being chosen."""
    people = AudienceForm(request.POST)
    found = audience.count(people.audience()) if people.is_valid() else None
    return render_page(request, "surveys/audience_count.html", {"audience_n": found})


STEPS = {
    "schedule": ("surveys.schedule_wave", service.schedule, ConfirmForm), "open": ("surveys.open_wave", start_open, ConfirmForm),
    "close": ("surveys.close_wave", service.close, ConfirmForm), "cancel": ("surveys.cancel_wave", service.cancel, ReasonForm),
    "confirm": ("surveys.confirm_results", service.confirm_results, ConfirmForm),
}  # fmt: skip


@needs("surveys.run_wave")
def wave_step(request, pk, step):
    row = get_visible_or_404(Wave, request.user, pk=pk)
    if step not in STEPS:
        raise Http404
    rule, act, form_class = STEPS[step]
    context = wave_context(request, row, "results") | {"step": step, "audience_n": audience.count(row.audience)}
    answer = step_page(
        request, row, rule=rule, act=act, template="surveys/wave_step.html", context=context, form_class=form_class,
        reason="reason",
    )  # fmt: skip
    if request.method == "POST" and row.is_anonymous and row.state in (WaveState.CLOSED, WaveState.CANCELLED):
        nudge(scrub_boxes)
    return answer


@needs("surveys.run_wave")
def invitation_withdraw(request, pk):
    row = get_visible_or_404(Invitation, request.user, pk=pk)
    require(request.user, "surveys.invite_people", row.wave)
    form = ReasonForm(posted(request))
    if form.is_valid():
        invitations.withdraw(row, by=request.user, reason=form.cleaned_data["reason"])
        messages.success(request, _("The link is dead from now on."))
        return redirect("surveys:wave_invitations", row.wave_id)
    back = f"{row.wave.get_absolute_url()}invitations/"
    return render_page(
        request, "surveys/form.html", {"form": form, "title": _("Withdraw the invitation"), "back_url": back}
    )


@needs("surveys.run_wave")
def invitation_renew(request, pk):
    row = get_visible_or_404(Invitation, request.user, pk=pk)
    require(request.user, "surveys.invite_people", row.wave)
    form = ConfirmForm(posted(request))
    if form.is_valid():
        invitations.renew(row, by=request.user)
        messages.success(request, _("The invitation has a new link; the old one is dead."))
        return redirect("surveys:wave_invitations", row.wave_id)
    consequences = [
        _("The link that was sent is dead from now on."),
        _("A new one is sent to the respondent's mail address."),
    ]
    context = {
        "form": form, "title": _("Give the invitation a new link"), "submit_label": _("New link"),
        "consequences": consequences, "crumb": row.wave.code, "cancel_url": f"{row.wave.get_absolute_url()}invitations/",
    }  # fmt: skip
    return render_page(request, "components/confirm.html", context)


@needs("surveys.see_waves")
def qr(request, pk, fmt):
    """The QR code of the open link as SVG or PNG."""
    row = get_visible_or_404(Wave, request.user, pk=pk)
    require(request.user, "surveys.print_wave", row)
    if not row.is_open_link or fmt not in ("svg", "png"):
        raise Http404
    code = segno.make(links.open_url(row), error="m")
    answer = HttpResponse(content_type="image/svg+xml" if fmt == "svg" else "image/png")
    code.save(answer, kind=fmt, scale=8, border=4)
    return answer


@needs("surveys.see_waves")
def poster(request, pk):
    """A page to print and put up: name, QR code, address, until when."""
    row = get_visible_or_404(Wave, request.user, pk=pk)
    require(request.user, "surveys.print_wave", row)
    if not row.is_open_link:
        raise Http404
    return render_page(
        request, "surveys/poster.html", {"wave": row, "name": pick(row, "name"), "url": links.open_url(row)}
    )
