"""The route through a questionnaire: which questions an answer so far leads to, and earlier answers inside a title. Pure.

The browser hides what is off the route as a service; what counts is rebuilt here on the server from what was answered.
"""

import re

PIPE = re.compile(r"\{([A-Za-z][\w.-]{0,19})\}")


def given(value):
    """The answers of a value, typed or stored, as a set of texts."""
    if value in (None, "", [], ()):
        return frozenset()
    return frozenset(str(part) for part in (value if isinstance(value, list | tuple) else [value]))


def leads_to(question, values):
    """Whether ``values``, the answers on the route before ``question``, lead to it.

    Each condition wants one of its answers; "does not apply" is an answer of its own.
    """
    return all(given(values.get(uid)).intersection(wanted) for uid, wanted in question.conditions)


def asked(instrument, payload):
    """Identities of the questions on the route of ``payload`` ({uid: value}, typed or stored)."""
    if not instrument.has_branches:
        return instrument.by_uid.keys()
    kept = {}
    for question in instrument.questions:
        if leads_to(question, kept):
            kept[question.uid] = payload.get(question.uid)
    return kept.keys()


def may_ask(question, section, route, payload):
    """Whether ``question`` is asked, or may be after an answer in ``section``, whose answers can still change."""
    here = {item.uid for item in section.questions}
    return all(
        uid in here or (uid in route and given(payload.get(uid)).intersection(wanted))
        for uid, wanted in question.conditions
    )


def codes_in(text):
    """Codes of the questions whose answers ``text`` repeats, written {Q3}."""
    return PIPE.findall(text or "")


def piped(text, words):
    """``text`` with {Q3} replaced by ``words["Q3"]``; an answer that was not given leaves a dash."""
    return PIPE.sub(lambda found: words.get(found[1]) or "–", text) if "{" in text else text
