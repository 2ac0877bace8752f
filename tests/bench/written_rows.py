"""What folding really writes, recorded by triggers, and written again by set-based SQL.

The recording does not ask how the product writes, so it stays right whatever becomes of that. Of
one transaction the last image of each row counts; shares are added to, as folding does. Marks of
claims (leases) are not written again: that is the product's own expense.
"""

import json
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import psycopg

KEYS = {
    "deliveries": ("id",),
    "subjects": ("id",),
    "evidence": ("register", "slot"),
    "memberships": ("subject_id", "indicator", "period"),
    "shares": ("municipality", "indicator", "period", "slice_kind", "slice_code"),
    "notices": ("municipality", "key"),
}
"""In the order in which a batch writes them, and each table's rows in the order of its key."""

SHARE_SUMS = ("population", "achieved")
UPDATED = {
    "deliveries": ("state", "reason", "detail", "attempts", "next_try_at", "lease_token",
                   "lease_until", "user_id", "object_ref", "subject_id", "done_at"),
    "subjects": ("version", "dirty", "lease_token", "lease_until", "state", "changes_on"),
}  # fmt: skip

RECORDER = """
    CREATE TABLE bench_log (
        id bigserial, tx xid8 DEFAULT pg_current_xact_id(), tab text, old jsonb, new jsonb
    );
    CREATE FUNCTION bench_note() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO bench_log (tab, old, new) VALUES (
            TG_TABLE_NAME,
            CASE WHEN TG_OP = 'INSERT' THEN NULL ELSE to_jsonb(OLD) END,
            CASE WHEN TG_OP = 'DELETE' THEN NULL ELSE to_jsonb(NEW) END
        );
        RETURN NULL;
    END $$;
"""
NOTED = {
    "deliveries": "WHEN (OLD.state <> NEW.state)",
    "subjects": "WHEN (OLD.version <> NEW.version)",
}


def record(connection: psycopg.Connection) -> None:
    """From now on every row that is written is noted."""
    connection.execute(RECORDER)
    for table in KEYS:
        when = NOTED.get(table, "")
        # A claim marks rows without changing what they say.
        events = "UPDATE" if when else "INSERT OR UPDATE OR DELETE"
        connection.execute(
            f"CREATE TRIGGER bench_note AFTER {events} ON {table}"  # type: ignore[call-overload]
            f" FOR EACH ROW {when} EXECUTE FUNCTION bench_note()"
        )


@dataclass(frozen=True)
class Written:
    """The rows of one table in one transaction, as columns ready for unnest."""

    table: str
    columns: tuple[list[Any], ...]
    rows: int


Batch = tuple[Written, ...]


def batches(connection: psycopg.Connection) -> list[Batch]:
    """What was noted since the last call, transaction by transaction in the order of commits."""
    transactions = connection.execute(
        "SELECT tx FROM bench_log GROUP BY tx ORDER BY max(id)"
    ).fetchall()
    found = []
    for (tx,) in transactions:
        batch = tuple(w for table in KEYS if (w := _written(connection, table, tx)).rows)
        if batch:
            found.append(batch)
    connection.execute("TRUNCATE bench_log")
    return found


def _written(connection: psycopg.Connection, table: str, tx: int) -> Written:
    keys = ", ".join(f"new ->> '{name}'" for name in KEYS[table])
    rows = connection.execute(
        f"SELECT (jsonb_populate_record(NULL::{table}, new)).*"  # type: ignore[call-overload]
        f" FROM (SELECT DISTINCT ON ({keys}) {keys}, new, id FROM bench_log"
        f" WHERE tx = %s AND tab = %s AND new IS NOT NULL ORDER BY {keys}, id DESC) last",
        (tx, table),
    )
    names = [column.name for column in rows.description or ()]
    found = [dict(zip(names, row, strict=True)) for row in rows.fetchall()]
    if table == "shares":
        found = _moved(connection, tx, found)
    found.sort(key=lambda row: tuple(row[name] for name in KEYS[table]))
    columns = tuple([_plain(row[name]) for row in found] for name in _columns(table, names))
    return Written(table, columns, len(found))


def _moved(
    connection: psycopg.Connection, tx: int, rows: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    """Shares with what the transaction added to them instead of what they were then."""
    sums = connection.execute(
        "SELECT new ->> 'municipality', new ->> 'indicator', new ->> 'period',"
        " new ->> 'slice_kind', new ->> 'slice_code',"
        " sum((new ->> 'population')::int - coalesce((old ->> 'population')::int, 0))::int,"
        " sum((new ->> 'achieved')::int - coalesce((old ->> 'achieved')::int, 0))::int"
        " FROM bench_log WHERE tx = %s AND tab = 'shares' GROUP BY 1, 2, 3, 4, 5",
        (tx,),
    ).fetchall()
    moved = {tuple(row[:5]): row[5:] for row in sums}
    for row in rows:
        key = tuple(row[name] for name in KEYS["shares"])
        row["population"], row["achieved"] = moved[key]
    return rows


def _columns(table: str, names: Sequence[str]) -> Sequence[str]:
    return (*KEYS[table], *UPDATED[table]) if table in UPDATED else names


def _plain(value: Any) -> Any:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, (dict, list)) else value


def statements(connection: psycopg.Connection) -> dict[str, str]:
    """One for each table: an upsert, or an update where the rows are there already."""
    return {table: _statement(connection, table) for table in KEYS}


def _statement(connection: psycopg.Connection, table: str) -> str:
    types = dict(
        connection.execute(
            "SELECT attname, format_type(atttypid, NULL) FROM pg_attribute"
            " WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum",
            (table,),
        ).fetchall()
    )
    names = list(_columns(table, list(types)))
    arrays = ", ".join(f"%s::{types[name]}[]" for name in names)
    listed = ", ".join(names)
    if table in UPDATED:
        changed = ", ".join(f"{name} = new.{name}" for name in UPDATED[table])
        return (
            f"UPDATE {table} SET {changed} FROM unnest({arrays}) AS new ({listed})"
            f" WHERE {table}.id = new.id"
        )
    keys = KEYS[table]
    if table == "shares":
        changed = ", ".join(f"{name} = shares.{name} + excluded.{name}" for name in SHARE_SUMS)
    else:
        rest = [name for name in names if name not in keys and name != "id"]
        changed = ", ".join(f"{name} = excluded.{name}" for name in rest)
    return (
        f"INSERT INTO {table} ({listed}) SELECT * FROM unnest({arrays})"
        f" ON CONFLICT ({', '.join(keys)}) DO UPDATE SET {changed}"
    )


def prepare(connection: psycopg.Connection) -> None:
    """PostgreSQL checks a row before it finds the conflict: a delta below zero would be refused as
    if it were the sum."""
    connection.execute("ALTER TABLE shares DROP CONSTRAINT ck_shares_not_negative")


def write(address: str, found: Sequence[Batch], writers: int) -> None:
    """Writes the batches, each in a transaction of its own, over several connections at once."""
    with ThreadPoolExecutor(writers) as pool:
        shares = [found[at::writers] for at in range(writers)]
        list(pool.map(lambda own: _write(address, own), shares))


def _write(address: str, found: Sequence[Batch]) -> None:
    with psycopg.connect(address, autocommit=True, prepare_threshold=0) as connection:
        prepared = statements(connection)
        for batch in found:
            for _ in _attempts():
                try:
                    with connection.transaction():
                        for written in batch:
                            connection.execute(
                                prepared[written.table],  # type: ignore[call-overload]
                                written.columns,
                            )
                    break
                except psycopg.errors.DeadlockDetected:
                    continue


def _attempts() -> Iterator[int]:
    yield from range(10)
    raise RuntimeError("the baseline's writers keep deadlocking")
