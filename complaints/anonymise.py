"""Taking personal data out of words that are to be shared (LIB-10, PRV-01): what is found is replaced by a mark that a second
person sees highlighted; what only looks suspicious is pointed at.
"""

import re
from collections import Counter
from dataclasses import dataclass

from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _

from customers.names import parse_phone

NAME, PHONE, MAIL, ADDRESS, IDENTITY, NUMBER, COMPANY, ACCOUNT = (
    "name", "phone", "mail", "address", "id", "number", "company", "account"
)  # fmt: skip
MARKS = {
    NAME: "【姓名】", PHONE: "【电话】", MAIL: "【邮箱】", ADDRESS: "【地址】", IDENTITY: "【证件号】", NUMBER: "【编号】",
    COMPANY: "【客户】", ACCOUNT: "【账号】",
}  # fmt: skip
WORDS = {
    NAME: _("names"), PHONE: _("phone numbers"), MAIL: _("e-mail addresses"), ADDRESS: _("addresses"),
    IDENTITY: _("identity numbers"), NUMBER: _("numbers of records"), COMPANY: _("customers"), ACCOUNT: _("accounts"),
}  # fmt: skip
MARK = re.compile("|".join(re.escape(mark) for mark in MARKS.values()))

EDGE_BEFORE, EDGE_AFTER = r"(?<![0-9A-Za-z])", r"(?![0-9A-Za-z])"
PLACE = "(?:(?![在住到于从我的了说])[一-鿿A-Za-z0-9])"  # words before a place are no part of it
PATTERNS = (
    (MAIL, re.compile(r"[\w.+-]+[@＠][\w-]+(?:[.．][\w-]+)+", re.ASCII)),
    (IDENTITY, re.compile(EDGE_BEFORE + r"\d{6}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx]" + EDGE_AFTER)),
    (IDENTITY, re.compile(EDGE_BEFORE + r"[EGHDP][A-Z]?\d{7,8}" + EDGE_AFTER)),
    (ACCOUNT, re.compile(EDGE_BEFORE + r"\d(?:[ -]?\d){15,18}" + EDGE_AFTER)),
    (ACCOUNT, re.compile(r"(?i)(?<=微信号)[:：\s]*[A-Za-z][\w-]{4,}|(?<=QQ)[:：\s]*\d{5,11}")),
    (NUMBER, re.compile(EDGE_BEFORE + r"[A-Z]{2}-20\d{2}-\d{4,}" + EDGE_AFTER)),
    (PHONE, re.compile(r"(?<![0-9A-Za-z])(?:\+?86[ -]?)?1[3-9]\d(?:[ -]?\d{4}){2}(?![0-9A-Za-z])")),
    (PHONE, re.compile(r"(?<![0-9A-Za-z])(?:\+?86[ -]?)?\(?0\d{2,3}\)?[ -]?\d{7,8}(?:(?:转|-|分机)\d{1,5})?(?!\d)")),
    (PHONE, re.compile(r"(?<![0-9A-Za-z])[48]00[ -]?\d{3}[ -]?\d{4}(?!\d)")),
    (PHONE, re.compile(r"(?<![\w])\+\d{1,3}(?:[ -]?\d{2,4}){2,5}(?!\d)")),
    (ADDRESS, re.compile(
        rf"(?:{PLACE}{{2,7}}(?:省|自治区))?(?:{PLACE}{{2,7}}市)?(?:{PLACE}{{1,7}}[区县])?{PLACE}{{1,12}}(?:路|街|大道|巷|弄|胡同)"
        rf"\d+(?:号|弄)(?:院)?(?:\d+(?:号楼|栋|幢|座))?(?:\d+单元)?(?:\d+[室层])?"
    )),
    (ADDRESS, re.compile(r"\b\d{1,5} [A-Z][A-Za-z]+(?: [A-Z][A-Za-z]+)? (?:Street|Road|Avenue|Lane|Drive)\b")),
)  # fmt: skip
FULL_WIDTH = {ord("０") + n: str(n) for n in range(10)} | {ord("－"): "-", ord("＋"): "+"}
SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦"
    "付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严武戴莫孔向汤"
)  # fmt: skip
SUSPECT = re.compile(
    rf"(?:[{SURNAMES}][一-鿿]{{0,2}}(?:先生|女士|小姐|老师|经理|总|师傅|同学))|(?:Mrs?\.?|Ms\.?|Dr\.?) [A-Z][a-z]+|\d{{5,}}|[A-Za-z]\d{{4,}}"
)


@dataclass(frozen=True)
class Masked:
    """The words without what was found; ``found`` counts it by kind."""

    text: str
    found: Counter


def mask(text, *, names=(), companies=()):
    """Masked words. ``names`` and ``companies`` are those that the record knows, longest first taken out."""
    found = Counter()
    text = (text or "").translate(FULL_WIDTH)
    for kind, known in ((COMPANY, companies), (NAME, names)):
        for one in sorted({name.strip() for name in known if name and len(name.strip()) > 1}, key=len, reverse=True):
            text = _replace(text, kind, re.compile(_spelled(one), re.IGNORECASE), found)
    for kind, pattern in PATTERNS:
        text = _replace(text, kind, pattern, found)
    return Masked(text, found)


def _spelled(name):
    """As a pattern: with or without blanks between characters; Latin names as whole words."""
    parts = [re.escape(char) for char in name if not char.isspace()]
    if name.isascii():
        return r"\b" + r"\s+".join(re.escape(part) for part in name.split()) + r"\b"
    return r"\s?".join(parts)


def _replace(text, kind, pattern, found):
    def put(match):
        if kind == PHONE and not _is_number(match.group()):
            return match.group()
        found[kind] += 1
        return MARKS[kind]

    return pattern.sub(put, text)


def _is_number(text):
    return parse_phone(text) is not None


def suspects(text):
    """What looks as if it might still name somebody: salutations with a surname, long numbers."""
    return [match.group() for match in SUSPECT.finditer(MARK.sub("", text or ""))]


def highlighted(text):
    """HTML: marks as <mark>, suspicious words underlined for the second person's eye."""
    pieces, last = [], 0
    pattern = re.compile(f"(?P<mark>{MARK.pattern})|(?P<suspect>{SUSPECT.pattern})")
    for match in pattern.finditer(text or ""):
        pieces.append((format_html("{}", text[last : match.start()]),))
        kind = "mark" if match.group("mark") else "mark is-suspect"
        pieces.append((format_html('<mark class="{}">{}</mark>', kind, match.group()),))
        last = match.end()
    pieces.append((format_html("{}", (text or "")[last:]),))
    return format_html_join("", "{}", pieces)
