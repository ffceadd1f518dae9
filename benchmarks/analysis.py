#!/usr/bin/env python3
"""Figures of a large wave: all questions, a cross-table, the marks, and the answers as csv and xlsx.

  benchmarks/analysis.py [--responses 100000 1000000]

Starts its own PostgreSQL and Valkey. Answers are written by one statement (ten ratings, two choices, one 0–10 and their
text as sent), their numbers are checked, and each figure stands beside the bare count by question and value that the
database needs for the same rows, in the same run.
"""

import argparse
import json
import os
import resource
import secrets
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
TURNS = 5
REFERENCE = "SELECT question_id, coalesce(option, num), count(*) FROM surveys_answer WHERE wave_id = %s GROUP BY 1, 2"
MAKE = """
WITH made AS (
    INSERT INTO surveys_response (id, wave_id, questionnaire_version_id, is_anonymous, mode, language, submitted_at,
        submitted_on, started_at, duration_s, receipt, is_proxy, is_valid, raw, raw_sha256, seg_type, seg_tier,
        seg_relation, seg_region, seg_industry, seg_unit, entry_note, seal, codes)
    SELECT n, %(wave)s, %(version)s, false, 'web', 'zh-hans', now() + (n - %(first)s) * interval '1 second', current_date, now(),
        60 + n %% 300, 'R' || n, false, true,
        (SELECT jsonb_object_agg(q.uid, 1 + (n * q.prime / 97) %% q.choices) FROM asked q), '', 'a', 'A', 'new',
        'region ' || n %% 6, '', '', '', '',
        (SELECT decode(string_agg(lpad(to_hex(q.codes[1 + (n * q.prime / 97) %% q.choices]), 2, '0'), '' ORDER BY q.start), 'hex')
            FROM asked q)
    FROM generate_series(%(first)s, %(last)s) n RETURNING id, wave_id, raw
)
INSERT INTO surveys_answer (response_id, wave_id, question_id, slot, option, num, score5, is_na)
SELECT made.id, made.wave_id, q.id, 0, CASE WHEN q.is_rated THEN NULL ELSE v.value END,
    CASE WHEN q.is_rated THEN v.value END, CASE WHEN q.is_rated THEN v.value END, false
FROM made CROSS JOIN asked q CROSS JOIN LATERAL (SELECT (made.raw ->> q.uid)::smallint AS value) v
"""


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--responses", type=int, nargs="+", default=[100_000, 1_000_000])
    parser.add_argument("--inside", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.inside:
        return inside(options.inside, options.responses)
    from scripts.servers import LocalServers

    with tempfile.TemporaryDirectory() as home, LocalServers(Path(home), environ={}) as servers:
        environment = {
            **os.environ, **servers.environment(), "DATA_DIR": home, "BASE_URL": "http://127.0.0.1", "LOG_LEVEL": "ERROR",
            "SECRET_KEY": secrets.token_hex(32), "DJANGO_SETTINGS_MODULE": "satisfaction.settings",
        }  # fmt: skip
        run(environment, "manage.py", "migrate", "--database", "owner")
        for n in options.responses:
            run(environment, __file__, "--inside", "make", "--responses", str(n))
            found = {"responses": n}
            for what in (
                "figures",
                "csv",
                *(("xlsx",) if n <= 100_000 else ()),
            ):  # each in a process of its own, for its memory
                found |= json.loads(
                    run(environment, __file__, "--inside", what, "--responses", str(n)).splitlines()[-1]
                )
            print(json.dumps(found), flush=True)
    return None


def run(environment, *arguments):
    done = subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(done.stdout + done.stderr)
    return done.stdout


def inside(what, responses):
    import django

    django.setup()
    print(json.dumps({"make": make, "figures": figures, "csv": csv, "xlsx": xlsx}[what](responses[0]) or {}))


def make(n):
    """A closed wave of ``n`` answers; their numbers are checked before anything is measured."""
    from django.db import connection, connections, transaction

    from benchmarks.respond_data import fifteen
    from core.crypto import make_keys
    from surveys.models import Answer, Question, Wave
    from surveys.selectors.questionnaires import instrument_of
    from tests.surveys.asking import open_wave

    make_keys()
    wave = open_wave(fifteen(), invited=0, questionnaire=f"large {n}")
    asked = (
        Question.objects.filter(questionnaire_version=wave.questionnaire_version).exclude(kind="text").order_by("pk")
    )
    choices = {"rating": 5, "scale_0_10": 5}
    instrument = instrument_of(wave.questionnaire_version)
    columns, width = instrument.layout
    assert width == len(asked)  # a byte each
    rows = [
        (q.pk, q.uid, q.kind != "single", n_choices, 31 + 2 * place, columns[q.pk].start,
         [instrument.code_of(q.pk, value) for value in range(1, n_choices + 1)])
        for place, q in enumerate(asked)
        for n_choices in [choices.get(q.kind, 4)]
    ]  # fmt: skip
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMP TABLE asked (id bigint, uid text, is_rated bool, choices int, prime int, start int, codes int[]) ON COMMIT DROP"
        )
        cursor.executemany("INSERT INTO asked VALUES (%s, %s, %s, %s, %s, %s, %s)", rows)
        first = 10**12 + n * 10
        cursor.execute(
            MAKE, {"wave": wave.pk, "version": wave.questionnaire_version_id, "first": first, "last": first + n - 1}
        )
    with connections["owner"].cursor() as cursor:  # what autovacuum does within minutes
        cursor.execute("VACUUM (ANALYZE) surveys_answer")
        cursor.execute("VACUUM (ANALYZE) surveys_response")
    assert Answer.objects.filter(wave=wave).count() == n * len(rows)
    Wave.objects.filter(pk=wave.pk).update(name_en=f"large {n}")


def wave_of(n):
    from surveys.models import Wave

    return Wave.objects.select_related("questionnaire_version").get(name_en=f"large {n}")


def timed(act):
    """Median seconds of some turns; the first fills the caches and does not count."""
    act()
    taken = []
    for _turn in range(TURNS):
        begin = time.perf_counter()
        act()
        taken.append(time.perf_counter() - begin)
    return round(statistics.median(taken), 3)


def figures(n):
    from django.db import connection

    from surveys.selectors import authenticity, crosstabs, results
    from surveys.selectors.kept import Kept
    from surveys.selectors.questionnaires import instrument_of

    wave = wave_of(n)
    question = crosstabs.questions_of(instrument_of(wave.questionnaire_version))[0]

    def bare():
        with connection.cursor() as cursor:
            cursor.execute(REFERENCE, [wave.pk])
            return cursor.fetchall()

    found = results.of_wave(wave)
    counted = sum(cell.share.count for row in found.questions for cell in row.cells)
    assert (found.valid_n, counted) == (n, sum(row[2] for row in bare()))
    told = {(row.question.id, cell.choice.value): cell.share.count for row in found.questions for cell in row.cells}
    assert {key: n for key, n in told.items() if n} == {tuple(key): n for *key, n in bare()}
    return {
        "bare count s": timed(bare), "all questions s": timed(lambda: results.of_wave(wave)),
        "the same kept s": timed(lambda: Kept(wave)(results.of_wave)),
        "cross-table s": timed(lambda: crosstabs.table(wave, question, "seg_region")),
        "marks s": timed(lambda: authenticity.flags(wave)) if n <= 100_000 else None,
    }  # fmt: skip


def csv(n):
    from surveys import exports

    return export(n, "csv", exports.write)


def xlsx(n):
    from surveys import exports

    return export(n, "xlsx", exports.write_words)


def export(n, kind, write):
    from surveys.selectors.questionnaires import instrument_of

    wave = wave_of(n)
    instrument = instrument_of(wave.questionnaire_version)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with tempfile.TemporaryFile() as target:
        begin = time.perf_counter()
        assert write(target, wave, instrument) == n
        taken = time.perf_counter() - begin
    more = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    return {f"{kind} s": round(taken, 2), f"{kind} added MiB": round(more / 1024, 1)}


if __name__ == "__main__":
    main()
