"""Tables of the options of docker, podman and nerdctl: as much as it takes to find a subcommand and an image.

Read off `docker --help` 28.2, `podman --help` 4.3 and 5.4, nerdctl's command reference 2.1. An option that is new
since then and misread costs the cache at most: where the subcommand is not found, the call passes unchanged.
"""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Engine:
    """One engine: its name, and its global options that take the next word as their value."""

    name: str
    value_options: frozenset[str]


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


ENGINES: Final = {
    engine.name: engine
    for engine in (
        Engine(
            "docker", _words("--config -c --context -H --host -l --log-level --tlscacert --tlscert --tlskey")
        ),
        Engine(
            "podman",
            _words(
                "--cdi-spec-dir --cgroup-manager --conmon -c --connection --config --default-mounts-file"
                " --events-backend --hooks-dir --identity --imagestore --log-level --module --namespace"
                " --network-cmd-path --network-config-dir --out --pull-option --root --runroot --runtime"
                " --runtime-flag --ssh --storage-driver --storage-opt --tls-ca --tls-cert --tls-key --tmpdir --url"
                " --volumepath"
            ),
        ),
        Engine(
            "nerdctl",
            _words(
                "-a --address --bridge-ip --cdi-spec-dirs --cgroup-manager --cni-netconfpath --cni-path"
                " --data-root --global-dns --global-dns-opts --global-dns-search -H --host --host-gateway-ip"
                " --hosts-dir -n --namespace --snapshotter --storage-driver --userns-remap"
            ),
        ),
    )
}

COMPOSE_VALUE_OPTIONS: Final = _words(
    "--ansi --env-file -f --file --parallel --profile --progress -p --project-directory --project-name"
)
"""Options between `compose` and its subcommand that take the next word."""

RUN_SWITCHES: Final = _words(
    "-d --detach --disable-content-trust --env-host --help --http-proxy --init --insecure-registry -i --interactive"
    " --no-healthcheck --no-hostname --no-hosts --oom-kill-disable --passwd --privileged -P --publish-all -q --quiet"
    " --read-only --read-only-tmpfs --replace --rm --rmi --rootfs --sig-proxy --tls-verify -t --tty"
    " --unsetenv-all --use-api-socket"
)
"""Options of `run` and `create` that take no value; all others take the next word unless they have a `=`."""

RUN_SUBCOMMANDS: Final = ("run", "create")
