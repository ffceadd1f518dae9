"""A ledger of any size: records that services took through their states, copied with all their rows, each with words of its own.

One statement per table; a column that is added later is copied with the rest. What was made is checked before it is measured.
"""

from io import StringIO

from django.db import connections

BASE = 10_000_000  # keys of the copies begin here
OPEN_OF = 100  # one record of so many is open: the newest
YEARS = 3
NAMES = 3000
WORDS = (
    "讲师",
    "教室",
    "课程",
    "证书",
    "发票",
    "退费",
    "教材",
    "班主任",
    "网络课堂",
    "考试",
    "报名",
    "客服",
    "食堂",
    "停车",
    "直播",
    "补课",
)
DEEDS = ("迟到半小时", "临时更换没有通知", "一直没有收到", "与宣传不一致", "无人回复", "内容陈旧", "态度冷淡", "价格前后不同", "无法登录", "声音听不清",
         "座位不够", "多次催促仍未解决", "解释得很清楚", "比预期的好", "要求书面说明", "希望尽快处理")  # fmt: skip
WORD = f"(%(words)s::text[])[1 + abs(hashint8(p.n * 31 + part)) %% {len(WORDS)}]"
DEED = f"(%(deeds)s::text[])[1 + abs(hashint8(p.n * 17 + part)) %% {len(DEEDS)}]"
NAME = "chr(19968 + abs(hashint8(p.n * 7 + part)) %% 6000) || chr(19968 + abs(hashint8(p.n * 11 + part)) %% 6000)"
SAID = f"""
    (SELECT string_agg({WORD} || {DEED} || '。学员' || {NAME} || '反映', '，' ORDER BY part) || '，班号' || p.n FROM generate_series(1, 6) part)
"""
CUSTOMER = """CASE WHEN p.h %% 5 < 2 THEN
    (SELECT min(id) FROM customers_customer) + p.n %% (SELECT count(*) FROM customers_customer) END"""
CATEGORY = """CASE WHEN t.category = '' THEN '' ELSE (ARRAY['quality', 'service', 'service', 'service', 'price', 'after_sales', 'organisation',
    'conduct', 'other'])[1 + p.h %% 9] END"""
SEVERITY = "CASE WHEN t.severity = '' THEN '' WHEN p.h %% 100 = 0 THEN 'critical' WHEN p.h %% 10 = 0 THEN 'major' ELSE 'minor' END"
CHANNEL = (
    "(ARRAY['phone', 'phone', 'phone', 'phone', 'mail', 'mail', 'web', 'web', 'walk_in', 'wechat'])[1 + p.h %% 10]"
)
NUMBER = "p.prefix || '-' || p.year || '-' || lpad(p.number::text, greatest(6, length(p.number::text)), '0')"
PLAN = f"""
CREATE UNLOGGED TABLE bench_plan AS
WITH many AS (SELECT n, now() - interval '{YEARS} years' * ((%(count)s - n + 0.5) / %(count)s)::float8 AS received, hashint8(n) & 1023 AS h,
        n > %(count)s - %(count)s / {OPEN_OF} AS is_open FROM generate_series(1, %(count)s) n),
picked AS (SELECT many.*, t.id AS template, t.kind, t.received_at, row_number() OVER (PARTITION BY n ORDER BY hashint8(t.id * 7919 + n)) AS turn
    FROM many JOIN LATERAL (
        SELECT id, kind, received_at FROM bench_template t WHERE t.is_open = many.is_open
        OFFSET (abs(hashint8(n * 13)) %% (SELECT count(*) FROM bench_template x WHERE x.is_open = many.is_open)) LIMIT 1) t ON true)
SELECT n, {BASE} + n AS id, h, template, received, received - received_at AS shift, extract(year FROM received)::int AS year,
    row_number() OVER (PARTITION BY kind, extract(year FROM received) ORDER BY n) AS number,
    CASE kind WHEN 'complaint' THEN 'TS' WHEN 'suggestion' THEN 'JY' WHEN 'enquiry' THEN 'ZX' ELSE 'BY' END AS prefix
FROM picked
"""
CYCLE = "2 * p.id + (SELECT c.n - 1 FROM complaints_cycle c WHERE c.id = t.{})"
TALK = "5 * p.id + (SELECT turn FROM bench_talk k WHERE k.id = t.{})"
BY_CYCLE = "JOIN complaints_cycle tc ON tc.id = t.cycle_id JOIN bench_plan p ON p.template = tc.complaint_id"
ABOUT = "JOIN bench_plan p ON p.template = t.subject_id AND t.subject = 'complaints.complaint'"
OF_RECORD = "JOIN bench_plan p ON p.template = t.complaint_id"


def templates(crews):
    """Records as people leave them, in every state, for each crew. Returns {key: whether it is open}."""
    from complaints.choices import State
    from complaints.services import call_backs, enquiries
    from tests.factories import complaints as factory

    made = []
    for turn, crew in enumerate(crews):
        about = {"complainant": {"name": f"客户{turn}", "phone": f"1381234{turn:04d}"}}
        closed = [factory.complaint_at(State.CLOSED, crew, **about) for _n in range(10)]
        made += closed
        again = factory.complaint_at(State.REPLIED, crew, **about)
        call_backs.log(again, by=crew.caller, reached=True, resolved=False, comment="还没有收到退款")
        factory.hand_in(again, crew)
        factory.reply(again, crew)
        call_backs.log(again, by=crew.caller, reached=True, resolved=True, score=4)
        made.append(again)
        made += [factory.complaint_at(state, crew, **about) for state in (State.DECLINED, State.WITHDRAWN)]
        made += [factory.suggestion_at(State.CLOSED, crew, **about) for _n in range(2)]
        for kind in ("enquiry", "praise"):
            short = factory.make_complaint(crew.agent, kind=kind, **about)
            made.append(enquiries.answer(short, by=crew.agent, text="已答复，谢谢您", channel="phone") or short)
        made += [
            factory.complaint_at(state, crew, **about)
            for state in ("registered", "accepted", "assigned", "handling", "handling", "review", "replied")
        ]
        made.append(factory.suggestion_at("evaluating", crew, **about))
    return {row.pk: factory.fresh(row).is_open for row in made}


def fill(cursor, found, count):
    """``count`` copies of the records ``found``, through a superuser's cursor: the database's own rules were kept by the copied."""
    names(cursor)
    cursor.execute("SET session_replication_role = replica")
    cursor.execute("CREATE UNLOGGED TABLE bench_template AS SELECT id, kind, received_at, id = ANY(%s) AS is_open FROM complaints_complaint WHERE id = ANY(%s)",
                   [[key for key, is_open in found.items() if is_open], list(found)])  # fmt: skip
    cursor.execute("""CREATE UNLOGGED TABLE bench_talk AS SELECT talk.interaction_id AS id,
        row_number() OVER (PARTITION BY c.complaint_id ORDER BY talk.id) - 1 AS turn,
        c.complaint_id FROM complaints_conversation talk JOIN complaints_cycle c ON c.id = talk.cycle_id""")
    cursor.execute(PLAN, {"count": count})
    cursor.execute("CREATE INDEX ON bench_plan (template)")
    cursor.execute("ANALYZE bench_plan, bench_template, bench_talk")
    cursor.execute("UPDATE complaints_complaint SET number = 'copied ' || id WHERE id = ANY(%s)", [list(found)])
    words = {"words": list(WORDS), "deeds": list(DEEDS)}
    clone(cursor, "complaints_complaint", "JOIN bench_plan p ON p.template = t.id", {
        "id": "p.id", "number": NUMBER, "cycle_id": CYCLE.format("cycle_id"), "text": SAID, "title": "substr(" + SAID + ", 1, 18)",
        "form_key": "''", "code_hash": "''", "customer_id": CUSTOMER, "channel": CHANNEL, "category": CATEGORY, "severity": SEVERITY,
    }, words)  # fmt: skip
    clone(cursor, "complaints_cycle", OF_RECORD, {"id": CYCLE.format("id"), "complaint_id": "p.id",
          "result_breached_at": "CASE WHEN p.h %% 8 = 0 AND t.closed_at IS NOT NULL THEN t.result_due + p.shift END"})  # fmt: skip
    clone(cursor, "complaints_complainant", OF_RECORD + f" JOIN bench_name b ON b.k = (p.n %% {NAMES})::int", {
        "id": "p.id", "complaint_id": "p.id", "name": "b.name", "name_index": "b.name_index", "phone": "b.phone", "phone_index": "b.phone_index",
    })  # fmt: skip
    clone(cursor, "core_event", ABOUT, {"subject_id": "p.id"}, order="ORDER BY p.n, t.id")
    clone(cursor, "core_contribution", ABOUT, {"subject_id": "p.id"})
    clone(cursor, "customers_interaction", "JOIN bench_talk k ON k.id = t.id JOIN bench_plan p ON p.template = k.complaint_id",
          {"id": TALK.format("id")})  # fmt: skip
    for name in ("assignment", "determination", "reply", "callback", "conversation"):
        clone(
            cursor,
            f"complaints_{name}",
            BY_CYCLE,
            {"cycle_id": CYCLE.format("cycle_id"), "interaction_id": TALK.format("interaction_id")},
        )
    for name in ("endrequest", "suggestiondecision"):
        clone(cursor, f"complaints_{name}", OF_RECORD, {"complaint_id": "p.id"})
    cursor.execute("""INSERT INTO core_numbersequence (kind, year, last) SELECT prefix, year, max(number) FROM bench_plan GROUP BY 1, 2
        ON CONFLICT (kind, year) DO UPDATE SET last = EXCLUDED.last""")
    forget(cursor, list(found))
    say(cursor)
    cursor.execute("DROP TABLE bench_plan, bench_template, bench_talk, bench_name")
    cursor.execute("RESET session_replication_role")


def names(cursor):
    """Complainants: some thousand persons, encrypted as the portal does."""
    from complaints.models import Complainant

    digest = {name: Complainant._meta.get_field(f"{name}_index").digest for name in ("name", "phone")}
    stored = {name: Complainant._meta.get_field(name).get_prep_value for name in ("name", "phone")}
    family, given = "赵钱孙李周吴郑王冯陈", "伟芳娜敏静丽强磊军洋"
    rows = []
    for k in range(NAMES):
        name = family[k % 10] + given[k // 10 % 10] + chr(0x4E00 + k)
        phone = f"+86139{k:08d}"
        rows.append((k, stored["name"](name), digest["name"](name), stored["phone"](phone), digest["phone"](phone)))
    cursor.execute(
        "CREATE UNLOGGED TABLE bench_name (k int PRIMARY KEY, name text, name_index text, phone text, phone_index text)"
    )
    cursor.copy_expert("COPY bench_name FROM STDIN", StringIO("".join("\t".join(map(str, row)) + "\n" for row in rows)))


def clone(cursor, table, join, changed, words=None, order=""):
    """Copy the rows ``t`` of ``table`` for each row ``p`` of the plan; moments move with the record, keys are new."""
    cursor.execute(
        """SELECT attname, atttypid = 'timestamptz'::regtype, attname = 'id' FROM pg_attribute
        WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''""",
        [table],
    )
    columns = cursor.fetchall()
    picked = []
    for name, is_moment, is_key in columns:
        told = (
            f't."{name}" + p.shift'
            if is_moment
            else f"nextval(pg_get_serial_sequence('{table}', 'id'))"
            if is_key
            else f't."{name}"'
        )
        picked.append(changed.get(name, told))
    listed = ", ".join(f'"{name}"' for name, *_rest in columns)
    statement = f"INSERT INTO {table} ({listed}) OVERRIDING SYSTEM VALUE SELECT {', '.join(picked)} FROM {table} t {join} {order}"
    cursor.execute(statement, words or {})


def forget(cursor, keys):
    """The copied records go: their numbers are those of copies."""
    cycles = "cycle_id IN (SELECT id FROM complaints_cycle WHERE complaint_id = ANY(%s))"
    for name in ("assignment", "determination", "reply", "callback", "conversation", "clockalert"):
        cursor.execute(f"DELETE FROM complaints_{name} WHERE {cycles}", [keys])
    for name in ("endrequest", "suggestiondecision", "complainant", "cycle", "recordwords"):
        cursor.execute(f"DELETE FROM complaints_{name} WHERE complaint_id = ANY(%s)", [keys])
    for table in ("core_event", "core_contribution"):
        cursor.execute(f"DELETE FROM {table} WHERE subject = 'complaints.complaint' AND subject_id = ANY(%s)", [keys])
    cursor.execute("DELETE FROM complaints_complaint WHERE id = ANY(%s)", [keys])


def say(cursor):
    """The words of all records, as the triggers write them one by one; the index afterwards."""
    cursor.execute("SELECT indexdef FROM pg_indexes WHERE indexname = 'record_by_words'")
    (definition,) = cursor.fetchone()
    cursor.execute("DROP INDEX record_by_words")
    cursor.execute("""INSERT INTO complaints_recordwords (complaint_id, text, vector)
        SELECT id, plain, complaints_grams(plain) FROM bench_plan, LATERAL complaints_plain(complaints_said(id)) plain""")
    cursor.execute("SET maintenance_work_mem = '1GB'")
    cursor.execute(definition)


INVARIANTS = {
    "records": "SELECT count(*) FROM complaints_complaint",
    "records without exactly one open cycle while open, or with one when ended": """SELECT count(*) FROM complaints_complaint r
        WHERE (SELECT count(*) FROM complaints_cycle c WHERE c.complaint_id = r.id AND c.closed_at IS NULL)
            <> (r.state NOT IN ('closed', 'declined', 'withdrawn', 'voided'))::int""",
    "records whose current cycle is not their last": """SELECT count(*) FROM complaints_complaint r
        WHERE r.cycle_id IS DISTINCT FROM (SELECT id FROM complaints_cycle c WHERE c.complaint_id = r.id ORDER BY n DESC LIMIT 1)""",
    "records whose state is not that of their last event": """SELECT count(*) FROM complaints_complaint r WHERE state IS DISTINCT FROM (
        SELECT to_state FROM core_event WHERE subject = 'complaints.complaint' AND subject_id = r.id AND to_state <> '' ORDER BY id DESC LIMIT 1)""",
    "records without words or complainant": """SELECT count(*) FROM complaints_complaint r
        WHERE NOT EXISTS (SELECT FROM complaints_recordwords WHERE complaint_id = r.id)
        OR NOT EXISTS (SELECT FROM complaints_complainant WHERE complaint_id = r.id)""",
    "handlers who also reviewed or called back": """SELECT count(*) FROM core_contribution a JOIN core_contribution b USING (subject, subject_id, user_id)
        WHERE a.part = 'handled' AND b.part IN ('reviewed', 'called_back')""",
    "rows of cycles and contacts that lead nowhere": """SELECT
        (SELECT count(*) FROM complaints_reply r WHERE NOT EXISTS (SELECT FROM complaints_cycle WHERE id = r.cycle_id))
        + (SELECT count(*) FROM complaints_conversation r WHERE NOT EXISTS (SELECT FROM customers_interaction WHERE id = r.interaction_id))
        + (SELECT count(*) FROM complaints_complaint r WHERE customer_id IS NOT NULL
            AND NOT EXISTS (SELECT FROM customers_customer WHERE id = r.customer_id))""",
}  # fmt: skip


def check(count):
    """Stop unless the copies keep the invariants of the ledger; numbers without gap included."""
    from complaints.selectors.ledger import gaps

    with connections["owner"].cursor() as cursor:
        found = {}
        for name, statement in INVARIANTS.items():
            cursor.execute(statement)
            found[name] = cursor.fetchone()[0]
    wanted = dict.fromkeys(INVARIANTS, 0) | {"records": count}
    assert found == wanted, {name: value for name, value in found.items() if value != wanted[name]}
    assert gaps() == []
