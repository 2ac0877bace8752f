"""The servers of the tests themselves: what they promise, other tests lean on."""

import smtplib
from email.message import EmailMessage

import pytest
from kombu import Connection
from sqlalchemy import NullPool, create_engine, inspect, make_url, text
from sqlalchemy.exc import OperationalError

from tests.services.copies import Copies
from tests.services.postgres import Postgres
from tests.services.smtp import SmtpServer


def letter() -> EmailMessage:
    message = EmailMessage()
    message["Subject"] = "Дефициты"
    message["From"] = "connector@example.org"
    message["To"] = "methodist@example.org"
    message.set_content("Здравствуйте!")
    return message


def send(server: SmtpServer, timeout: float = 5) -> None:
    with smtplib.SMTP(server.host, server.port, timeout=timeout) as client:
        client.send_message(letter())


def test_each_test_has_a_database_of_its_own(database_url: str) -> None:
    engine = create_engine(database_url)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE t (word varchar(10))"))
        connection.execute(text("INSERT INTO t VALUES ('ёж')"))
        assert connection.scalar(text("SELECT word FROM t")) == "ёж"
    engine.dispose()


def test_a_database_is_dropped_even_with_a_session_left_open(postgres_server: Postgres) -> None:
    with postgres_server.database() as url:
        engine = create_engine(url)
        left_open = engine.connect()
        name = engine.url.database
    left_open.invalidate()
    left_open.close()
    engine.dispose()
    postgres_server.all_dropped()
    with postgres_server.connect() as connection:
        found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,))
        assert found.fetchone() is None


def _name_of(url: str) -> str | None:
    return make_url(url).database


def test_a_lent_database_comes_back_empty_and_out_of_reach(migrated_copies: Copies) -> None:
    with migrated_copies.lent() as url:
        engine = create_engine(url)
        left_open = engine.connect()
        left_open.execute(text("INSERT INTO letter_paces VALUES ('email', now())"))
        left_open.commit()
    migrated_copies.all_returned()
    with migrated_copies.lent() as again:
        assert _name_of(again) != _name_of(url)
        with create_engine(again, poolclass=NullPool).connect() as connection:
            assert connection.scalar(text("SELECT count(*) FROM letter_paces")) == 0
        with pytest.raises(OperationalError):
            left_open.execute(text("SELECT 1"))
        with pytest.raises(OperationalError):
            create_engine(url, poolclass=NullPool).connect()
    left_open.invalidate()
    left_open.close()
    engine.dispose()


def test_a_lent_database_with_another_schema_is_lent_to_nobody(migrated_copies: Copies) -> None:
    with migrated_copies.lent() as url:
        engine = create_engine(url, poolclass=NullPool)
        with engine.begin() as connection:
            connection.execute(text("ALTER TABLE letter_paces ADD COLUMN more int"))
    migrated_copies.all_returned()
    with migrated_copies.lent() as again:
        engine = create_engine(again, poolclass=NullPool)
        with engine.connect() as connection:
            columns = inspect(connection).get_columns("letter_paces")
            assert "more" not in [column["name"] for column in columns]


def test_the_broker_delivers_in_a_virtual_host_of_ours(rabbitmq_url: str) -> None:
    with Connection(rabbitmq_url) as connection:
        queue = connection.SimpleQueue("probe")
        queue.put({"shard": 1})
        message = queue.get(timeout=10)
        message.ack()
        queue.close()
    assert message.payload == {"shard": 1}


def test_a_letter_arrives_whole(smtp_server: SmtpServer) -> None:
    send(smtp_server)
    (received,) = smtp_server.received
    assert received.recipients == ("methodist@example.org",)
    assert received.message["Subject"] == "Дефициты"
    assert received.message.get_content().strip() == "Здравствуйте!"


@pytest.mark.parametrize("reply", ["451 4.3.0 Try later", "554 5.7.1 Refused"])
def test_a_letter_can_be_refused(smtp_server: SmtpServer, reply: str) -> None:
    smtp_server.reply_to_data = reply
    with pytest.raises(smtplib.SMTPDataError) as refused:
        send(smtp_server)
    assert refused.value.smtp_code == int(reply[:3])
    assert smtp_server.received == []


def test_a_recipient_can_be_refused(smtp_server: SmtpServer) -> None:
    smtp_server.reply_to_recipient = "550 5.1.1 No such user"
    with pytest.raises(smtplib.SMTPRecipientsRefused):
        send(smtp_server)
    assert smtp_server.received == []


def test_a_session_can_be_dropped(smtp_server: SmtpServer) -> None:
    smtp_server.drop_on_data = True
    with pytest.raises((smtplib.SMTPServerDisconnected, ConnectionError)):
        send(smtp_server)
    assert smtp_server.received == []


def test_a_session_can_be_slow(smtp_server: SmtpServer) -> None:
    smtp_server.seconds_before_reply = 2
    with pytest.raises(smtplib.SMTPServerDisconnected, match="timed out"):
        send(smtp_server, timeout=0.3)
