"""Source packages of this machine's own Debian release, fetched by apt into a place of the tests.

    <cache>/debian/apt/        apt's own: where packages come from, what it knows of them, what it fetched
    <cache>/debian/lua5.4/     a package, unpacked; never built in

The machine's list of sources is read and stays as it is: of its mirror only the release itself is asked, neither its
updates nor its security archive, so that a package changes with a point release and not from one day to the next.
apt verifies signature and checksums.
"""

import platform
import tempfile
from pathlib import Path

from support.commands import cache_dir, run
from support.once import made_once


@made_once
def source_package(name: str, *, patched: bool = False) -> Path:
    """The unpacked source of a package, fetched at most once; as its makers released it, unless `patched` by Debian."""
    place = cache_dir() / "debian"
    found = place / (f"{name}-patched" if patched else name)
    if not found.exists():
        apt = _apt(place / "apt")
        with tempfile.TemporaryDirectory(dir=place) as directory:
            run([*apt, "source", "--download-only", name], cwd=directory).succeeded()
            (description,) = Path(directory).glob("*.dsc")
            how = [] if patched else ["--skip-patches"]
            unpack = ["dpkg-source", *how, "--extract", description, f"{directory}/unpacked"]
            run(unpack, cwd=directory).succeeded()
            Path(directory, "unpacked").rename(found)
    return found


def _apt(home: Path) -> list[str]:
    """apt-get with a configuration that knows the sources of the release. AssertionError: it cannot be asked."""
    for name in ("lists/partial", "cache/archives/partial"):
        (home / name).mkdir(parents=True, exist_ok=True)
    options = {
        "Dir::Etc::SourceList": home / "sources.list",
        "Dir::Etc::SourceParts": "/dev/null",
        "Dir::State::Lists": home / "lists",
        "Dir::Cache": home / "cache",
        "APT::Sandbox::User": "root",  # the user _apt may not write here
    }
    apt = ["apt-get", "-qq", *(word for name, value in options.items() for word in ("-o", f"{name}={value}"))]
    if not (home / "sources.list").exists():
        (home / "sources.list").write_text("".join(f"deb-src {line}\n" for line in _mirrors()))
    run([*apt, "update"]).succeeded()
    return apt


def _mirrors() -> list[str]:
    """URI, release and component of each mirror that this machine has its release from."""
    targets = ["apt-get", "indextargets", "--format", "$(REPO_URI) $(RELEASE) $(COMPONENT)"]
    said = run([*targets, "Created-By: Packages"]).succeeded().stdout
    release = platform.freedesktop_os_release()["VERSION_CODENAME"]
    return sorted({line for line in said.splitlines() if line.split()[1] == release})
