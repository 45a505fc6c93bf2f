"""Keys that cannot be used, or that others can read."""

from collections.abc import Callable
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from dunnage.doctor.finding import Level
from dunnage.doctor.patient import Patient
from dunnage.doctor.seals import check

REMOTES = {"DUNNAGE_REMOTES": "file:///x"}


def test_without_remotes_and_without_keys(ill: Callable[..., Patient]) -> None:
    (none,) = check(ill())
    assert (none.level, none.what) == (Level.OK, "no remotes, no seals")
    (unsealed,) = check(ill(**REMOTES))
    assert (unsealed.level, unsealed.what) == (Level.NOTE, "Records on remotes are not sealed.")


def test_a_secret(ill: Callable[..., Patient], tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    patient = ill(**REMOTES, DUNNAGE_SEAL_SECRET_FILE=str(secret))
    (absent,) = check(patient)
    assert (absent.level, absent.what) == (
        Level.ERROR,
        f"The key {secret} cannot be read: No such file or directory.",
    )
    secret.write_text("0123456789abcdef")
    secret.chmod(0o600)
    (fine,) = check(patient)
    assert (fine.level, fine.what) == (Level.OK, "records are sealed and checked")
    secret.chmod(0o644)
    _, read = check(patient)
    assert read.level is Level.WARNING
    assert read.what == f"{secret} (seal_secret_file) can be read by others: its mode is 644."
    assert read.cure == f"`chmod 600 {secret}`."


def test_a_public_key(ill: Callable[..., Patient], tmp_path: Path) -> None:
    public = tmp_path / "public.pem"
    public.write_bytes(
        Ed25519PrivateKey.generate()
        .public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    )
    (finding,) = check(ill(**REMOTES, DUNNAGE_TRUSTED_KEY_FILE=str(public)))
    assert (finding.level, finding.what) == (Level.OK, "records are checked; there is no key to seal with")
