// What Rust's standard library does when a macro or a build script looks around.
use std::process::{Command, Stdio};
use std::{env, fs, io::Write, thread, time::SystemTime};

fn main() {
    let _ = fs::read_to_string("read");
    let _ = fs::metadata("metadata");
    let _ = fs::symlink_metadata("symlink_metadata");
    let _ = std::path::Path::new("exists").exists();
    let _ = fs::canonicalize("canonicalize");
    let _ = fs::read_link("read_link");
    for entry in fs::read_dir("listed").unwrap() {
        let _ = entry.unwrap().metadata();
    }
    let _ = env::var("VARIABLE");
    let _ = env::var_os("VARIABLE_OS");
    fs::write("written", "x").unwrap();
    fs::copy("written", "copied").unwrap();
    fs::OpenOptions::new().append(true).open("written").unwrap().write_all(b"y").unwrap();
    fs::rename("copied", "renamed").unwrap();
    fs::create_dir_all("made/below").unwrap();
    fs::remove_dir_all("made").unwrap();
    fs::remove_file("renamed").unwrap();
    thread::scope(|scope| {
        for i in 0..4 {
            scope.spawn(move || fs::metadata(format!("thread-{i}")).is_ok());
        }
    });
    let says = env::args().nth(1).unwrap();
    // By posix_spawn, by fork and exec, with another environment, and by name.
    let _ = Command::new(&says).stdout(Stdio::null()).status();
    let _ = Command::new(&says).current_dir("listed").env("A", "b").output();
    let _ = Command::new(&says).env_clear().output();
    let _ = Command::new("says-nowhere").output();
    let _ = Command::new("sh").args(["-c", "cat by-shell"]).output();
    if env::args().nth(2).is_some() {
        let _ = SystemTime::now();
        let _ = thread::available_parallelism();
        let _ = std::net::TcpListener::bind("127.0.0.1:0");
    }
    print!("{}", env::vars().map(|(name, value)| format!("{name}={value}\n")).collect::<String>());
}
