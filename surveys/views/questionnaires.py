"""Questionnaires: list, versions with phone preview, the editor, publishing by a second person."""

from csp.decorators import csp_update
from django.contrib import messages
from django.db.models import Max, OuterRef, Subquery
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.selectors import units_of
from core.access import needs
from core.forms import ReasonForm
from core.permissions import require
from core.tables import listing
from core.views import get_visible_or_404, posted, render_page, step_page
from surveys import files, library, outline
from surveys.filters import QuestionnaireFilter
from surveys.forms.questionnaires import FileForm, HeadForm, NewQuestionnaireForm, QuestionForm, ReviewForm, SectionForm
from surveys.instrument import parse
from surveys.instrument_review import problems
from surveys.models import Questionnaire, QuestionnaireVersion
from surveys.selectors.bank import shared_with_bank
from surveys.services import questionnaires as service
from surveys.tables import QuestionnaireTable

shows_phone = csp_update({"frame-src": ["'self'"]})  # the pages with the preview in a frame


@needs("surveys.see_questionnaires")
def questionnaire_list(request):
    newest = QuestionnaireVersion.objects.filter(questionnaire=OuterRef("pk")).order_by("-no")
    rows = Questionnaire.objects.visible_to(request.user).select_related("unit").annotate(
        newest_no=Subquery(newest.values("no")[:1]), newest_state=Subquery(newest.values("state")[:1]),
        published_on=Max("versions__published_at"),
    )  # fmt: skip
    context = listing(request, QuestionnaireFilter(request.GET, rows), QuestionnaireTable)
    return render_page(request, "surveys/questionnaire_list.html", context, partial="rows")


@needs("surveys.see_questionnaires")
def questionnaire(request, pk):
    """The newest version; older ones are listed beside it."""
    row = get_visible_or_404(Questionnaire, request.user, pk=pk)
    return redirect(row.versions.defer("definition").order_by("-no").first())


@needs("surveys.see_questionnaires")
@shows_phone
def version(request, pk):
    row = get_visible_or_404(QuestionnaireVersion, request.user, pk=pk)
    context = {
        "version": row, "questionnaire": row.questionnaire, "instrument": parse(row.definition, version_id=row.pk, version_no=row.no),
        "problems": problems(row.definition) if row.state == "draft" else [],
        "versions": row.questionnaire.versions.defer("definition").order_by("-no"),
        "events": row.transitions.select_related("by", "on_behalf_of").order_by("-pk")[:20],
    }  # fmt: skip
    titles = {section.code: section.title for section in context["instrument"].sections}
    context["stages"] = [
        (titles.get(one.dimension, one.dimension), one.get_stage_display()) for one in row.questionnaire.stages.all()
    ]
    return render_page(request, "surveys/version.html", context)


@needs("surveys.design_questionnaire")
def questionnaire_create(request):
    form = NewQuestionnaireForm(posted(request))
    if form.is_valid():
        made = service.create(by=request.user, **form.cleaned_data)
        return redirect("surveys:version_edit", made.draft.pk)
    return render_page(
        request,
        "surveys/form.html",
        {"form": form, "title": _("New questionnaire"), "back": "surveys:questionnaire_list"},
    )


@needs("surveys.design_questionnaire")
def questionnaire_copy(request, pk):
    row = get_visible_or_404(QuestionnaireVersion, request.user, pk=pk)
    form = NewQuestionnaireForm(posted(request), initial={"unit": row.questionnaire.unit_id})
    if form.is_valid():
        made = service.copy(row, by=request.user, **form.cleaned_data)
        return redirect("surveys:version_edit", made.draft.pk)
    title = _("Copy of %(name)s") % {"name": row}
    return render_page(request, "surveys/form.html", {"form": form, "title": title, "back_url": row.get_absolute_url()})


@needs("surveys.see_questionnaires")
def version_file(request, pk):
    """The version as a file, to be taken to another portal or kept beside its results."""
    row = get_visible_or_404(QuestionnaireVersion, request.user, pk=pk)
    answer = HttpResponse(files.write(row), content_type="application/json")
    answer["Content-Disposition"] = content_disposition_header(True, f"{row.questionnaire.code}-v{row.no}.json")
    return answer


@needs("surveys.design_questionnaire")
def questionnaire_import(request):
    form = FileForm(posted(request), request.FILES or None)
    if form.is_valid():
        values = {name: form.cleaned_data[name] for name in ("code", "name_zh", "name_en", "unit")}
        return redirect(
            "surveys:version_edit", service.create(by=request.user, definition=form.definition, **values).draft.pk
        )
    context = {"form": form, "title": _("Questionnaire from a file"), "back": "surveys:questionnaire_list"}
    return render_page(request, "surveys/form.html", context)


@needs("surveys.design_questionnaire")
def questionnaire_library(request):
    """The questionnaires of the regulations."""
    return render_page(request, "surveys/questionnaire_library.html", {"templates": library.TEMPLATES.values()})


@needs("surveys.design_questionnaire")
def questionnaire_from_library(request, code):
    """One of them, as it is, and taken over as a draft of one's own."""
    if code not in library.TEMPLATES:
        raise Http404
    template = library.TEMPLATES[code]
    names = {"name_zh": template.title["zh"], "name_en": template.title["en"], "code": code}
    form = NewQuestionnaireForm(posted(request), initial=names | {"unit": next(iter(units_of(request.user)), None)})
    definition = template.definition()
    if form.is_valid():
        made = service.create(by=request.user, definition=definition, **form.cleaned_data)
        return redirect("surveys:version_edit", made.draft.pk)
    context = {"form": form, "template": template, "instrument": parse(definition)}
    return render_page(request, "surveys/questionnaire_template.html", context)


@require_POST
@needs("surveys.design_questionnaire")
def version_create(request, pk):
    row = get_visible_or_404(Questionnaire, request.user, pk=pk)
    require(request.user, "surveys.new_version", row)
    return redirect("surveys:version_edit", service.new_version(row, by=request.user).pk)


def draft_or_refuse(request, pk):
    row = get_visible_or_404(QuestionnaireVersion, request.user, pk=pk)
    require(request.user, "surveys.design_version", row)
    return row


def save(request, row, definition, version, note=None):
    service.edit_draft(row, definition=definition, by=request.user, expected_version=version, note=note)
    messages.success(request, _("Saved."))


@needs("surveys.design_questionnaire")
@shows_phone
def version_edit(request, pk):
    row = draft_or_refuse(request, pk)
    head = row.definition
    initial = {
        f"{name}_{key}": (head.get(name) or {}).get(key, "") for name in ("title", "intro") for key in ("zh", "en")
    }
    form = HeadForm(posted(request), initial=initial | {"version": row.version, "note": row.change_note})
    if form.is_valid():
        save(request, row, {**head, **form.parts()}, form.cleaned_data["version"], form.cleaned_data["note"])
        return redirect("surveys:version_edit", pk)
    context = {"version": row, "form": form, "sections": head.get("sections") or [], "problems": problems(head),
               "instrument": parse(head), "bank": shared_with_bank(head)}  # fmt: skip
    return render_page(request, "surveys/version_edit.html", context)


@needs("surveys.design_questionnaire")
def section_edit(request, pk, section=None):
    row = draft_or_refuse(request, pk)
    part = at(row.definition, section) if section is not None else {}
    initial = {"code": part.get("code", ""), "version": row.version, "show_if": SectionForm.ways_to(part)} | {
        f"title_{key}": text for key, text in (part.get("title") or {}).items()
    }
    before = questions_before(row.definition, section, 0)
    form = SectionForm(posted(request), initial=initial, before=before, is_new=section is None)
    if form.is_valid():
        save(request, row, outline.put_section(row.definition, section, form.part()), form.cleaned_data["version"])
        return redirect("surveys:version_edit", pk)
    title = _("Section") if part else _("New section")
    return render_page(request, "surveys/part_edit.html", {"form": form, "title": title, "version": row})


@needs("surveys.design_questionnaire")
def question_edit(request, pk, section, question=None):
    row = draft_or_refuse(request, pk)
    part = at(row.definition, section)
    item = at(row.definition, section, question) if question is not None else {}
    initial = QuestionForm.initial_of(item or {"kind": "rating", "scale": "B", "required": True}) | {
        "version": row.version
    }
    before = questions_before(row.definition, section, question)
    form = QuestionForm(posted(request), initial=initial, item=item, before=before)
    if form.is_valid():
        save(
            request,
            row,
            outline.put_question(row.definition, section, question, form.question()),
            form.cleaned_data["version"],
        )
        return redirect("surveys:version_edit", pk)
    title = _("Question") if item else _("New question")
    return render_page(request, "surveys/part_edit.html", {"form": form, "title": title, "version": row, "part": part})


def questions_before(definition, section=None, question=None):
    """The questions that stand before that place, or before the end of the section or of everything."""
    sections = definition.get("sections") or []
    end = len(sections) if section is None else section
    parts = sections[:end]
    if section is not None:
        parts = [*parts, {**sections[section], "questions": (sections[section].get("questions") or [])[:question]}]
    return parse({"sections": parts}).questions


def at(definition, section, question=None):
    """The section or question at that place, or 404."""
    try:
        part = definition["sections"][section]
        return part if question is None else part["questions"][question]
    except (KeyError, IndexError):
        raise Http404


@require_POST
@needs("surveys.design_questionnaire")
def part_act(request, pk, section, question=None):
    """Move up, move down or remove a section or question."""
    row = draft_or_refuse(request, pk)
    at(row.definition, section, question)
    act = request.POST.get("act")
    if act == "remove":
        made = outline.remove(row.definition, section, question)
    elif act in ("up", "down"):
        made = outline.move(row.definition, section, question, -1 if act == "up" else 1)
    else:
        raise Http404
    save(request, row, made, int(request.POST.get("version") or row.version))
    return redirect("surveys:version_edit", pk)


def step(request, pk, rule, act, name, form_class):
    row = get_visible_or_404(QuestionnaireVersion, request.user, pk=pk)
    context = {"version": row, "step": name, "problems": problems(row.definition) if name == "publish" else []}
    return step_page(
        request, row, rule=rule, act=act, template="surveys/version_step.html", context=context, form_class=form_class,
        reason="note" if name == "publish" else "reason",
    )  # fmt: skip


@needs("surveys.publish_questionnaire")
def version_publish(request, pk):
    return step(request, pk, "surveys.publish_version", service.publish, "publish", ReviewForm)


@needs("surveys.design_questionnaire")
def version_retire(request, pk):
    return step(request, pk, "surveys.retire_version", service.retire, "retire", ReasonForm)
