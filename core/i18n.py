"""Content in two languages: ``x_zh`` and ``x_en`` side by side, read by the reader's language."""

from contextlib import contextmanager

from django.utils import translation

CHINESE, ENGLISH = "zh-hans", "en"


def suffix(language=None):
    return "en" if (language or translation.get_language() or CHINESE).startswith("en") else "zh"


def pick(obj, name, language=None):
    """``obj.name_zh`` or ``obj.name_en`` (or the keys of a dict ``{"zh": …, "en": …}`` in ``obj[name]``).

    The other language fills in where one is empty, so nothing is blank.
    """
    wanted = suffix(language)
    other = "zh" if wanted == "en" else "en"
    if isinstance(obj, dict):
        texts = obj.get(name) or {}
        return texts.get(wanted) or texts.get(other) or ""
    return getattr(obj, f"{name}_{wanted}") or getattr(obj, f"{name}_{other}") or ""


def both(text):
    """A lazy text in both languages: ``{"zh": …, "en": …}``."""
    result = {}
    for key, language in (("zh", CHINESE), ("en", ENGLISH)):
        with translation.override(language):
            result[key] = str(text)
    return result


@contextmanager
def speaking(language):
    """Texts, dates and numbers in ``language`` inside the block (mails, PDFs, jobs)."""
    with translation.override(language or CHINESE):
        yield


def pinyin_key(text):
    """Sort key of a Chinese text: toneless pinyin, letters and digits as they are, lower case."""
    from pypinyin import lazy_pinyin

    return " ".join(lazy_pinyin(text or "")).lower()[:200]
