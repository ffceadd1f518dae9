"""Which column of a strange file is which question: a guess by code, title and likeness, for a person to check. Pure.

What a column means is one short text (a target):

    q:<uid>             the answer to a question; several choices in one cell are separated, a ranking is in order
    o:<uid>:<option>    whether this option of a multiple choice was chosen
    r:<uid>:<option>    which place this option of a ranking got
    p:<uid>:<place>     which option is on this place of a ranking
    who:<kind>          who answered (WHO)
    id, time            the tool's own number of the answer, and when it was given
    ""                  nothing
"""

import re
from collections import Counter
from dataclasses import dataclass, field

from django.utils.translation import gettext_lazy as _

from surveys.choices import QuestionKind as Kind

WHO = {
    "link": _("Personal link or its code"), "serial": _("Serial number of the sheet"),
    "customer": _("Customer number"), "mobile": _("Mobile number"), "email": _("E-mail"),
}  # fmt: skip
PLAIN = {"": _("Not used"), "id": _("Number of the answer in the tool"), "time": _("When it was answered")}
KNOWN = {
    "id": "序号 编号 答卷编号 答题序号 数据编号 提交序号 id no number responseid submissionid 流水号",
    "time": "提交答卷时间 提交时间 结束答题时间 答题时间 完成时间 填写时间 timestamp 时间戳记 时间戳 submittedat submitdate time date endtime",
    "who:link": "个人链接 专属链接 邀请码 链接 链接参数 自定义字段 sojumpparm token personallink link invitation invitationcode",
    "who:serial": "问卷编码 纸质问卷编号 serial serialnumber 问卷编号",
    "who:customer": "客户编号 客户代码 客户号 customernumber customercode customerid",
    "who:mobile": "手机 手机号 手机号码 联系电话 电话 mobile phone phonenumber mobilenumber",
    "who:email": "邮箱 电子邮箱 邮件地址 电子邮件 email emailaddress mail",
}
KNOWN = {word: target for target, words in KNOWN.items() for word in words.split()}
NUMBERED = re.compile(r"^\s*(?:Q|第|题)?\s*(\d{1,3})\s*(?:题)?\s*[.、．:：)）_\-]\s*", re.I)
REMARK = re.compile(
    r"[\[【(（](?:单选题|多选题|必填|选填|量表题|矩阵题|矩阵量表题|填空题|排序题|评分题|多选|单选|required|optional|可多选)[\]】)）]|\*"
)
NEITHER = re.compile(r"[\W_]+")
PLACE = re.compile(
    r"(?:第\s*([0-9一二三四五六七八九十]+)\s*(?:位|名|选择|顺位)?|rank\s*(\d+)|place\s*(\d+))\s*[\])）】]?\s*$", re.I
)
CHINESE_DIGITS = {sign: number for number, sign in enumerate("一二三四五六七八九十", 1)}
ENOUGH = 0.62  # likeness from which a guess is offered
SURE = 0.999
ALONE = 0.8  # what shared signs are worth without their neighbours


@dataclass(frozen=True)
class Target:
    """Something a column may mean: its text, its words for the page, and every way to say it."""

    key: str
    label: str
    group: str = ""
    spellings: frozenset = frozenset()
    number: str = ""


@dataclass
class Guess:
    """What the headings point to: a target per column, how sure, and headings that stand twice."""

    targets: list
    likeness: list
    doubles: list = field(default_factory=list)


def bare(text):
    """Words without spaces, punctuation, case and remarks like [单选题]."""
    return NEITHER.sub("", REMARK.sub("", str(text))).lower()


def _both(titles):
    return [text for text in (titles or {}).values() if text]


def _titles(question):
    said = _both(question.titles)
    if question.matrix:
        said += [f"{above}{row}" for above in _both(question.matrix.titles) for row in _both(question.row_titles)]
    return said


def targets(instrument):
    """[Target] of every meaning a column can have in this questionnaire, in its order."""
    found = []
    rows = Counter(bare(text) for one in instrument.questions if one.matrix for text in _both(one.row_titles))
    for question in instrument.questions:
        titles = _titles(question)
        short = [text for text in _both(question.row_titles) if question.matrix and rows[bare(text)] == 1]
        said = {question.code, question.uid, *titles, *short}
        found.append(_target(f"q:{question.uid}", question, question.title, said))
        if question.kind in Kind.several():
            mark = "o" if question.kind == Kind.MULTIPLE else "r"
            for choice in question.choices:
                said = {f"{title}{word}" for title in [question.code, *titles] for word in _both(choice.label)}
                label = f"{question.title} – {choice.text}"
                found.append(_target(f"{mark}:{question.uid}:{choice.value}", question, label, said))
        if question.kind == Kind.RANKING:
            for place in range(1, question.places + 1):
                label = _("%(question)s – place %(place)s") % {"question": question.title, "place": place}
                found.append(_target(f"p:{question.uid}:{place}", question, label, set()))
    return found


def _target(key, question, label, said):
    spellings = frozenset(filter(None, (bare(text) for text in said)))
    return Target(key, label, f"{question.code} {question.title}", spellings, str(question.number))


def keys_of(instrument):
    """Every target that a mapping of this questionnaire may hold."""
    return {target.key for target in targets(instrument)} | set(PLAIN) | {f"who:{kind}" for kind in WHO}


def guess(instrument, header, kept=None, *, is_anonymous=False):
    """The Guess for ``header``. What was ``kept`` from an earlier file of the tool goes before every likeness.

    In an anonymous wave nothing is guessed that says who answered.
    """
    known, found = targets(instrument), [""] * len(header)
    allowed = keys_of(instrument)
    likeness, taken, seen = [0.0] * len(header), set(), Counter()
    for place, heading in enumerate(header):
        nth = seen[bare(heading)]
        seen[bare(heading)] += 1
        target = (kept or {}).get(f"{bare(heading)}#{nth}")
        if target is None and nth == 0:
            target = KNOWN.get(bare(heading))
        if target and target in allowed and target not in taken and not (is_anonymous and target.startswith("who:")):
            found[place], likeness[place] = target, 1.0
            taken.add(target)
    kept_places = {place for place in range(len(header)) if f"{bare(header[place])}#0" in (kept or {})}
    open_places = [place for place in range(len(header)) if not found[place] and place not in kept_places]
    pairs = sorted(
        ((_likeness(header[place], target), -place, target.key) for place in open_places for target in known),
        key=lambda pair: (-pair[0], -pair[1]),
    )
    for score, place, key in pairs:
        if score < ENOUGH:
            break
        if not found[-place] and key not in taken:
            found[-place], likeness[-place] = key, min(score, 1.0)
            taken.add(key)
    doubles = sorted({heading for heading in header if bare(heading) and seen[bare(heading)] > 1})
    return Guess(found, likeness, doubles)


def _likeness(heading, target):
    """0 to 1: equal words are 1; else the pairs of signs they share, with a little for the same number."""
    numbered = NUMBERED.match(str(heading))
    words = bare(NUMBERED.sub("", str(heading)))
    place = PLACE.search(str(heading)) if target.key.startswith("p:") else None
    if target.key.startswith("p:"):
        if not place:
            return 0.0
        said = next(part for part in place.groups() if part)
        if str(CHINESE_DIGITS.get(said, said)) != target.key.rpartition(":")[2]:
            return 0.0
        above = bare(PLACE.sub("", NUMBERED.sub("", str(heading))))
        title = bare(target.group.partition(" ")[2])
        return 1.0 if above and (above in title or title in above) else 0.0
    if not words and not numbered:
        return 0.0
    if bare(heading) in target.spellings or words in target.spellings:
        return 1.0
    best = max((_shared(words, spelling) for spelling in target.spellings), default=0.0)
    return min(SURE, best + (0.1 if numbered and numbered[1] == target.number and best > 0.4 else 0.0))


def _shared(one, other):
    """Dice's coefficient of the pairs of neighbouring signs, or a little less of the signs alone: Chinese titles are short."""
    if not one or not other or not 0.4 < len(one) / len(other) < 2.5:
        return 0.0
    return max(
        _dice(_pairs(one), _pairs(other)), ALONE * _dice(Counter(one), Counter(other)) if not one.isascii() else 0.0
    )


def _dice(first, second):
    return 2 * (first & second).total() / max(1, first.total() + second.total())


def _pairs(text):
    return Counter(text[place : place + 2] for place in range(max(1, len(text) - 1)))


def keep(header, targets):
    """{heading#nth: target} of a mapping, for the next file of the same tool."""
    seen, kept = Counter(), {}
    for heading, target in zip(header, targets, strict=True):
        kept[f"{bare(heading)}#{seen[bare(heading)]}"] = target
        seen[bare(heading)] += 1
    return kept


def faults(instrument, header, targets, *, is_anonymous=False, is_open=False):
    """What is wrong with a mapping as a whole: [sentence that says what to do]."""
    found = []
    who = [target for target in targets if target.startswith("who:")]
    if is_anonymous and who:
        found.append(
            _("This wave is anonymous: a column that says who answered must not be used. Set it to “Not used”.")
        )
    if is_anonymous and not is_open:
        found.append(
            _("This anonymous wave asks only people who were invited, and no row may say who answered: nothing can be taken "
              "over. Enter its answers from paper, or open a wave with an open link for them.")
        )  # fmt: skip
    if len(who) > 1:
        found.append(_("Two columns say who answered. Keep the surer one and set the other to “Not used”."))
    words = {target.key: target.label for target in _all(instrument)}
    for target, count in Counter(filter(None, targets)).items():
        if count > 1 and not target.startswith("who:"):
            names = "、".join(header[place] for place, one in enumerate(targets) if one == target)
            found.append(_("“%(what)s” is given by several columns (%(names)s). Keep one of them.")
                         % {"what": words.get(target, target), "names": names})  # fmt: skip
    given = {target.split(":")[1] for target in targets if target[:2] in ("q:", "o:", "r:", "p:")}
    if not given:
        found.append(_("No column is a question yet. Choose for each column what it means."))
    for uid in sorted(given):
        marks = {target[0] for target in targets if target[1:].startswith(f":{uid}") and target.split(":")[1] == uid}
        if len(marks) > 1:
            what = {"what": instrument.by_uid[uid].title}
            found.append(_("“%(what)s” is given both in one cell and in a column per option. Keep one way.") % what)
    if given:
        found += [
            _("“%(what)s” must be answered, and no column gives it. Without it rows whose way leads there are refused.")
            % {"what": question.title}
            for question in instrument.questions
            if question.required and question.uid not in given and not question.conditions
        ]
    if not who and not is_open and not is_anonymous:
        found.append(
            _(
                "This wave asks only people who were invited: choose the column that says who answered, or let the wave have an open link."
            )
        )
    return [str(sentence) for sentence in found]


def _all(instrument):
    return [*targets(instrument), *(Target(key, str(label)) for key, label in PLAIN.items())]
