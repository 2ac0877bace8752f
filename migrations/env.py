"""Alembic's entry: runs the migrations on the database the caller names.

The caller is `connector db upgrade`, which hands its open connection over
(`config.attributes["connection"]`), or `alembic -c setup.cfg -x url=… upgrade head`, or a test that
sets `sqlalchemy.url`. Migrations never import the models: those move on, a revision does not.
"""

from alembic import context
from sqlalchemy import Connection, create_engine, pool


def url() -> str:
    """Return the address given by -x url=… or sqlalchemy.url; the environment is not asked."""
    given = context.get_x_argument(as_dictionary=True).get("url")
    given = given or context.config.get_main_option("sqlalchemy.url")
    if not given:
        raise SystemExit("No database named: use `connector db upgrade` or `alembic -x url=…`.")
    return given


def migrate(connection: Connection) -> None:
    # SQLite cannot alter most things in place; batch mode copies the table instead.
    context.configure(
        connection=connection,
        render_as_batch=connection.dialect.name == "sqlite",
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()


def run_offline() -> None:
    """Print the SQL, for an administrator who runs it with rights the connector has not."""
    context.configure(
        url=url(), literal_binds=True, dialect_opts={"paramstyle": "named"}, render_as_batch=False
    )
    with context.begin_transaction():
        context.run_migrations()


def run_online() -> None:
    connection = context.config.attributes.get("connection")
    if connection is not None:
        migrate(connection)
        return
    engine = create_engine(url(), poolclass=pool.NullPool)
    try:
        with engine.connect() as connection:
            migrate(connection)
    finally:
        engine.dispose()


if context.is_offline_mode():
    run_offline()
else:
    run_online()
