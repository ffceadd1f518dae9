"""What the database itself refuses of seals: one outside a confidential wave, one opened by anybody but the keeper or
without a ground, and an opening or a wish that is changed (PRV-02, 04)."""

from django.db import migrations

from core.db import insert_only

FUNCTIONS = """
CREATE FUNCTION surveys_sealed_where_promised() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.seal <> '' AND NOT EXISTS (SELECT FROM surveys_wave WHERE id = NEW.wave_id AND is_confidential) THEN
        RAISE EXCEPTION 'wave % is not confidential: no seal', NEW.wave_id USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION surveys_opened_by_keeper() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM surveys_response r JOIN surveys_wave w ON w.id = r.wave_id
                   WHERE r.id = NEW.response_id AND r.seal <> '' AND w.seal_keeper_id = NEW.by_id) THEN
        RAISE EXCEPTION 'person % is not the keeper of answer %', NEW.by_id, NEW.response_id
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF NOT EXISTS (SELECT FROM surveys_lowanswer WHERE response_id = NEW.response_id AND NEW.ground = 'low')
       AND NOT EXISTS (SELECT FROM surveys_contactrequest WHERE response_id = NEW.response_id AND NEW.ground = 'wish') THEN
        RAISE EXCEPTION 'answer % gives no ground %', NEW.response_id, NEW.ground USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION surveys_promise_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM surveys_response WHERE wave_id = OLD.id) THEN
        RAISE EXCEPTION 'wave % has answers: its promise stays', OLD.id USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER sealed_where_promised BEFORE INSERT ON surveys_response
    FOR EACH ROW WHEN (NEW.seal <> '') EXECUTE FUNCTION surveys_sealed_where_promised();
CREATE TRIGGER opened_by_keeper BEFORE INSERT ON surveys_sealopening
    FOR EACH ROW EXECUTE FUNCTION surveys_opened_by_keeper();
CREATE TRIGGER promise_stays BEFORE UPDATE ON surveys_wave FOR EACH ROW
    WHEN (OLD.is_confidential IS DISTINCT FROM NEW.is_confidential OR OLD.seal_keeper_id IS DISTINCT FROM NEW.seal_keeper_id)
    EXECUTE FUNCTION surveys_promise_stays();
"""
BACK = """
DROP TRIGGER promise_stays ON surveys_wave;
DROP TRIGGER opened_by_keeper ON surveys_sealopening;
DROP TRIGGER sealed_where_promised ON surveys_response;
DROP FUNCTION surveys_promise_stays();
DROP FUNCTION surveys_opened_by_keeper();
DROP FUNCTION surveys_sealed_where_promised();
"""


class Migration(migrations.Migration):
    dependencies = [("surveys", "0015_confidential"), ("core", "0002_insert_only")]
    operations = [
        migrations.RunSQL(FUNCTIONS, BACK),
        insert_only("surveys_sealopening"),
        insert_only("surveys_contactrequest"),
    ]
