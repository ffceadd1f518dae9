"""What a comment may be: praise, a problem, a suggestion or nothing, and what it is about. Hints for people, by words alone.

A word that is good or bad turns round behind a negation close before it: 不满意 and "not satisfied" are problems, 没有不满意 and
"no complaints" are not. A hint decides nothing: people confirm it (ANA-05, 06, QST-26).
"""

import re
from dataclasses import dataclass

from surveys.choices import Direction, Theme


def finder(words):
    """A pattern that finds any of ``words`` (written one after the other), the longest first; English ones only whole."""
    longest = [re.escape(word) for word in sorted(words.split(), key=len, reverse=True)]
    chinese, english = [one for one in longest if not one.isascii()], [one for one in longest if one.isascii()]
    return re.compile("|".join([*chinese, *([rf"\b(?:{'|'.join(english)})\b"] if english else [])]))


GOOD = finder("""满意 好 不错 棒 赞 耐心 热情 周到 专业 及时 清楚 细致 认真 负责 实用 很快 方便 舒适 感谢 谢谢 优秀 给力 有帮助 收获 喜欢
    good great excellent helpful friendly clear quick professional useful satisfied happy thank thanks love perfect well""")
BAD = finder("""差 慢 晚 迟 贵 乱 吵 脏 冷 热得 难 累 糟 失望 敷衍 推诿 冷淡 拖延 漏 错 坏 投诉 白跑 没人 等了 太长 太短 太久 听不清 看不清 问题多 不方便
    bad poor slow late rude expensive dirty noisy unclear wrong broken disappointed terrible worst waited waiting problem complaint complaints
    confusing cold""")
WISHES = finder("""建议 希望 能否 可否 最好 应该 应当 请增加 增加 多一些 多安排 改进 改为 期待 如果能 要是能
    suggest suggestion should could would please wish hope more add prefer recommend improve""")
NOT_CHINESE = finder("不太 不够 不怎么 不是很 没有 没 不 未 无 缺乏 缺少 谈不上 并非")
NOT_ENGLISH = frozenset(("not", "no", "never", "hardly", "isn't", "wasn't", "don't", "didn't", "without", "lack"))
NOTHING = re.compile(
    r"^[\s\W]*(无|没有|没|没了|暂无|暂时没有|没有了|无意见|没意见|没有意见|没有建议|无建议|都好|none|no|nothing|n/?a|nil|-+)[\s\W]*$",
    re.I,
)
AS_ONE = ("不错", "不好意思", "没问题", "没有问题", "没什么问题", "无可挑剔")  # said whole, whatever they are made of
PRAISED_WHOLE = ("不错", "没问题", "没有问题", "没什么问题", "无可挑剔")
CLAUSE = re.compile(r"[，。；！？,.;!?\n]")
NEAR = 6  # characters in which a Chinese negation stands before what it turns round
NEAR_WORDS = 2  # English words between them

ASKED = {
    Direction.PROBLEM: re.compile("改进|改善|不足|不满意|improve|better|problem", re.I),
    Direction.PRAISE: re.compile("做得好|最满意|喜欢|do well|did well|good at|like", re.I),
}
ABOUT = {
    Theme.ATTITUDE: "态度 热情 耐心 冷淡 礼貌 敷衍 attitude friendly rude polite",
    Theme.SPEED: "及时 慢 快 等 迟 拖 响应 时效 久 slow quick wait waited late response time",
    Theme.CONTENT: "课程 内容 讲师 老师 教材 案例 练习 讲解 质量 course content trainer material example exercise quality",
    Theme.PLACE: "场地 教室 空调 设备 环境 卫生 停车 音响 座位 room venue air equipment parking seat clean noisy",
    Theme.PRICE: "价格 收费 费用 贵 便宜 发票 退费 price fee cost expensive invoice refund",
    Theme.PAPERS: "证书 结业 资料 合同 手续 certificate paper document contract form",
    Theme.NOTICE: "通知 沟通 联系 告知 电话 改期 说明 notice told inform communication call contact",
    Theme.SOLVING: "解决 处理 答疑 投诉 反馈 跟进 solve solved fix fixed complaint answer",
    Theme.MANAGEMENT: "管理 制度 流程 公司 安排 组织 management process organised organisation company",
}
ABOUT = {theme: finder(words) for theme, words in ABOUT.items()}


@dataclass(frozen=True)
class Hint:
    """What the words point to: ``direction``, ``theme`` (empty where no word names one), and the words that say so."""

    direction: str
    theme: str = ""
    words: tuple = ()


def hint(text, *, asked=""):
    """The Hint of a comment in Chinese or English; ``asked`` is the title of the question it answers.

    Where no word of the comment is good or bad, a question for what went well or what should be improved decides.

    >>> hint("总体不满意，等了一个小时").direction, hint("没有不满意的地方").direction, hint("希望多安排练习").direction
    ('problem', 'praise', 'suggestion')
    """
    text = (text or "").strip().lower().replace("’", "'")
    if not text or NOTHING.match(text):
        return Hint(Direction.NOTHING)
    good, bad = _judged(text)
    wishes = list(dict.fromkeys(WISHES.findall(text)))
    direction = Direction.OTHER
    if wishes:
        direction = Direction.SUGGESTION
    if bad and len(bad) >= len(good):
        direction = Direction.PROBLEM if not wishes or len(bad) > len(wishes) else Direction.SUGGESTION
    elif good and not wishes:
        direction = Direction.PRAISE
    if direction == Direction.OTHER:
        direction = next((way for way, asks in ASKED.items() if asks.search(asked)), direction)
    return Hint(direction, theme_of(text), tuple([*bad, *wishes, *good][:6]))


def _judged(text):
    """(good words, bad words) with what a negation turned round on the other side."""
    good = [word for word in PRAISED_WHOLE if word in text]
    for whole in AS_ONE:
        text = text.replace(whole, "。")
    bad = []
    for words, straight, turned in ((GOOD, good, bad), (BAD, bad, good)):
        for found in words.finditer(text):
            (turned if _is_negated(text, found.start(), found[0]) else straight).append(found[0])
    return good, bad


def _is_negated(text, place, word):
    """An odd number of negations stands close before it, within the same clause."""
    before = CLAUSE.split(text[:place])[-1]
    if word.isascii():
        return sum(one in NOT_ENGLISH for one in before.split()[-1 - NEAR_WORDS :]) % 2 == 1
    return len(NOT_CHINESE.findall(before[-NEAR:])) % 2 == 1


def theme_of(text):
    """The theme (a value of Theme) that most words of ``text`` name; "" for none."""
    found = {theme: len(set(words.findall(text))) for theme, words in ABOUT.items()}
    best = max(found, key=found.get)
    return best.value if found[best] else ""
