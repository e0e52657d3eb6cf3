"""What Alembic executes: the steps, on the connection and in the transaction that `run` was given."""

from alembic import context

context.configure(connection=context.config.attributes["connection"], transactional_ddl=True)
context.run_migrations()
