"""One chart of every kind, as a report hands it over."""

from core.charts import Chart

NAMES = ["讲师教学水平", "课程内容质量", "培训需求满足", "面向大型国有企业客户的定制化内训项目与后续辅导"]


def limits(n, mean=79.3):
    error = 3 * (mean * (100 - mean) / n) ** 0.5
    return {"center": mean, "lower": mean - error, "upper": mean + error}


def rows(count=4):
    return [
        {
            "label": NAMES[i % 4] + (str(i) if i > 3 else ""),
            "value": 89.5 - i,
            "low": 86.5 - i,
            "high": 91 - i,
            "n": 858 - i,
            "url": f"/rows/{i}/",
        }
        for i in range(count)
    ]


def dot_interval(count=4):
    own = rows(count)
    own[0] |= {"previous": 85.0, "verdict": "better", "note": "+4.5（+1.2至+7.8）"}
    own.append({"label": "在线答疑", "value": None, "n": 3, "suppressed": "少于5份，不显示"})
    return {
        "unit": "%",
        "rows": own,
        "brackets": [[0, 1]] if count > 1 else [],
        "reference": {"value": 84.2, "label": "平均84.2%"},
    }


def diverging(count=4):
    own = [
        {"label": row["label"], "counts": [10, 40, 100, 390, 318 + i], "url": row["url"]}
        for i, row in enumerate(rows(count))
    ]
    return {"scale": ["很不满意", "不满意", "一般", "满意", "很满意"], "rows": own}


def trend_limits(count=4):
    points = [
        {"label": f"{24 + i // 4}Q{i % 4 + 1}", "value": 78.0 + i % 5, "n": 600 + i, **limits(600 + i)}
        for i in range(count)
    ]
    return {
        "unit": "%",
        "points": points,
        "breaks": [{"before": count // 2, "label": "问卷改第3版，前后不可比", "comparable": False}]
        if count > 1
        else [],
    }


def pareto(count=4):
    return {
        "unit": "件",
        "rows": [{"label": row["label"], "value": 40 - i, "url": row["url"]} for i, row in enumerate(rows(count))],
    }


def funnel(count=4):
    return {
        "stages": [
            {"label": row["label"], "value": 1200 - 55 * i, "note": "退回36"} for i, row in enumerate(rows(count))
        ]
    }


def ageing(count=4):
    states = ["ok", "attention", "late"]
    return {
        "unit": "件",
        "rows": [{"label": row["label"], "value": i + 1, "state": states[i % 3]} for i, row in enumerate(rows(count))],
    }


def contribution(count=4):
    share = 100 / count
    own = [{"label": row["label"], "value": share * 0.9, "max": share} for row in rows(count)]
    return {
        "rows": own,
        "total": {"label": "合计", "value": 90.0, "max": 100},
        "marks": [{"value": 85, "label": "良好85"}, {"value": 95, "label": "优秀95"}],
    }


def importance_performance(count=4):
    points = [
        {
            "label": row["label"],
            "x": 10 + 3 * i,
            "x_low": 8 + 3 * i,
            "x_high": 12 + 3 * i,
            "y": row["value"],
            "y_low": row["low"],
            "y_high": row["high"],
        }
        for i, row in enumerate(rows(count))
    ]
    return {
        "points": points,
        "x_label": "重要性",
        "y_label": "满意率",
        "x_mean": 14,
        "y_mean": 88,
        "y_unit": "%",
    }


def bars(count=4):
    own = [{"label": row["label"], "values": [30 - i, 12 + i]} for i, row in enumerate(rows(count))]
    return {"unit": "条", "series": ["希望改进", "肯定"], "tones": ["dissatisfied", "satisfied"], "rows": own}


MAKERS = {
    make.__name__: make
    for make in (
        dot_interval,
        diverging,
        trend_limits,
        pareto,
        funnel,
        ageing,
        contribution,
        importance_performance,
        bars,
    )
}


def chart(kind, count=4):
    data = MAKERS[kind](count)
    table = (["项目", "值"], [[row["label"], row["value"]] for row in rows(count)])
    return Chart(
        kind,
        data,
        title="各维度满意率",
        sentence="讲师最好，后续服务最弱。",
        table=table,
        rows_url="/rows/",
        note="控制限按每季样本量计算。",
    )
