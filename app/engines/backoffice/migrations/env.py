"""What alembic runs: our connection and our transaction."""

from alembic import context
from sqlalchemy import Connection

from app.engines.backoffice.tables import metadata

connection: Connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=metadata, transactional_ddl=True)
context.run_migrations()
