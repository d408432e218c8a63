"""Names beside which a value is likely a secret, and those that only sound like it."""

from __future__ import annotations

import pytest

from catalog.privacy.telling_keys import MAX_KEY, Strength, strength


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        *((name, Strength.STRONG) for name in ("password", "db.password", "DB_PASSWORD", "dbPassword", "smtp-passwd", "pg_PASSWORD", "PGPASSWORD", "dbpassword", "RestPasswd")),
        *((name, Strength.STRONG) for name in ("api_key", "apiKey", "OPENAI_API_KEY", "aws_secret_access_key", "secret", "clientSecret", "auth_token", "passphrase")),
        *((name, Strength.STRONG) for name in ("password2", "secrets.db", "credentials.0.value_of", "users.passwords.0", "connection_string", "contraseña", "db.Kennwort", "ansible_become_pass", "sftp-pass")),
        *((name, Strength.STRONG) for name in ("\uff50assword", "db\uff0epassword", "pass\u200bword", "contrasen\u0303a")),
        *((name, Strength.WEAK) for name in ("token", "hf.token", "key", "join_key", "signature", "pad_token", "jwt")),
        *((name, Strength.NONE) for name in ("max_tokens", "tokenizer", "num_tokens", "token_dim", "pad_token_id", "keys", "passes", "monkey", "author")),
        *((name, Strength.NONE) for name in ("secret_name", "password_file", "min_password_length", "api_key_env", "secrets.path", "token_type", "password-stdin", "", "...", "0")),
    ],
)  # fmt: skip
def test_what_a_name_says_of_its_value(name, expected):
    assert strength(name) is expected


def test_the_end_of_a_long_name_counts():
    beginning = "x" * (MAX_KEY - len(".password"))
    assert (strength(f"secrets.{beginning}.password"), strength(f"password.{'x' * MAX_KEY}")) == (
        Strength.STRONG,
        Strength.NONE,
    )
