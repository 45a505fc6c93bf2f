"""From a URL and variables to a store of Azure's."""

from pathlib import Path

import pytest

from dunnage.errors import ConfigError, RemoteRefused
from dunnage.remote.registry import open_backend
from support.remotes.azure import ACCOUNT, KEY, Azure, url_of
from support.remotes.http_fake import HttpFake

WRONG = "d3Jvbmc="


def test_who_we_are(tmp_path: Path) -> None:
    (tmp_path / "key").write_text(KEY)
    (tmp_path / "sas").write_text("?sv=2021-12-02&sig=right")
    with HttpFake(Azure().answer).serving() as fake:
        url = url_of(fake)
        open_backend(url, {"AZURE_STORAGE_KEY": KEY}).check()
        open_backend(url, {"AZURE_STORAGE_ACCOUNT_KEY": KEY}).check()
        open_backend(f"{url}&key_file={tmp_path}/key", {"AZURE_STORAGE_KEY": WRONG}).check()
        open_backend(url, {"AZURE_STORAGE_SAS_TOKEN": "sv=2021-12-02&sig=right"}).check()
        open_backend(f"{url}&sas_file={tmp_path}/sas", {}).check()
        for environ in ({"AZURE_STORAGE_KEY": WRONG}, {"AZURE_STORAGE_SAS_TOKEN": "sig=wrong"}):
            with pytest.raises(RemoteRefused, match="does not take these credentials"):
                open_backend(url, environ).check()
        with pytest.raises(RemoteRefused, match="does not take these credentials"):
            open_backend(f"{url}&anonymous=1", {"AZURE_STORAGE_KEY": KEY}).check()
        assert fake.asked[0].path == f"/{ACCOUNT}/container/pre/fix/v1/check"


def test_a_connection_string() -> None:
    with HttpFake(Azure().answer).serving() as fake:
        place = f"BlobEndpoint=http://127.0.0.1:{fake.port}/{ACCOUNT};"
        text = f"DefaultEndpointsProtocol=http;AccountName={ACCOUNT};AccountKey={KEY};{place}"
        open_backend("az://container", {"AZURE_STORAGE_CONNECTION_STRING": text}).check()
        shared = f"{place}AccountName={ACCOUNT};SharedAccessSignature=sv=1&sig=right"
        open_backend("az://container", {"AZURE_STORAGE_CONNECTION_STRING": shared}).check()


def test_an_account_of_a_variable() -> None:
    with HttpFake(Azure().answer).serving() as fake:
        url = url_of(fake).replace(f"account={ACCOUNT}&", "")
        open_backend(url, {"AZURE_STORAGE_ACCOUNT": ACCOUNT, "AZURE_STORAGE_KEY": KEY}).check()


def test_whom_entra_knows() -> None:
    environ = {"AZURE_CLIENT_ID": "me", "AZURE_TENANT_ID": "team", "AZURE_CLIENT_SECRET": "geheim"}
    config = open_backend("az://c?account=a", environ)._objects._store.config  # type: ignore[attr-defined]
    assert (config["client_id"], config["tenant_id"]) == ("me", "team")


@pytest.mark.parametrize(
    ("url", "environ"),
    [
        ("az://?account=a", {}),
        ("az://c", {}),
        ("az://c?account=a&option=1", {}),
        ("az://c?account=a&key_file=/nonexistent", {}),
        ("az://c?account=a", {"AZURE_STORAGE_KEY": "geheim, and not base64"}),
    ],
)
def test_what_is_wrong(url: str, environ: dict[str, str]) -> None:
    with pytest.raises(ConfigError) as caught:
        open_backend(url, environ)
    assert "geheim" not in str(caught.value)
