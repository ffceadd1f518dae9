"""The state of the test database after its migrations, and the way back to it."""

import psycopg2

TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'django_migrations'"
COLUMNS = """
SELECT attname FROM pg_attribute
WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''
"""


class Baseline:
    """Keeps a copy of every row the migrations made. As the owner, on a connection no test can block."""

    def __init__(self, connection):
        self.link = psycopg2.connect(**connection.get_connection_params())
        self.link.autocommit = True
        self.tables = self._ask(TABLES)
        self.kept = self._with_rows()
        self._run("CREATE SCHEMA baseline")
        for table in self.kept:
            self._run(f'CREATE TABLE baseline."{table}" AS TABLE public."{table}"')
        self.way_back = "".join(self._refill(table) for table in self.kept)

    def restore(self):
        """Empty every table that holds rows and put the migrations' rows back."""
        names = ", ".join(f'public."{table}"' for table in dict.fromkeys((*self.kept, *self._with_rows())))
        if names:
            self._run(f"BEGIN; TRUNCATE {names} RESTART IDENTITY CASCADE; {self.way_back} COMMIT")

    def close(self):
        self.link.close()

    def _run(self, statement, *values):
        with self.link.cursor() as cursor:
            cursor.execute(statement, values or None)

    def _ask(self, question, *values):
        with self.link.cursor() as cursor:
            cursor.execute(question, values or None)
            return [row[0] for row in cursor.fetchall()]

    def _with_rows(self):
        probes = [f"SELECT '{table}' WHERE EXISTS (SELECT FROM public.\"{table}\")" for table in self.tables]
        return self._ask(" UNION ALL ".join(probes))

    def _refill(self, table):
        columns = self._ask(COLUMNS, f'public."{table}"')
        names = ", ".join(f'"{column}"' for column in columns)
        statement = f'INSERT INTO public."{table}" ({names}) SELECT {names} FROM baseline."{table}"; '
        for column in columns:
            sequence = self._ask("SELECT pg_get_serial_sequence(%s, %s)", f'public."{table}"', column)[0]
            if sequence:
                highest = f'SELECT max("{column}") FROM baseline."{table}"'
                statement += f"SELECT setval('{sequence}', ({highest})); "
        return statement
