"""All places: a backend that is not in this row was not seen to keep the contract."""

from support.remotes.azure import azure
from support.remotes.bazel_remote import bazel_remote
from support.remotes.buildgrid_server import buildgrid
from support.remotes.directory import directory
from support.remotes.gcs import gcs
from support.remotes.gha_service import gha
from support.remotes.moto import moto
from support.remotes.nginx import nginx_cache, nginx_dav
from support.remotes.place import Place, memory
from support.remotes.reapi import reapi_blake3, reapi_zstd
from support.remotes.redis_server import redis, redis_socket
from support.remotes.wsgidav import wsgidav

PLACES = (
    Place("memory", memory),
    Place("directory", directory),
    Place("nginx-cache", nginx_cache),
    Place("bazel-remote", bazel_remote),
    Place("nginx-dav", nginx_dav),
    Place("wsgidav", wsgidav, crowds=False),
    Place("s3-moto", moto),
    Place("azure", azure),
    Place("gcs", gcs),
    Place("redis", redis),
    Place("redis-socket", redis_socket),
    Place("buildgrid", buildgrid),
    Place("reapi-zstd", reapi_zstd),
    Place("reapi-blake3", reapi_blake3),
    Place("gha", gha, crowds=False),
)
