"""Editing a definition: sections and questions put in, moved, taken out. Pure: each function returns a new definition."""

from copy import deepcopy


def put_section(definition, index, part):
    """Store ``part`` (code, title, help) as section ``index``; None adds one at the end. Questions stay."""
    made = deepcopy(definition)
    sections = made.setdefault("sections", [])
    if index is None:
        sections.append({"questions": [], **part})
    else:
        kept = {key: value for key, value in sections[index].items() if key != "show_if"}
        sections[index] = {**kept, **part}
    return made


def put_question(definition, section, index, item):
    """Store ``item`` as question ``index`` of ``section``; None adds one at its end. What the form does not know stays."""
    made = deepcopy(definition)
    questions = made["sections"][section].setdefault("questions", [])
    if index is None:
        questions.append(item)
    else:
        lasting = ["uid", "code", "dimension"]
        if questions[index].get("kind") == item["kind"]:
            lasting += ["max_length"] + (["min", "max"] if item["kind"] == "multiple" else [])
        kept = {key: value for key, value in questions[index].items() if key in lasting}
        questions[index] = {**kept, **item}
    return made


def remove(definition, section, index=None):
    """Take out a question, or with ``index`` None the whole section."""
    made = deepcopy(definition)
    if index is None:
        del made["sections"][section]
    else:
        del made["sections"][section]["questions"][index]
    return made


def move(definition, section, index, step):
    """Move a question (``index``) or a section (``index`` None) by ``step`` (-1 up, 1 down).

    A question at the edge of its section goes on into the neighbouring one; at the very edge nothing moves.
    """
    made = deepcopy(definition)
    sections = made["sections"]
    if index is None:
        if 0 <= section + step < len(sections):
            sections[section], sections[section + step] = sections[section + step], sections[section]
        return made
    questions = sections[section]["questions"]
    if 0 <= index + step < len(questions):
        questions[index], questions[index + step] = questions[index + step], questions[index]
    elif 0 <= section + step < len(sections):
        neighbour = sections[section + step].setdefault("questions", [])
        neighbour.insert(len(neighbour) if step < 0 else 0, questions.pop(index))
    return made


def read_rows(text, before=()):
    """Rows of a matrix from lines ``中文 | English``; a line with the words of a row before keeps its identity.

    Raises ValueError naming the line that lacks a language.
    """
    known = {words: row for row in before for words in row["title"].values()}
    rows = []
    for number, line in enumerate((line.strip() for line in text.splitlines() if line.strip()), 1):
        zh, _bar, en = (part.strip() for part in line.partition("|"))
        if not zh or not en:
            raise ValueError(number)
        same = known.pop(zh, None) or known.pop(en, None)
        kept = {key: same[key] for key in ("uid", "code")} if same and same not in (row["was"] for row in rows) else {}
        rows.append({**kept, "title": {"zh": zh, "en": en}, "was": same if kept else None})
    return [{key: value for key, value in row.items() if key != "was"} for row in rows]


def write_rows(rows):
    """The lines that read_rows() reads."""
    return "\n".join(f"{row['title'].get('zh', '')} | {row['title'].get('en', '')}" for row in rows or ())


def read_options(text, before=()):
    """Options from lines ``中文 | English``, each keeping the code of the line with the same Chinese or English words.

    A trailing ``!`` marks an option that excludes all others. Raises ValueError naming the line that lacks a language.
    """
    known = {words: option["code"] for option in before for words in option["label"].values()}
    used, options = set(known.values()), []
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    for number, line in enumerate(lines, 1):
        exclusive = line.endswith("!")
        zh, bar, en = (part.strip() for part in line.rstrip("!").partition("|"))
        if not bar or not zh or not en:
            raise ValueError(number)
        code = known.get(zh) or known.get(en) or next(n for n in range(1, 1000) if n not in used)
        used.add(code)
        options.append({"code": code, "label": {"zh": zh, "en": en}, "is_exclusive": exclusive})
    return options


def write_options(options):
    """The lines that read_options() reads."""
    return "\n".join(
        f"{o['label'].get('zh', '')} | {o['label'].get('en', '')}{' !' if o.get('is_exclusive') else ''}"
        for o in options or ()
    )
