"""What the database itself refuses: removing answers that no approved disposal list names (SEC-08, docs/adr/0014)."""

from django.db import migrations

from core.db import frozen

FUNCTIONS = """
-- Does a list that two people agreed on, and that is being carried out, name this wave?
CREATE FUNCTION surveys_being_disposed(wave bigint) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (
        SELECT FROM public.surveys_custody c
        JOIN public.surveys_disposalitem i ON i.custody_id = c.id AND i.done_at IS NULL
        JOIN public.surveys_disposal d ON d.id = i.disposal_id
        WHERE c.wave_id = wave AND c.state = 'disposing' AND d.state = 'running'
    )
$$;

-- An open anonymous wave shuffles its rows (docs/adr/0004); its key is destroyed at the close.
CREATE FUNCTION surveys_may_go(wave bigint) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT public.surveys_being_disposed(wave) OR EXISTS (
        SELECT FROM public.surveys_wave w JOIN public.surveys_wavekey k ON k.wave_id = w.id
        WHERE w.id = wave AND w.is_anonymous AND NOT w.is_confidential
    )
$$;

CREATE FUNCTION surveys_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM (SELECT DISTINCT wave_id FROM gone) g WHERE NOT surveys_may_go(g.wave_id)) THEN
        RAISE EXCEPTION '% is kept: no approved disposal list names it', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;

-- A class of a comment goes with a comment that was put right.
CREATE FUNCTION surveys_opinions_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM gone g JOIN surveys_wave w ON w.id = g.wave_id
        WHERE NOT surveys_may_go(g.wave_id) AND (w.state NOT IN ('open', 'closed') OR NOT EXISTS (
            SELECT FROM surveys_answertext t JOIN surveys_answercorrection c
                ON c.response_id = t.response_id AND c.question_id = t.question_id
            WHERE t.id = g.text_id))
    ) THEN
        RAISE EXCEPTION '% is kept: no approved disposal list names it', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;

-- A value that was put right is replaced; its correction, insert-only, says so.
CREATE FUNCTION surveys_values_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM (SELECT DISTINCT wave_id FROM gone) g WHERE NOT surveys_may_go(g.wave_id))
       AND EXISTS (
        SELECT FROM gone g JOIN surveys_wave w ON w.id = g.wave_id
        WHERE NOT surveys_may_go(g.wave_id) AND (w.state NOT IN ('open', 'closed') OR NOT EXISTS (
            SELECT FROM surveys_answercorrection c
            WHERE c.response_id = g.response_id AND c.question_id = g.question_id))
    ) THEN
        RAISE EXCEPTION '% is kept: no approved disposal list names it', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION surveys_facts_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM (SELECT DISTINCT r.wave_id FROM gone JOIN surveys_response r ON r.id = gone.response_id) g
        WHERE NOT surveys_being_disposed(g.wave_id)
    ) THEN
        RAISE EXCEPTION '% is kept: no approved disposal list names it', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION surveys_correction_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND surveys_being_disposed((SELECT wave_id FROM surveys_response WHERE id = OLD.response_id)) THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION '% is insert-only: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
END $$;

CREATE FUNCTION surveys_origin_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND surveys_being_disposed(OLD.wave_id) THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION '% is insert-only: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
END $$;

-- A list goes its way and no other, and is complete once proposed.
CREATE FUNCTION surveys_disposal_path() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR (TG_OP = 'INSERT' AND NEW.state <> 'listed') THEN
        RAISE EXCEPTION 'disposal lists begin as listed and stay: % refused', TG_OP USING ERRCODE = 'restrict_violation';
    END IF;
    IF TG_OP = 'UPDATE' AND (OLD.state || '>' || NEW.state) NOT IN
        ('listed>listed', 'listed>proposed', 'proposed>approved', 'proposed>listed', 'approved>running', 'approved>listed',
         'running>done') THEN
        RAISE EXCEPTION 'a disposal list cannot go from % to %', OLD.state, NEW.state USING ERRCODE = 'restrict_violation';
    END IF;
    IF TG_OP = 'UPDATE' AND NEW.state IN ('running', 'done')
       AND (NEW.proposed_by_id, NEW.approved_by_id, NEW.list_sha256) IS DISTINCT FROM
           (OLD.proposed_by_id, OLD.approved_by_id, OLD.list_sha256) THEN
        RAISE EXCEPTION 'who agreed to a disposal list does not change' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION surveys_line_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    list_state text;
BEGIN
    SELECT state INTO list_state FROM surveys_disposal
    WHERE id = CASE TG_OP WHEN 'INSERT' THEN NEW.disposal_id ELSE OLD.disposal_id END;
    IF list_state = 'listed' THEN
        RETURN COALESCE(NEW, OLD);
    END IF;
    IF TG_OP = 'UPDATE' AND list_state = 'running' AND OLD.done_at IS NULL
       AND (to_jsonb(OLD) - ARRAY['removed', 'snapshot_id', 'done_at']) = (to_jsonb(NEW) - ARRAY['removed', 'snapshot_id', 'done_at']) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'the disposal list is %: % of a line refused', list_state, TG_OP USING ERRCODE = 'restrict_violation';
END $$;

CREATE FUNCTION surveys_custody_path() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.state <> OLD.state AND NEW.state = 'disposing' AND NOT EXISTS (
        SELECT FROM surveys_disposalitem i JOIN surveys_disposal d ON d.id = i.disposal_id
        WHERE i.custody_id = NEW.id AND d.state = 'running'
    ) THEN
        RAISE EXCEPTION 'no disposal list being carried out names this material' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;

-- The one way in which rows of survey material go: a batch of a line of an approved list, as the owner. Returns
-- {table: rows}, empty when nothing is left. What goes and what stays stands in docs/adr/0014-disposal.md.
CREATE FUNCTION surveys_dispose(line bigint, most integer) RETURNS jsonb LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
DECLARE
    w bigint;
    ids bigint[];
    words uuid[];
    n bigint;
    counted jsonb := '{}';
BEGIN
    SELECT c.wave_id INTO w FROM surveys_disposalitem i JOIN surveys_custody c ON c.id = i.custody_id
    WHERE i.id = line FOR UPDATE OF i;
    IF w IS NULL OR NOT surveys_being_disposed(w) THEN
        RAISE EXCEPTION 'line % is on no disposal list that is being carried out', line USING ERRCODE = 'restrict_violation';
    END IF;
    ids := ARRAY(SELECT id FROM surveys_response WHERE wave_id = w ORDER BY id LIMIT most);
    IF cardinality(ids) > 0 THEN
        words := ARRAY(SELECT id FROM surveys_answertext WHERE response_id = ANY(ids));
    ELSE
        words := ARRAY(SELECT id FROM surveys_answertext WHERE wave_id = w LIMIT most);
    END IF;
    DELETE FROM surveys_opinion WHERE text_id = ANY(words);
    GET DIAGNOSTICS n = ROW_COUNT; counted := counted || jsonb_build_object('opinions', n);
    DELETE FROM surveys_answertext WHERE id = ANY(words);
    GET DIAGNOSTICS n = ROW_COUNT; counted := counted || jsonb_build_object('texts', n);
    IF cardinality(ids) > 0 THEN
        DELETE FROM surveys_answercorrection WHERE response_id = ANY(ids);
        GET DIAGNOSTICS n = ROW_COUNT; counted := counted || jsonb_build_object('corrections', n);
        DELETE FROM surveys_responsecheck WHERE response_id = ANY(ids);
        GET DIAGNOSTICS n = ROW_COUNT; counted := counted || jsonb_build_object('checks', n);
        UPDATE surveys_finding SET low_answer_id = NULL
        WHERE low_answer_id IN (SELECT id FROM surveys_lowanswer WHERE response_id = ANY(ids));
        DELETE FROM surveys_lowanswer WHERE response_id = ANY(ids);
        GET DIAGNOSTICS n = ROW_COUNT; counted := counted || jsonb_build_object('low_answers', n);
        DELETE FROM surveys_sealopening WHERE response_id = ANY(ids);
        GET DIAGNOSTICS n = ROW_COUNT; counted := counted || jsonb_build_object('seal_openings', n);
        DELETE FROM surveys_contactrequest WHERE response_id = ANY(ids);
        GET DIAGNOSTICS n = ROW_COUNT; counted := counted || jsonb_build_object('contact_requests', n);
        DELETE FROM surveys_importedanswer WHERE response_id = ANY(ids);
        GET DIAGNOSTICS n = ROW_COUNT; counted := counted || jsonb_build_object('imported', n);
        UPDATE customers_followup SET detail = '', detail_en = '', title = '答卷已按期销毁', title_en = 'The answers were disposed of'
        WHERE source = 'surveys.response' AND source_id = ANY(ids::text[]) AND (detail, title) IS DISTINCT FROM ('', '答卷已按期销毁');
        GET DIAGNOSTICS n = ROW_COUNT; counted := counted || jsonb_build_object('follow_ups', n);
        DELETE FROM surveys_answer WHERE response_id = ANY(ids);
        GET DIAGNOSTICS n = ROW_COUNT; counted := counted || jsonb_build_object('answers', n);
        DELETE FROM surveys_response WHERE id = ANY(ids);
        GET DIAGNOSTICS n = ROW_COUNT; counted := counted || jsonb_build_object('responses', n);
    ELSIF cardinality(words) = 0 THEN
        DELETE FROM surveys_importedanswer WHERE wave_id = w;
        GET DIAGNOSTICS n = ROW_COUNT; counted := counted || jsonb_build_object('imported', n);
        DELETE FROM surveys_draft WHERE invitation_id IN (SELECT id FROM surveys_invitation WHERE wave_id = w);
        GET DIAGNOSTICS n = ROW_COUNT; counted := counted || jsonb_build_object('drafts', n);
        UPDATE surveys_invitation SET contact_id = NULL, customer_id = NULL, service_record_id = NULL, token_hash = NULL,
            note = '', seg_type = '', seg_tier = '', seg_relation = '', seg_region = '', seg_industry = '', seg_unit = ''
        WHERE id IN (
            SELECT id FROM surveys_invitation
            WHERE wave_id = w AND (contact_id IS NOT NULL OR customer_id IS NOT NULL OR service_record_id IS NOT NULL
                OR token_hash IS NOT NULL OR note <> ''
                OR concat(seg_type, seg_tier, seg_relation, seg_region, seg_industry, seg_unit) <> '')
            LIMIT most);
        GET DIAGNOSTICS n = ROW_COUNT; counted := counted || jsonb_build_object('invitations', n);
    END IF;
    counted := (SELECT COALESCE(jsonb_object_agg(key, value), '{}') FROM jsonb_each(counted) WHERE value <> '0');
    UPDATE surveys_disposalitem SET removed = (
        SELECT COALESCE(jsonb_object_agg(key, total), '{}') FROM (
            SELECT key, sum(value::bigint) AS total
            FROM (SELECT * FROM jsonb_each_text(removed) UNION ALL SELECT * FROM jsonb_each_text(counted)) every GROUP BY key
        ) added)
    WHERE id = line;
    RETURN counted;
END $$;
REVOKE ALL ON FUNCTION surveys_dispose(bigint, integer) FROM PUBLIC;
"""
DROP = """
DROP FUNCTION surveys_dispose(bigint, integer); DROP FUNCTION surveys_custody_path(); DROP FUNCTION surveys_line_frozen();
DROP FUNCTION surveys_disposal_path(); DROP FUNCTION surveys_correction_kept(); DROP FUNCTION surveys_origin_kept(); DROP FUNCTION surveys_facts_kept();
DROP FUNCTION surveys_values_kept(); DROP FUNCTION surveys_kept(); DROP FUNCTION surveys_opinions_kept(); DROP FUNCTION surveys_may_go(bigint);
DROP FUNCTION surveys_being_disposed(bigint);
"""


def kept(table, function):
    """Statement by statement: a shuffle of a hundred thousand rows asks once."""
    return migrations.RunSQL(
        f"CREATE TRIGGER kept AFTER DELETE ON {table} REFERENCING OLD TABLE AS gone "
        f"FOR EACH STATEMENT EXECUTE FUNCTION {function}();",
        f"DROP TRIGGER kept ON {table};",
    )


def guarded(table, when, function):
    return migrations.RunSQL(
        f"CREATE TRIGGER guarded BEFORE {when} ON {table} FOR EACH ROW EXECUTE FUNCTION {function}();",
        f"DROP TRIGGER guarded ON {table};",
    )


def until_disposal(table, function):
    """Insert-only as before, until an approved list removes the answers it belongs to."""
    create = f"CREATE TRIGGER insert_only BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION "
    drop = f"DROP TRIGGER insert_only ON {table}; "
    return migrations.RunSQL(f"{drop}{create}{function}();", f"{drop}{create}portal_insert_only();")


class Migration(migrations.Migration):
    dependencies = [("surveys", "0019_custody"), ("core", "0002_insert_only")]
    operations = [
        migrations.RunSQL(FUNCTIONS, DROP),
        kept("surveys_response", "surveys_kept"),
        kept("surveys_opinion", "surveys_opinions_kept"),
        kept("surveys_answer", "surveys_values_kept"),
        kept("surveys_answertext", "surveys_values_kept"),
        kept("surveys_responsecheck", "surveys_facts_kept"),
        kept("surveys_lowanswer", "surveys_facts_kept"),
        until_disposal("surveys_answercorrection", "surveys_correction_kept"),
        until_disposal("surveys_sealopening", "surveys_correction_kept"),
        until_disposal("surveys_contactrequest", "surveys_correction_kept"),
        until_disposal("surveys_importedanswer", "surveys_origin_kept"),
        guarded("surveys_disposal", "INSERT OR UPDATE OR DELETE", "surveys_disposal_path"),
        guarded("surveys_disposalitem", "INSERT OR UPDATE OR DELETE", "surveys_line_frozen"),
        guarded("surveys_custody", "UPDATE", "surveys_custody_path"),
        frozen("surveys_custody", "OLD.state = 'disposed'"),
        frozen("surveys_handover", "OLD.state = 'accepted'"),
        frozen("surveys_entrustment", "OLD.revoked_at IS NOT NULL"),
        migrations.RunSQL(
            "CREATE TRIGGER terms BEFORE UPDATE OR DELETE ON surveys_entrustment FOR EACH ROW "
            "EXECUTE FUNCTION portal_frozen('revoked_at', 'revoked_by_id', 'version', 'updated_at');",
            "DROP TRIGGER terms ON surveys_entrustment;",
        ),
    ]
