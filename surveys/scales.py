"""The scale library as it is delivered; rows of ``Scale`` from then on belong to the installation."""

from surveys.choices import ScaleKind


def _labels(*points):
    """(value, Chinese, English, score on the 5-point basis) per point, best first."""
    return [{"value": v, "label": {"zh": zh, "en": en}, "score5": score} for v, zh, en, score in points]


def score_of_ten(value):
    """0–10 on the 5-point basis: 0 → 1, 10 → 5."""
    return round(1 + value * 0.4, 3)


EFFORT, EASY = "C7", 5  # customer effort: 5 to 7 found it easy
EASE = [
    ("很省力", "Very easy"), ("省力", "Easy"), ("比较省力", "Rather easy"), ("一般", "Neither"),
    ("比较费力", "Rather hard"), ("费力", "Hard"), ("很费力", "Very hard"),
]  # fmt: skip
LIBRARY = {
    "A": ("五级量表甲（满意～很不满意）", "Five points, set A", ScaleKind.LABELS, _labels(
        (5, "满意", "Satisfied", 5), (4, "较满意", "Fairly satisfied", 4), (3, "一般", "Neutral", 3),
        (2, "不太满意", "Not very satisfied", 2), (1, "很不满意", "Very dissatisfied", 1))),
    "B": ("五级量表乙（很满意～很不满意）", "Five points, set B", ScaleKind.LABELS, _labels(
        (5, "很满意", "Very satisfied", 5), (4, "满意", "Satisfied", 4), (3, "一般", "Neutral", 3),
        (2, "不满意", "Dissatisfied", 2), (1, "很不满意", "Very dissatisfied", 1))),
    "S4": ("四级满意量表", "Four points, satisfaction", ScaleKind.LABELS, _labels(
        (4, "非常满意", "Very satisfied", 5), (3, "满意", "Satisfied", 4), (2, "一般", "Neutral", 3),
        (1, "不满意", "Dissatisfied", 1))),
    "R4": ("四级合理量表", "Four points, reasonableness", ScaleKind.LABELS, _labels(
        (4, "非常合理", "Very reasonable", 5), (3, "合理", "Reasonable", 4), (2, "一般", "Neutral", 3),
        (1, "不合理", "Unreasonable", 1))),
    "C7": ("七级费力度量表（1 很费力～7 很省力）", "Customer effort, seven points (1 very hard – 7 very easy)", ScaleKind.LABELS, _labels(
        *((n, *words, round(1 + (n - 1) * 4 / 6, 3)) for n, words in zip(range(7, 0, -1), EASE, strict=True)))),
    "N10": ("0～10分", "0 to 10", ScaleKind.NUMBERS, _labels(
        *((n, str(n), str(n), score_of_ten(n)) for n in range(10, -1, -1)))),
    "T300": ("300分制表单", "Form of 300 points", ScaleKind.TOTAL, []),
}  # fmt: skip
BANDS_300 = [
    {"from": 240, "label": {"zh": "满意", "en": "Satisfied"}},
    {"from": 210, "label": {"zh": "基本满意", "en": "Basically satisfied"}},
    {"from": 0, "label": {"zh": "不满意", "en": "Not satisfied"}},
]


def ensure_scales(using="default"):
    """Add the scales of the library that are missing; those that exist stay as they are."""
    from surveys.models import Scale

    Scale.objects.using(using).bulk_create(
        [
            Scale(
                code=code, name_zh=zh, name_en=en, kind=kind, points=points, position=position,
                **({"full_mark": 300, "bands": BANDS_300} if kind == ScaleKind.TOTAL else {}),
            )
            for position, (code, (zh, en, kind, points)) in enumerate(LIBRARY.items(), 1)
        ],
        ignore_conflicts=True,
    )  # fmt: skip


def points_of(code):
    """A copy of the points of a scale, as questions carry them. Raises KeyError for an unknown scale."""
    import copy

    from surveys.models import Scale

    row = Scale.objects.filter(code=code).first()
    return copy.deepcopy(row.points if row else LIBRARY[code][3])


def band_of(total, bands):
    """The band a total falls into; a limit itself belongs to the better band. None under the lowest."""
    return next((band for band in sorted(bands, key=lambda band: -band["from"]) if total >= band["from"]), None)


def total_to_score5(total, full_mark):
    """A form's total on the 5-point basis: 240 of 300 → 4.0 (QST-19)."""
    return round(total / full_mark * 5, 3)


def after_migrate(sender, using, **kwargs):
    if using == "owner":
        ensure_scales(using)
