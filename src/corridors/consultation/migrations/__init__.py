"""Revisions of the database, run by Alembic when it is opened."""
