#!/bin/sh
# First start of the database: the owner migrates, the application works. See docs/operations.md.
set -eu
psql -v ON_ERROR_STOP=1 -U "$POSTGRES_USER" -d postgres \
    -v owner_password="$DATABASE_OWNER_PASSWORD" -v application_password="$DATABASE_PASSWORD" <<'SQL'
CREATE ROLE portal_owner LOGIN CREATEDB PASSWORD :'owner_password';
CREATE ROLE portal_app LOGIN PASSWORD :'application_password';
CREATE DATABASE portal OWNER portal_owner;
SQL
