"""The task list a new company starts with; its people change it on the page of templates (SUR-10, 12; REM-07, 09)."""

from surveys.choices import Anchor, CycleStep, Fact, Phase

P, S, C = Phase.PREPARATION, Phase.SURVEY, Phase.CONFIRMATION
BEGIN, END = Anchor.OPENS, Anchor.CLOSES
STEP = CycleStep
# code, phase, step, Chinese, English, counts from, days, fact, needed, asks for an outcome
LIBRARY = [
    ("scheme", P, STEP.GOALS, "写明调查方案", "Write the scheme", BEGIN, -20, Fact.SCHEME_WRITTEN, True, False),
    ("approval", P, STEP.GOALS, "计划获批", "Have the plan approved", BEGIN, -15, Fact.PLAN_APPROVED, True, False),
    ("steps", P, STEP.GOALS, "写出实施步骤与分工", "Write the steps and who takes them", BEGIN, -14, "", True, False),
    ("trial", P, STEP.QUESTIONNAIRE, "试填并修改问卷", "Try the questionnaire out and refine it", BEGIN, -12, "", False, True),
    ("questionnaire", P, STEP.QUESTIONNAIRE, "问卷与计分规则定稿发布", "Publish questionnaire and scoring", BEGIN, -10, Fact.VERSION_PUBLISHED, True, False),
    ("briefing", P, STEP.QUESTIONNAIRE, "培训并指导调查人员", "Train and guide the people who ask", BEGIN, -5, "", False, True),
    ("notice", S, STEP.SENDING, "提前告知相关人员调查日期", "Tell the people concerned of the date", BEGIN, -3, Fact.NOTICE_SENT, False, False),
    ("sample", S, STEP.SENDING, "抽取受访者", "Draw the respondents", BEGIN, 0, Fact.SAMPLE_DRAWN, True, False),
    ("invitations", S, STEP.SENDING, "发出邀请", "Send the invitations", BEGIN, 1, Fact.INVITED, True, False),
    ("closing", S, STEP.SENDING, "按期收回并关闭", "Collect until the deadline and close", END, 0, Fact.CLOSED, True, False),
    ("authenticity", C, STEP.ANALYSIS, "核对答卷真实性", "Check the authenticity of the answers", END, 3, Fact.AUTHENTICITY, True, False),
    ("findings", C, STEP.ANALYSIS, "逐条判定发现", "Decide every finding", END, 5, Fact.FINDINGS_DECIDED, True, False),
    ("results", C, STEP.ANALYSIS, "确认结果", "Confirm the results", END, 7, Fact.RESULTS_CONFIRMED, True, False),
    ("quality", C, STEP.ANALYSIS, "相关部门或监督小组检查调查质量", "Have the way it was carried out checked", END, 10, Fact.QUALITY_CHECKED, True, False),
    ("analysis", C, STEP.ANALYSIS, "写出分析结论", "Write down what the analysis says", END, 10, "", True, True),
    ("report", C, STEP.ANALYSIS, "签发报告", "Issue the report", END, 40, Fact.REPORT_ISSUED, True, False),
    ("measures", C, STEP.PROPOSALS, "为每条已确认的发现制定措施", "Plan a measure for every confirmed finding", END, 20, Fact.MEASURES_PLANNED, True, False),
    ("announcement", C, STEP.PROPOSALS, "公布结果并反馈受访者", "Announce the results and answer those who were asked", END, 45, "", True, True),
    ("use", C, STEP.IMPLEMENTATION, "结果落实：措施执行完毕", "Put the results to use: measures carried out", END, 60, Fact.MEASURES_DONE, True, False),
    ("review", C, STEP.REVIEW, "评价调查方案的效果并调整", "Review what the scheme achieved and adjust it", END, 75, "", True, True),
]  # fmt: skip


def ensure_templates(using="default"):
    """Write the templates of the library where there is none at all; what people changed or removed stays theirs."""
    from surveys.models import TaskTemplate

    rows = TaskTemplate.objects.using(using)
    if rows.exists():
        return
    names = (
        "code",
        "phase",
        "step",
        "title_zh",
        "title_en",
        "anchor",
        "offset_days",
        "fact",
        "is_required",
        "wants_outcome",
    )
    rows.bulk_create(
        TaskTemplate(position=position, **dict(zip(names, line, strict=True))) for position, line in enumerate(LIBRARY)
    )


def after_migrate(sender, using, **kwargs):
    if using == "owner":
        ensure_templates(using)
