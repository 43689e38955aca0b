"""What Alembic runs: the revisions, on the connection that `upgrade` gives it."""

from alembic import context

from corridors.consultation.schema import Base

# Alembic alone gives the context its configuration; whoever only imports this module runs nothing.
if hasattr(context, "config"):
    context.configure(connection=context.config.attributes["connection"], target_metadata=Base.metadata)
    with context.begin_transaction():
        context.run_migrations()
