"""Health of one container, for Docker: the web answers; worker and beat have left a sign of life lately."""

import http.client
import os
import sys
from datetime import timedelta

SIGN_OF_LIFE = timedelta(minutes=3)


def web_answers():
    connection = http.client.HTTPConnection("127.0.0.1", 8000, timeout=2)
    host = (os.environ.get("ALLOWED_HOSTS") or "localhost").split(",")[0].strip()
    connection.request("GET", "/healthz", headers={"Host": host, "X-Forwarded-Proto": "https"})
    return connection.getresponse().status == 200


def left_a_sign(name):
    import psycopg2

    with (
        psycopg2.connect(os.environ["DATABASE_URL"], connect_timeout=3) as connection,
        connection.cursor() as cursor,
    ):
        cursor.execute("SELECT now() - at < %s FROM core_heartbeat WHERE name = %s", (SIGN_OF_LIFE, name))
        row = cursor.fetchone()
    return bool(row and row[0])


if __name__ == "__main__":
    part = sys.argv[1]
    sys.exit(0 if (web_answers() if part == "web" else left_a_sign(part)) else 1)
