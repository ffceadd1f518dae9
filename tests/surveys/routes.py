"""A questionnaire with branches, repeated answers and every kind of question that the others lack."""

from surveys.scales import points_of
from tests.surveys.asking import question, rating, words

THEMES = [
    {"code": code, "label": label, "is_exclusive": False}
    for code, label in enumerate(
        (words("内容", "Content"), words("讲师", "Trainer"), words("场地", "Place"), words("价格", "Price")), 1
    )
]


def branched():
    """Two ways after the first page: who came pleased rates the trainer, who did not says why; both end together."""
    return {
        "title": words("培训之后", "After the course"), "intro": None,
        "sections": [
            {"code": "first", "title": words("总体", "Overall"), "questions": [
                rating("all", "总体满意吗？", "Are you satisfied?", is_overall=True),
                question("came", "single", words("哪一种形式？", "Which form?"), options=THEMES[:2]),
                question("wait", "number", words("等了多久？", "How long did you wait?"), min=0, max=600,
                         unit=words("分钟", "min"), show_if={"came": [2]}, required=True),
            ]},
            {"code": "pleased", "title": words("讲师", "Trainer"), "show_if": {"all": [4, 5]}, "questions": [
                {"code": "m", "kind": "matrix", "title": words("讲师怎么样？", "How was the trainer?"), "required": True,
                 "scale": "B", "points": points_of("B"), "items": [
                     {"uid": "clear", "code": "m1", "title": words("讲得清楚", "Clear")},
                     {"uid": "kind", "code": "m2", "title": words("有耐心", "Patient")}]},
                question("effort", "rating", words("报名容易吗？", "Was it easy to register?"), scale="C7",
                         points=points_of("C7")),
            ]},
            {"code": "sorry", "title": words("原因", "Reasons"), "show_if": {"all": [1, 2, 3]}, "questions": [
                question("order", "ranking", words("先改什么？您选了{came}", "What first? You chose {came}"),
                         options=THEMES, max=2),
                question("since", "date", words("哪一天？", "Which day?"), required=False),
            ]},
            {"code": "last", "title": words("结束", "End"), "questions": [
                question("cost", "number", words("花费", "Cost"), decimals=2, required=False),
                question("idea", "text", words("还有什么？", "Anything else?"), required=False),
            ]},
        ],
    }  # fmt: skip
