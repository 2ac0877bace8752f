"""What the database itself notes during a trial: writes that no later look would show."""

from sqlalchemy import text

from connector.bootstrap import Container

_NOTES = """
CREATE TABLE faults_notes (id bigserial PRIMARY KEY, what text NOT NULL);

CREATE FUNCTION faults_late() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO faults_notes (what) VALUES ('delivery ' || OLD.id || ': ' || OLD.state || ' -> '
        || NEW.state);
    RETURN NULL;
END $$;

-- What is finished is finished: whoever writes it once more had lost his claim long ago.
CREATE TRIGGER faults_late AFTER UPDATE OF state, done_at, lease_token ON deliveries FOR EACH ROW
    WHEN (OLD.state IN ('done', 'set_aside') AND (OLD.state, OLD.done_at, OLD.lease_token)
          IS DISTINCT FROM (NEW.state, NEW.done_at, NEW.lease_token))
    EXECUTE FUNCTION faults_late();

CREATE FUNCTION faults_again() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO faults_notes (what) VALUES ('notice ' || OLD.id || ': sent -> ' || NEW.state);
    RETURN NULL;
END $$;

CREATE TRIGGER faults_again AFTER UPDATE OF state, letter_id ON notices FOR EACH ROW
    WHEN (OLD.state = 'sent' AND (OLD.state, OLD.letter_id)
          IS DISTINCT FROM (NEW.state, NEW.letter_id))
    EXECUTE FUNCTION faults_again();
"""


_NOTES_OF_A_FILE = (
    "CREATE TABLE faults_notes (id integer PRIMARY KEY, what text NOT NULL)",
    """
    CREATE TRIGGER faults_late AFTER UPDATE OF state, done_at, lease_token ON deliveries
    WHEN OLD.state IN ('done', 'set_aside') AND (OLD.state IS NOT NEW.state
         OR OLD.done_at IS NOT NEW.done_at OR OLD.lease_token IS NOT NEW.lease_token)
    BEGIN
        INSERT INTO faults_notes (what)
        VALUES ('delivery ' || OLD.id || ': ' || OLD.state || ' -> ' || NEW.state);
    END
    """,
    """
    CREATE TRIGGER faults_again AFTER UPDATE OF state, letter_id ON notices
    WHEN OLD.state = 'sent'
         AND (OLD.state IS NOT NEW.state OR OLD.letter_id IS NOT NEW.letter_id)
    BEGIN
        INSERT INTO faults_notes (what) VALUES ('notice ' || OLD.id || ': sent -> ' || NEW.state);
    END
    """,
)


def install(container: Container) -> None:
    with container.db.writing() as session:
        for statement in _NOTES_OF_A_FILE if container.db.is_sqlite else (_NOTES,):
            session.connection().exec_driver_sql(statement)


def notes(container: Container) -> list[str]:
    """A sentence for each write that should not have been."""
    with container.db.reading() as session:
        return list(session.scalars(text("SELECT what FROM faults_notes ORDER BY id")))
