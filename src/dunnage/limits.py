"""Every bound that dunnage keeps, its unit last in the name, and what it rests on beside it.

A bound that the client must know, too, goes into the generated header (`dunnage.wire.header`).
"""

from typing import Final

# --- wire -----------------------------------------------------------------------------------------

CLIENT_FRAME_BYTES_MAX: Final = 16 * 1024 * 1024
"""The largest frame a client may send. A greeting carries argv and the environment, and Linux gives both
together at most 6 MiB (three quarters of the 8 MiB that `_STK_LIM` is)."""

DAEMON_FRAME_BYTES_MAX: Final = 1024 * 1024
"""The largest frame a daemon may send: what the client keeps as its only buffer."""

OUTPUT_CHUNK_BYTES_MAX: Final = 64 * 1024
"""What the client sends of a compiler's stream in one frame: the size of a pipe."""

FDS_PER_FRAME_MAX: Final = 64
"""Descriptors that travel with one frame. The kernel takes 253 (`SCM_MAX_FD`); a session must not starve others."""

PATHS_PER_FRAME_MAX: Final = 4096
"""Paths in one STAT. A unit with more inputs gets several frames."""

NAMES_PER_LISTING_MAX: Final = 65_536
"""Names in one LISTED; a larger directory answers E2BIG."""

STRINGS_PER_LIST_MAX: Final = 65_536
"""Words in argv, names in the environment."""

PORTABLE_ARGV_CHARS_MAX: Final = 200_000
"""A command line that portable mode may add words to: it goes back to the client in one frame, a character in at most
four bytes."""

CONNECT_TIMEOUT_MS: Final = 200
"""How long a client waits for a connection before it runs the compiler without us."""

SETTLE_TIMEOUT_S: Final = 10
"""How long `dunnage stats` and the like wait for what a build that has ended left to be stored; then they answer with
what there is. Less than `REPLY_TIMEOUT_S`, after which nobody listens any more."""

REPLY_TIMEOUT_S: Final = 20
"""How long either side waits for the other's answer, the run of a compiler excepted. The longest that a daemon has to
think is the first look at a toolchain: 350 MB to read, which takes a slow disk some seconds."""

OUTPUT_TIMEOUT_MS: Final = 5_000
"""How long a client waits for the daemon to take what the compiler says: the compiler stands still meanwhile.
A socket holds some 200 KB, so only a daemon that hangs makes it wait at all; then the run goes on without it."""

NOTES_DESCRIPTOR: Final = 240
"""The number of the memory file into which a linker notes what it reads: below the smallest common bound of open files
(256), above what a jobserver, a shell or make leaves open. In use, the client goes without."""

SEEN_BYTES_MAX: Final = 64 * 1024 * 1024
"""Room for what a program and its children note of what they look at; memory only as far as it is used. A note takes
some 150 bytes: a rustc makes some 500, the compilers of a large C library (400 files of 300 headers each) 30 MB."""

SEEN_TEXT_BYTES_MAX: Final = 8192
"""A path that an observed program noted: a working directory and a path below it, each of PATH_MAX."""

# --- keys -----------------------------------------------------------------------------------------

PATH_SETS_PER_UNIT_MAX: Final = 16
"""Path sets that a manifest keeps, newest first: branches of one project seldom differ in more ways."""

VARIANTS_PER_ACTION_MAX: Final = 16
"""Results of one action key that differ only in what they are bound to."""

ARCHIVES_PER_UNIT_MAX: Final = 1024
"""Libraries in `-L` directories that may count as inputs of one unit."""

LOOK_BACK_BYTES: Final = 4096
"""How much of a file's earlier bytes is kept in sight while it is searched for places: PATH_MAX."""

FILES_PER_PATH_SET_MAX: Final = 4096
"""Files that one run of a unit may have read: their descriptors are held until they are hashed. The largest crate
seen in practice (windows) has some 700."""

LISTINGS_PER_PATH_SET_MAX: Final = 1024
"""Directories that one run of a unit may have listed: each that is not as it was costs a lookup one question. A tree
of 1,024 directories that is taken in by `include_dir!` is a large one."""

PLACES_PER_PATH_SET_MAX: Final = 4096
"""Places that one run of a unit may have looked at or looked for in vain, by stat: they travel in the one frame of a
hit (`PATHS_PER_FRAME_MAX`)."""

C_PLACES_PER_PATH_SET_MAX: Final = 65536
"""The same for C: a header is looked for in each directory of the include path in front of its own. Five hundred
headers behind fifty directories are 25,000 places, which take a client 30 ms, and a compiler seconds."""

VARIABLES_PER_PATH_SET_MAX: Final = 1024
"""Variables that one run of a unit may have read: a shell has a hundred, a unit of cargo's some forty more."""

PARALLEL_HASH_BYTES_MIN: Final = 16 * 1024 * 1024
"""From how much on files are hashed by a thread for each core; below, making the threads takes longer."""

RACY_NS: Final = 50_000_000
"""A file changed less than this before it was read may change again with the same stamp. The coarsest kernel
clock in use ticks every 10 ms (CONFIG_HZ=100)."""

RACY_COARSE_NS: Final = 2_000_000_000
"""The same for stamps in whole seconds: FAT keeps two, old NFS servers one."""

ANSWERS_MAX: Final = 256
"""Answers of compilers to questions of cargo that a daemon remembers: three or four for each toolchain, target and set
of flags, some 2 KB each."""

AHEAD_FILES_MAX: Final = 1024
"""Files of a toolchain that is read before its first unit comes: their descriptors are held meanwhile. A toolchain has
some sixty, and thirty more for each target's standard library."""

MEMO_ENTRIES_MAX: Final = 200_000
"""Digests remembered by stat. 100,000 files are a large tree; an entry takes some 200 bytes."""

KEY_TEXTS_MAX: Final = 10_000
"""Texts of keys that are kept for who asks for them: some 50 MB."""

LINKERS_MAX: Final = 64
"""Linkers that a daemon remembers, by driver, words and PATH."""

ABSENT_PER_LINK_MAX: Final = 2048
"""Places in which a library of one link would have come first: some 40 libraries in some 20 directories."""

NOTES_BYTES_MAX: Final = 4 * 1024 * 1024
"""What a linker may note: each of its files twice, with its path. The largest program seen in practice (cargo-nextest)
has some 600 files in 150 KB."""

PART_CHARS_MAX: Final = 512
"""Characters of one part of a key that an entry keeps: a sentence shows 120 of them."""

RUN_PATHS_MAX: Final = 32_768
"""Paths that the run of a build script and its children may look at: eight frames of a hit (`PATHS_PER_FRAME_MAX`),
some 30 ms. A C library of 400 files (aws-lc) has some 3,000, a search of include directories in vain most of them."""

RUN_FILES_MAX: Final = 8192
"""Files and directories that a run may leave in OUT_DIR: twice what openssl's whole build makes."""

RUN_BYTES_MAX: Final = 1024 * 1024 * 1024
"""What they may hold together: a tenth of a store. Debug builds of LLVM are larger, and compile for an hour anyway."""

RUN_DEPTH_MAX: Final = 64
"""How deep directories in OUT_DIR may be nested."""

SOURCES_BYTES_MAX: Final = 8 * 1024 * 1024
"""Sources of one unit that are looked through for what they do with a variable: some 5 MB/s. Bindings that a build
script made are the largest, and take 1 MB."""

EXTRA_FILES_MAX: Final = 4096
"""Files that one package's extra inputs may be: as many as a path set holds."""

EXTRA_DIRECTORIES_MAX: Final = 1024
"""Directories that are listed for one package's extra inputs, each a round trip once, and a stat on every hit."""

EXTRA_DEPTH_MAX: Final = 64
"""Parts of a glob, and directories below one another that `**` goes into."""

EXTRAS_MAX: Final = 1024
"""Packages whose extra inputs a daemon remembers."""

PROJECT_FILE_BYTES_MAX: Final = 256 * 1024
"""How large a project's dunnage.toml may be."""

# --- results --------------------------------------------------------------------------------------

STREAM_BYTES_MAX: Final = 384 * 1024
"""stdout or stderr of a result that is kept; both fit into one EXIT frame with room to spare."""

OUTPUTS_PER_UNIT_MAX: Final = 64
"""Files in one WRITE: they travel in one frame with their descriptors. A result with more takes several."""

LISTED_OUTPUTS_MAX: Final = 1024
"""Files of one unit that only the compiler could name: their descriptors are held until they are stored. rustc makes at
most 256 codegen units unless told otherwise, and with `-C lto=thin --emit=asm` one for each of every crate."""

INLINE_BYTES_MAX: Final = 256 * 1024
"""Text that a restore carries in its frame (dep-info with today's paths); larger text is a blob's job."""

NOTICE_BYTES_MAX: Final = 64 * 1024
"""What a hit says before all its files are in place: as much as a pipe holds."""

# --- single flight ------------------------------------------------------------------------------

FLIGHT_WAIT_S: Final = 60
"""How old a compile may be for others to wait for it. Nearly all take seconds; one that takes longer may as well stand
still (Ctrl-Z), and then whoever waits has lost no more than this, once for each unit that stands."""

LANDINGS_KEPT_MAX: Final = 1024
"""Compiles that have ended, of which a session whose lookup was a moment too early learns that it was."""

FLIGHT_LOOK_S: Final = 1
"""How often a waiting session looks whether its client is still there. A client gives up after `REPLY_TIMEOUT_S`
without a word."""

# --- remotes ------------------------------------------------------------------------------------

AHEAD_BYTES_MAX: Final = 512 * 1024 * 1024
"""Blobs that are taken from a remote before anybody asks for them. A core opens some 400 MB of them in a second, and
longer than that cargo seldom takes before its first unit."""

# --- verify mode ----------------------------------------------------------------------------------

VERIFY_REPORTS_MAX: Final = 64
"""Reports that are kept; the oldest go. Whoever has more has one cause for most of them."""

VERIFY_LINE_CHARS_MAX: Final = 400
"""How much of a line a report quotes: a diagnostic is one line of JSON."""

# --- store ----------------------------------------------------------------------------------------

STORE_BYTES_DEFAULT: Final = 10 * 1024**3
"""The size that trim keeps to unless set: ccache's and sccache's default is 5 and 10 GiB."""

TRIM_TO_PERCENT: Final = 90
"""Trim goes below the limit so that not every new result trims again."""

COMMIT_INTERVAL_MS: Final = 100
"""Records are committed in batches; a kill -9 loses at most this much of them."""

STORE_BUSY_TIMEOUT_MS: Final = 5_000
"""How long a writer waits for another process at the same store; its transactions take milliseconds."""

WAL_BYTES_MAX: Final = 4 * 1024 * 1024
"""A write-ahead log larger than this is copied into the database behind everybody's back: SQLite's own 1,000 pages."""

DATABASE_CACHE_KIB: Final = 8 * 1024
"""Pages of the database that a process keeps; the kernel keeps the rest."""

MEMO_CACHED_MAX: Final = 65_536
"""Digests by stat kept in memory in front of the database: 260 bytes each, 17 MB in all."""

RECALLED_MAX: Final = 65_536
"""Action keys kept in memory by what was statted: 200 bytes each, 13 MB in all."""

LOCATED_MAX: Final = 2_048
"""Path sets kept in memory with their paths at today's places. One of C++ has nine hundred; the texts are shared."""

STAMPS_CACHED_MAX: Final = 16_384
"""Stamps of blobs kept in memory in front of the database: 350 bytes each, 6 MB in all."""

USED_PENDING_MAX: Final = 8_192
"""Hits whose stamps wait for the next commit: more than arrive in one interval."""

UNIT_NAMES_MAX: Final = 20_000
"""Units counted by name; the longest unused are forgotten."""

ACCOUNTS_MAX: Final = 10_000
"""Sessions without a hit that are kept for explanations: twenty builds of cargo-nextest from nothing."""

ACCOUNTS_BYTES_MAX: Final = 32 * 1024 * 1024
"""The room that they may take together; one takes some 2 kB."""

ACCOUNT_BYTES_MAX: Final = 256 * 1024
"""The room that one may take, compressed; a larger one is kept without the parts of its keys."""

ACCOUNTS_PENDING_MAX: Final = 1_024
"""Accounts that wait for the next commit, also while the disk is full."""

ACCOUNTS_PER_FORGETTING: Final = 256
"""Accounts between two looks at the bounds above, which take a millisecond."""

ACCOUNTS_COMPARED_MAX: Final = 64
"""Earlier entries of one family that a miss is compared with, the newest."""

QUARANTINE_FILES_MAX: Final = 16
"""Damaged files that are kept for whoever wants to know why."""

ORPHAN_AGE_S: Final = 600
"""A blob without a record younger than this may be waiting for it: compiles of one unit seldom take longer to store."""

FRESH_BLOBS_MAX: Final = 4_096
"""Blobs that were put and not recorded, before a search for those that nobody will: more than 64 sessions put at once
(`OUTPUTS_PER_UNIT_MAX`)."""

RESERVE_BYTES: Final = 256 * 1024
"""Set aside so that trim and clear work on a full disk: deleting one result logs some 15 pages of 4 KiB."""

TRIM_BATCH_RESULTS: Final = 64
"""Results that trim removes in one transaction: some 10 ms during which nothing else is written."""

# --- daemon ---------------------------------------------------------------------------------------

IDLE_TIMEOUT_S_DEFAULT: Final = 4 * 3600
"""A daemon without a session for this long ends itself."""

SESSIONS_MAX: Final = 512
"""Sessions at once; a further client is told to run its compiler without us."""

OFFERED_CONNECTIONS_MAX: Final = 512
"""Programs that are no clients, served at once at one place (setting `offer`), a thread and a descriptor or two each. A
forwarder brings at most 256."""

START_TIMEOUT_S: Final = 10
"""How long `dunnage run` waits for a daemon that it started."""

DRAIN_TIMEOUT_S: Final = 60
"""How long a shutdown waits for what is being stored; and for what is being sent, unless `drain_timeout` says else."""

LOG_BYTES_MAX: Final = 4 * 1024 * 1024
"""A log file is rotated once at this size."""

# --- containers -----------------------------------------------------------------------------------

ENGINE_ANSWER_TIMEOUT_S: Final = 10
"""How long a container engine may take to say what an image is; then the host's architecture is assumed. The doctor
gives every program that it asks as long."""
