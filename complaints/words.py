"""How the words of a record come into the search, said once for the migrations: SQL functions and a trigger per text.

A text of a record that people may read on its page and that is not encrypted is one line here. A later migration that adds
a table calls ``also_spoken()``.
"""

from django.db import migrations

# The compared form is customers.names.plain, the grams are complaints.selectors.search.grams: a test holds them together.
BLANKS = " ,.;:!?()[]{}<>`~@#%^&*_+=|/-\\\"'。、，；：？！（）【】《》〈〉「」『』“”‘’…—–·～￥"
LONGEST = 40_000  # characters of one record that are searched

FUNCTIONS = f"""
CREATE FUNCTION complaints_plain(said text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT AS $$
    SELECT btrim(regexp_replace(casefold(normalize(left(said, {LONGEST}), NFKC) COLLATE "pg_unicode_fast"), '\\s+', ' ', 'g'))
$$;

CREATE FUNCTION complaints_grams(plain text) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT AS $$
    SELECT coalesce(array_to_tsvector(array_agg(gram) FILTER (WHERE gram IS NOT NULL)), ''::tsvector)
    FROM (SELECT string_to_array(translate(plain, $b${BLANKS}$b$, rpad('', {len(BLANKS)})), NULL) AS letters) said,
         unnest(letters, letters[2:]) AS pair(one, two),
         unnest(ARRAY[CASE WHEN one <> ' ' THEN one END, CASE WHEN one <> ' ' AND two <> ' ' THEN one || two END]) AS gram
$$;

CREATE FUNCTION complaints_customer(key bigint) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT concat_ws(' ', name_zh, name_en, code) FROM customers_customer WHERE id = key
$$;

CREATE FUNCTION complaints_words(record_id bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    -- two who write at once: the later one sees what the earlier one wrote
    PERFORM FROM complaints_recordwords WHERE complaint_id = record_id FOR UPDATE;
    INSERT INTO complaints_recordwords (complaint_id, text, vector)
        SELECT record_id, plain, complaints_grams(plain) FROM complaints_plain(complaints_said(record_id)) plain
    ON CONFLICT (complaint_id) DO UPDATE SET text = EXCLUDED.text, vector = EXCLUDED.vector;
END $$;

CREATE FUNCTION complaints_begin_words() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO complaints_recordwords (complaint_id, text, vector)
        SELECT NEW.id, plain, complaints_grams(plain)
        FROM complaints_plain(concat_ws(chr(10), NEW.title, NEW.text, complaints_customer(NEW.customer_id))) plain;
    RETURN NULL;
END $$;

-- Argument: the column that leads to the record.
CREATE FUNCTION complaints_follow_words() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    key bigint := (to_jsonb(NEW) ->> TG_ARGV[0])::bigint;
BEGIN
    IF TG_ARGV[0] = 'cycle_id' THEN
        SELECT complaint_id INTO key FROM complaints_cycle WHERE id = key;
    ELSIF TG_ARGV[0] = 'item_id' THEN
        SELECT complaint_id INTO key FROM complaints_mailitem WHERE id = key;
    ELSIF TG_TABLE_NAME = 'customers_interaction' THEN
        SELECT cycle.complaint_id INTO key
        FROM complaints_conversation talk JOIN complaints_cycle cycle ON cycle.id = talk.cycle_id
        WHERE talk.interaction_id = key;
    END IF;
    IF TG_TABLE_NAME = 'customers_customer' THEN
        PERFORM complaints_words(id) FROM complaints_complaint WHERE customer_id = key;
    ELSIF key IS NOT NULL THEN
        PERFORM complaints_words(key);
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER words AFTER INSERT ON complaints_complaint FOR EACH ROW EXECUTE FUNCTION complaints_begin_words();
CREATE TRIGGER words_changed AFTER UPDATE OF title, text, customer_id ON complaints_complaint FOR EACH ROW
    WHEN ((OLD.title, OLD.text, OLD.customer_id) IS DISTINCT FROM (NEW.title, NEW.text, NEW.customer_id))
    EXECUTE FUNCTION complaints_follow_words('id');
CREATE TRIGGER words_changed AFTER UPDATE OF summary ON customers_interaction FOR EACH ROW
    WHEN (OLD.summary IS DISTINCT FROM NEW.summary) EXECUTE FUNCTION complaints_follow_words('id');
CREATE TRIGGER words_changed AFTER UPDATE OF name_zh, name_en, code ON customers_customer FOR EACH ROW
    WHEN ((OLD.name_zh, OLD.name_en, OLD.code) IS DISTINCT FROM (NEW.name_zh, NEW.name_en, NEW.code))
    EXECUTE FUNCTION complaints_follow_words('id');
"""  # noqa: S608 (own names)
DROPPED = """
DROP TRIGGER words ON complaints_complaint;
DROP TRIGGER words_changed ON complaints_complaint;
DROP TRIGGER words_changed ON customers_interaction;
DROP TRIGGER words_changed ON customers_customer;
DROP FUNCTION complaints_follow_words() CASCADE;
DROP FUNCTION complaints_begin_words();
DROP FUNCTION complaints_words(bigint);
DROP FUNCTION complaints_customer(bigint);
DROP FUNCTION complaints_grams(text);
DROP FUNCTION complaints_plain(text);
"""
OF_RECORD = {
    "complaint_id": "complaint_id = record_id",
    "cycle_id": "cycle_id IN (SELECT id FROM complaints_cycle WHERE complaint_id = record_id)",
    "item_id": "item_id IN (SELECT id FROM complaints_mailitem WHERE complaint_id = record_id)",
}


def functions():
    return migrations.RunSQL(FUNCTIONS, DROPPED)


def spoken(*sources):
    """Operations for all texts: ``sources`` are (table, column that leads to the record, columns with words)."""
    return [
        migrations.RunSQL(said(*sources), "DROP FUNCTION complaints_said(bigint);"),
        *(follow(*source) for source in sources),
    ]


def also_spoken(*added, before):
    """Operations for texts that a later table adds to those of ``before``."""
    return [
        migrations.RunSQL(said(*before, *added), said(*before)),
        *(follow(*source) for source in added),
    ]


def said(*sources):
    """The function that reads all texts of a record."""
    parts = [
        f"SELECT concat_ws(chr(10), {', '.join(columns)}) FROM {table} WHERE {OF_RECORD[key]}"  # noqa: S608 (own names)
        for table, key, columns in sources
        if table != "complaints_conversation"
    ]
    return f"""
CREATE OR REPLACE FUNCTION complaints_said(record_id bigint) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT string_agg(words, chr(10)) FROM (
        SELECT concat_ws(chr(10), title, text, complaints_customer(customer_id)) AS words
            FROM complaints_complaint WHERE id = record_id
        UNION ALL {" UNION ALL ".join(parts)}
        UNION ALL SELECT summary FROM complaints_conversation talk JOIN customers_interaction ON interaction_id = customers_interaction.id
            WHERE talk.{OF_RECORD["cycle_id"]}
    ) parts
$$;
"""  # noqa: S608 (own names)


def follow(table, key, columns):
    changed = " OR ".join(f"OLD.{name} IS DISTINCT FROM NEW.{name}" for name in (key, *columns))
    return migrations.RunSQL(
        f"""
CREATE TRIGGER words AFTER INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION complaints_follow_words('{key}');
CREATE TRIGGER words_changed AFTER UPDATE OF {", ".join((key, *columns))} ON {table} FOR EACH ROW WHEN ({changed})
    EXECUTE FUNCTION complaints_follow_words('{key}');
""",
        f"DROP TRIGGER words ON {table}; DROP TRIGGER words_changed ON {table};",
    )
