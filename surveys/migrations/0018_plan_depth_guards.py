"""What the database itself refuses: changed routes, decisions and records, approval by a writer, a wave opened before its plan
is approved (SUR-09), and a survey completed with a link skipped (SUR-11).
"""

from django.db import migrations

from core.db import frozen, insert_only

FUNCTIONS = """
CREATE FUNCTION surveys_approved_by_another() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.by_id IS NOT NULL AND (
        EXISTS (SELECT FROM surveys_surveyplan WHERE id = NEW.plan_id AND author_id = NEW.by_id)
        OR EXISTS (SELECT FROM core_contribution WHERE subject = 'surveys.surveyplan' AND subject_id = NEW.plan_id
                   AND user_id = NEW.by_id AND part = 'wrote')
    ) THEN
        RAISE EXCEPTION 'separation of duties: person % wrote plan %', NEW.by_id, NEW.plan_id
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION surveys_opened_with_a_plan() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM surveys_planrevision revision JOIN surveys_planactivity activity ON activity.plan_id = revision.plan_id
        WHERE activity.id = NEW.activity_id
        AND revision.content @> jsonb_build_object('activities', jsonb_build_array(jsonb_build_object('id', activity.id)))
    ) THEN
        RAISE EXCEPTION 'wave %: no approved plan holds its activity', NEW.id USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION surveys_completed_in_order() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM surveys_wave WHERE id = NEW.wave_id AND state = 'confirmed')
        OR EXISTS (SELECT FROM surveys_surveytask WHERE wave_id = NEW.wave_id AND is_required AND done_at IS NULL) THEN
        RAISE EXCEPTION 'survey %: a link is not closed', NEW.wave_id USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
"""
INSERT_ONLY = ("approvalroute", "approvallevel", "advancenotice", "surveytraining", "wavecompletion", "qualitycheck")


def trigger(table, name, when):
    return migrations.RunSQL(
        f"CREATE TRIGGER {name} {when} EXECUTE FUNCTION surveys_{name}();", f"DROP TRIGGER {name} ON {table};"
    )


class Migration(migrations.Migration):
    dependencies = [("surveys", "0017_plan_depth"), ("core", "0002_insert_only")]
    operations = [
        migrations.RunSQL(
            FUNCTIONS,
            "DROP FUNCTION surveys_approved_by_another(); DROP FUNCTION surveys_opened_with_a_plan(); "
            "DROP FUNCTION surveys_completed_in_order();",
        ),
        *(insert_only(f"surveys_{name}") for name in INSERT_ONLY),
        frozen("surveys_planapproval", "OLD.decision <> ''"),
        trigger(
            "surveys_planapproval", "approved_by_another",
            "BEFORE INSERT OR UPDATE ON surveys_planapproval FOR EACH ROW",
        ),
        trigger(
            "surveys_wave", "opened_with_a_plan",
            "BEFORE UPDATE OF state ON surveys_wave FOR EACH ROW "
            "WHEN (NEW.state = 'open' AND OLD.state <> 'open' AND NEW.activity_id IS NOT NULL)",
        ),
        trigger(
            "surveys_wavecompletion", "completed_in_order", "BEFORE INSERT ON surveys_wavecompletion FOR EACH ROW"
        ),
    ]  # fmt: skip
