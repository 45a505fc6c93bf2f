"""All places: a backend that is not in this row was not seen to keep the contract."""

from support.remotes.buildgrid_server import buildgrid
from support.remotes.directory import directory
from support.remotes.place import Place, memory
from support.remotes.reapi import reapi_blake3, reapi_zstd

PLACES = (
    Place("memory", memory),
    Place("directory", directory),
    Place("buildgrid", buildgrid),
    Place("reapi-zstd", reapi_zstd),
    Place("reapi-blake3", reapi_blake3),
)
