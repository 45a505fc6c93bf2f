"""The bounds of what dunnage does with remotes, as `dunnage.limits` has the others."""

from typing import Final

# --- remotes --------------------------------------------------------------------------------------

REMOTE_RECORD_BYTES_MAX: Final = 4 * 1024 * 1024
"""A record on a remote: a manifest of sixteen path sets of C++ has 1 MB, a result with both its streams as much."""

REMOTE_BLOBS_PER_RECORD_MAX: Final = 16_384
"""Blobs that a record may refer to: twice what a run of a build script may leave (`RUN_FILES_MAX`)."""

REMOTE_BLOB_BYTES_MAX: Final = 2 * 1024**3
"""A blob that is sent or fetched: what cargo caches of one crate is seldom larger than a tenth of this."""

REMOTE_IN_MEMORY_BYTES_MAX: Final = 8 * 1024 * 1024
"""A compressed blob up to this size is kept in memory on its way; a larger one in a temporary file."""

REMOTE_DAMAGED_REMEMBERED_MAX: Final = 1024
"""Blobs that a remote has damaged and that are to be put again: more means that the remote is no good."""

REMOTE_NAMES_REMEMBERED_MAX: Final = 65_536
"""What blobs are called on a remote with another digest function: some 250 bytes each, 16 MB in all."""

REMOTE_REDIS_PIECE_BYTES: Final = 8 * 1024 * 1024
"""How much of a blob one value holds, and how much travels in one pipeline: a server serves nobody else for the 10 ms
that it takes. A value may have 512 MB."""

REMOTE_REDIS_ANSWER_BYTES_MAX: Final = 48 * 1024 * 1024
"""The largest answer of one pipeline: eight records of 4 MiB, and what zstd adds to them."""

REMOTE_TEMPORARY_AGE_S: Final = 24 * 3600
"""A file that a writer began in a shared directory and left for this long will not be ended."""

REMOTE_ZSTD_LEVEL: Final = 3
"""Of zstd's levels the last that is worth its time: 3.3 times smaller at 300 MB/s; level 9 gains 5 percent more."""

REMOTE_ZSTD_WINDOW_BYTES_MAX: Final = 8 * 1024 * 1024
"""How much memory a frame may make us take; level 3 asks for 2 MiB at most."""

REMOTE_CONNECT_TIMEOUT_S: Final = 2
"""How long a connection to a remote may take: whoever is farther away is slower than a compiler."""

REMOTE_REQUEST_TIMEOUT_S: Final = 30
"""How long one request may take; who waits for it has a deadline of his own."""

REMOTE_CHECK_TIMEOUT_S: Final = 10
"""How long a remote may take to show that it is there, when somebody asks for that: `dunnage.limits.REPLY_TIMEOUT_S`
is how long the command line waits for the daemon's answer."""

REMOTE_TRANSFER_TIMEOUT_S: Final = 600
"""How long a blob may be on its way, each wait for its next bytes below `REMOTE_REQUEST_TIMEOUT_S`: the largest one at
3.5 MB/s. Only libraries that count from the beginning of a request to the end of its body need it."""

REMOTE_CONNECTIONS_MAX: Final = 32
"""Connections to one remote, of all sessions together; who needs one more waits."""

REMOTE_PARALLEL_MAX: Final = 8
"""Requests that one call to a backend makes at once, where it takes things one by one."""

REMOTE_REQUESTS_MAX: Final = 16
"""Calls that are on their way to one remote at once."""

REMOTE_BYTES_IN_FLIGHT_MAX: Final = 256 * 1024 * 1024
"""Bytes of blobs that are on their way to or from one remote at once; what is larger goes alone."""

REMOTE_TRIES_MAX: Final = 3
"""How often a request is made that a remote was not available for."""

REMOTE_PAUSE_S: Final = 0.1
"""The pause before the second try, doubled before each later one, times 0.5 to 1.5 by chance."""

REMOTE_ALONE_S: Final = 10
"""How long a remote is left alone that asks for it and does not say how long."""

REMOTE_ALONE_S_MAX: Final = 600
"""How long at most, whatever it says."""

REMOTE_VAIN_S_MAX: Final = 2.0
"""How long sessions may wait in vain for a remote, all together, before it is not asked for a while."""

REMOTE_LOOK_AGAIN_S: Final = 30
"""How often one request looks whether a remote that is not asked is back."""

REMOTE_WAIT_S_MIN: Final = 1.0
"""A session waits that long for what a remote has, even where compiling would have been faster: what takes so little to
compile is soon fetched, too, and what is waited in vain adds up to `REMOTE_VAIN_S_MAX` at most."""

REMOTE_WAITING_MAX: Final = 20_000
"""Results that wait to be sent: 300 bytes each; their blobs are in the store."""

REMOTE_DRAIN_PAUSE_S: Final = 1
"""The pause between tries while somebody waits until all is sent."""

REMOTE_BATCH_MAX: Final = 64
"""Results that are sent together."""
# --- GitHub's cache -------------------------------------------------------------------------------

GHA_SHARE_BYTES_DEFAULT: Final = 1024**3
"""What the packs of one lane may take: of the 10 GB that a repository has, so that eight lanes fit beside what other
actions keep. Four hundred units of a project in Rust take 100 to 200 MB, compressed."""

GHA_PACK_BYTES_MAX: Final = 256 * 1024 * 1024
"""What is packed into one pack, unless a single blob is larger: five seconds at 50 MB/s."""

GHA_PACK_FULL_BYTES: Final = GHA_PACK_BYTES_MAX // 2
"""From this size on a pack is left as it is, as long as most of it is in use."""

GHA_SMALL_PACKS_MAX: Final = 4
"""Packs below that size that a job leaves behind. A job asks once for the manifest, once for each pack, once more for
the manifest when it saves, and twice for each of the two things that it saves: ten in all."""

GHA_PACKS_MAX: Final = 64
"""Packs that a manifest may list: 16 GiB of full ones."""

GHA_PACK_OBJECTS_MAX: Final = 200_000
"""Blobs in one pack: ten times what compilers leave in 256 MiB."""

GHA_DEAD_PERCENT_MAX: Final = 40
"""A pack of which more than this is cold is repacked."""

GHA_HOT_JOBS: Final = 4
"""What none of so many saving jobs has used is cold: lanes are shared by a few jobs that build different parts."""

GHA_IDLE_JOBS_MAX: Final = 64
"""A record that none of so many saving jobs has used is forgotten."""

GHA_MANIFEST_BYTES_MAX: Final = 128 * 1024 * 1024
"""A manifest, plain: 2,000 records of C++ with 50 kB each. It is kept in memory."""

GHA_ANSWER_BYTES_MAX: Final = 64 * 1024
"""An answer of the service: a URL of some 500 characters."""

GHA_PUT_BYTES_MAX: Final = 128 * 1024 * 1024
"""Up to this size an upload is one request, as GitHub's own client has it."""

GHA_BLOCK_BYTES: Final = 64 * 1024 * 1024
"""A part of a larger one, as GitHub's own client has it."""

GHA_STREAMS_MAX: Final = 4
"""Packs that arrive at once, and blocks that are sent at once."""

GHA_PIECE_BYTES: Final = 64 * 1024
"""What is read of a stream at once: a blob is there as soon as its last byte is."""

GHA_JUMP_BYTES: Final = 16 * 1024 * 1024
"""A blob so far ahead of what has arrived is fetched on its own: a third of a second at 50 MB/s, a request 20 ms."""

GHA_WAIT_S: Final = 30
"""How long one call waits for blobs that are on their way; who calls has a deadline of his own."""

GHA_RESUMES_MAX: Final = 3
"""How often a stream that broke is taken up again where it broke."""

GHA_NAMES_MAX: Final = 3
"""Names that one upload tries: another where one is taken, or where the URL expired meanwhile."""

GHA_BUSY_S: Final = 60
"""How long the service is left alone when it does not say how long: its limits are by the minute."""

GHA_BUSY_S_MAX: Final = 3600
"""The longest that it is believed."""

# --- remotes over the Remote Execution API -------------------------------------------------------

REAPI_MESSAGE_BYTES_MAX: Final = 4 * 1024 * 1024
"""A message of the Remote Execution API: gRPC's own bound, which servers seldom raise."""

REAPI_BATCH_BYTES_MAX: Final = REAPI_MESSAGE_BYTES_MAX - 64 * 1024
"""Blobs in one message, with what each costs beside its bytes: room is left for what stands around them."""

REAPI_BATCH_BLOBS_MAX: Final = 1_000
"""Blobs in one message: servers look at them one after another before they answer."""

REAPI_PIECE_BYTES: Final = 256 * 1024
"""A piece of a byte stream."""

REAPI_INLINE_BYTES_MAX: Final = 256 * 1024
"""A record's body up to this size stands in its action result; a larger one is a blob: some take 2 MB at most."""

REAPI_IDLE_TIMEOUT_S: Final = 120
"""A connection that nobody used for this long is closed: what stands between forgets one after four minutes or so,
and then a request on it waits for its whole timeout."""

REAPI_BYTES_PER_S_MIN: Final = 1_000_000
"""A large blob's request may take longer by its size over this: what comes slower is compiled sooner."""

REAPI_DETAILS_CHARS_MAX: Final = 200
"""How much of what a server says of an error is shown."""
