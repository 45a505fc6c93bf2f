"""All places: a backend that is not in this row was not seen to keep the contract."""

from support.remotes.gha_service import gha
from support.remotes.place import Place, memory

PLACES = (
    Place("memory", memory),
    Place("gha", gha),
)
