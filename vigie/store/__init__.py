"""Vigie's own PostgreSQL database: engine, migrations, roles, the store path, the audit table."""
