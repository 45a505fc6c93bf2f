"""A package whose dependencies bring along C: libgit2 with what it needs, zlib, zstd, sqlite. It uses all of them."""

from pathlib import Path
from typing import Final

from support.projects import fetch_dependencies, small

DEPENDENCIES: Final = """\
libgit2-sys = { version = "=0.18.3", default-features = false }
libsqlite3-sys = { version = "=0.35.0", features = ["bundled"] }
libz-sys = { version = "=1.1.23", features = ["static"] }
zstd-sys = { version = "=2.0.16", default-features = false }
"""

PROGRAM: Final = """
use std::ffi::CStr;

fn main() {
    unsafe {
        assert_eq!(libgit2_sys::git_libgit2_init(), 1);
        let mut database = std::ptr::null_mut();
        assert_eq!(libsqlite3_sys::sqlite3_open(c":memory:".as_ptr(), &mut database), 0);
        let made = c"create table t(x); insert into t values (40), (2);";
        let ignored = std::ptr::null_mut();
        assert_eq!(libsqlite3_sys::sqlite3_exec(database, made.as_ptr(), None, ignored, std::ptr::null_mut()), 0);
        let mut question = std::ptr::null_mut();
        let text = c"select sum(x) from t";
        libsqlite3_sys::sqlite3_prepare_v2(database, text.as_ptr(), -1, &mut question, std::ptr::null_mut());
        assert_eq!(libsqlite3_sys::sqlite3_step(question), libsqlite3_sys::SQLITE_ROW);
        let sum = libsqlite3_sys::sqlite3_column_int(question, 0);
        let crc = libz_sys::crc32(0, b"dunnage".as_ptr(), 7);
        let mut packed = [0u8; 200];
        let text = [b'x'; 1000];
        let size = zstd_sys::ZSTD_compress(packed.as_mut_ptr().cast(), 200, text.as_ptr().cast(), 1000, 3);
        let mut back = [0u8; 1000];
        zstd_sys::ZSTD_decompress(back.as_mut_ptr().cast(), 1000, packed.as_ptr().cast(), size);
        assert_eq!(back, text);
        assert!(!CStr::from_ptr(libsqlite3_sys::sqlite3_libversion()).to_bytes().is_empty());
        println!("{sum} {crc:08x}");
    }
}
"""


def package(directory: Path) -> tuple[Path, Path]:
    """Write it, and fetch what it needs; its directory and the cargo home."""
    source = small(directory, name="drags", dependencies=DEPENDENCIES)
    (source / "src/main.rs").write_text(PROGRAM)
    return source, fetch_dependencies(source)
