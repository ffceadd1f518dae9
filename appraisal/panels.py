"""On pages of lower apps: which published scores rest on the record."""

from django.template.loader import render_to_string

from appraisal.choices import IndicatorCode
from appraisal.selectors.evidence import scores_resting_on
from core import panels

COMPLAINT_CODES = {"complaint": IndicatorCode.COMPLAINT_RATE, "suggestion": IndicatorCode.SUGGESTION_ADOPTION}


def register():
    panels.add_panel("improvements.case", of_case, order=90)
    panels.add_panel("improvements.measure", of_measure, order=90)
    panels.add_panel("complaints.complaint", of_complaint, order=90)


def of_case(request, case):
    return _panel(request, IndicatorCode.MEASURE_COMPLETION, case.measures.values_list("pk", flat=True))


def of_measure(request, measure):
    return _panel(request, IndicatorCode.MEASURE_COMPLETION, [measure.pk])


def of_complaint(request, complaint):
    code = COMPLAINT_CODES.get(complaint.kind)
    return _panel(request, code, [complaint.pk]) if code else ""


def _panel(request, code, keys):
    if not any(request.user.has_perm(name) for name in ("appraisal.see_all", "appraisal.see_own")):
        return ""
    scores = scores_resting_on(request.user, code, keys)
    if not scores:
        return ""
    return render_to_string("appraisal/resting_panel.html", {"scores": scores, "indicator": code.label}, request)
