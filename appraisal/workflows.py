from django.utils.translation import gettext_lazy as _

from appraisal.choices import AppealState as A
from appraisal.choices import CycleState as C
from appraisal.choices import SchemeState as S
from core.workflow import Step, Workflow

SCHEME = Workflow(
    model="appraisal.SchemeVersion",
    states=S,
    title=_("Appraisal scheme"),
    table={
        S.DRAFT: {S.SUBMITTED: Step("schemes.submit", "appraisal.submit_scheme", note=_("the weights add up to 100"))},
        S.SUBMITTED: {
            S.APPROVED: Step("schemes.approve", "appraisal.approve_scheme", note=_("not by its author")),
            S.DRAFT: Step("schemes.send_back", "appraisal.return_scheme", needs_reason=True),
        },
        S.APPROVED: {},
    },
)

CYCLE = Workflow(
    model="appraisal.AppraisalCycle",
    states=C,
    title=_("Appraisal cycle"),
    table={
        C.DRAFT: {C.OPEN: Step("cycles.open_cycle", "appraisal.open_cycle", note=_("every unit has a sheet and its raters"))},
        C.OPEN: {C.FROZEN: Step("cycles.freeze", "appraisal.freeze_cycle", note=_("the facts of the period are kept"))},
        C.FROZEN: {C.SCORING: Step("cycles.begin_scoring", "appraisal.begin_scoring", note=_("raters are told"))},
        C.SCORING: {C.PREVIEW: Step("cycles.show_preview", "appraisal.show_preview", note=_("missing ratings are spread"))},
        C.PREVIEW: {
            C.PUBLISHED: Step(
                "publications.publish", "appraisal.publish_cycle", note=_("time for objections over, none open"),
            ),
        },
        C.PUBLISHED: {
            C.PUBLISHED: Step(
                "publications.correct", "appraisal.correct_cycle", needs_reason=True, note=_("the next version"),
            ),
        },
    },
)  # fmt: skip

APPEAL = Workflow(
    model="appraisal.Appeal",
    states=A,
    title=_("Objection"),
    table={
        A.OPEN: {
            A.UPHELD: Step("appeals.uphold", "appraisal.decide_appeal", needs_reason=True, note=_("an adjustment")),
            A.REJECTED: Step("appeals.reject", "appraisal.decide_appeal", needs_reason=True),
        },
        A.UPHELD: {},
        A.REJECTED: {},
    },
)
