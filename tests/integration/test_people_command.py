"""`connector people`: what was given out can be taken back."""

import json

import pytest

from connector.cli import main


@pytest.fixture(autouse=True)
def data_dir(tmp_path: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONNECTOR_DATA_DIR", str(tmp_path))


def made(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, str]:
    assert main(["people", *arguments, "--json"]) == 0
    document: dict[str, str] = json.loads(capsys.readouterr().out)
    return document


def test_a_token_can_be_revoked_once_it_has_leaked(capsys: pytest.CaptureFixture[str]) -> None:
    token = made(capsys, "token", "--municipality", "korolev", "--role", "methodist")["token"]

    assert made(capsys, "revoke", token) == {"revoked": True}

    assert main(["people", "revoke", "cnt_nobodys"]) == 1
    assert "Не найдено: ключ" in capsys.readouterr().err


def test_a_password_can_be_changed_and_is_shown_once(capsys: pytest.CaptureFixture[str]) -> None:
    first = made(capsys, "add", "maria", "--municipality", "korolev", "--role", "methodist")

    second = made(capsys, "password", "maria")

    assert second["password"] != first["password"]
    assert main(["people", "password", "nobody"]) == 1
    assert "Не найдено: вход «nobody»" in capsys.readouterr().err


def test_an_address_can_be_given_afterwards(capsys: pytest.CaptureFixture[str]) -> None:
    made(capsys, "add", "root", "--role", "administrator")

    assert made(capsys, "email", "root", "root@town.example")["email"] == "root@town.example"

    main(["doctor"])
    assert "нет администратора с адресом почты" not in capsys.readouterr().out
    assert main(["people", "email", "nobody", "a@b.example"]) == 1
    assert "Не найдено: вход «nobody»" in capsys.readouterr().err
    assert main(["people", "add", "root", "--role", "administrator"]) == 1
    assert "connector people email" in capsys.readouterr().err
