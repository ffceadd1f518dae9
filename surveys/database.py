"""What the application role may do beyond rows: rewrite the files of the anonymous box (services.boxes.scrub), and
remove what an approved disposal list names (services.disposals.step).
"""

from django.conf import settings
from django.db import connections

SCRUBBED = ("surveys_boxedanswer", "surveys_spentmarker", "surveys_wavekey")


def after_migrate(sender, using, **kwargs):
    role, owner = (settings.DATABASES[alias]["USER"] for alias in ("default", "owner"))
    if using != "owner" or role == owner:
        return
    with connections[using].cursor() as cursor:
        name = connections[using].ops.quote_name(role)
        cursor.execute(f"GRANT MAINTAIN ON {', '.join(SCRUBBED)} TO {name}")
        cursor.execute(f"GRANT EXECUTE ON FUNCTION surveys_dispose(bigint, integer) TO {name}")
