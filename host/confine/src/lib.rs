//! Confinement: the process gives up what it does not need, before it reads what others wrote.
//!
//! A grader is held by the engine. Should the engine, the reader or the compiler have a hole, this is the wall behind it: on Linux,
//! Landlock leaves the process the files that it was started for and no TCP, and a seccomp filter takes away system calls that no
//! grading makes: sockets, tracing, mounting, loading kernel code, changing whose files are, other users' rights and processes, and starting
//! programs, where none has to be started. Root gives up what it may do beyond others, but for reading and writing others' files. None of
//! it can be undone, and children inherit it.
//!
//! A worker process, which runs what strangers wrote, keeps less: no file at all, no capability, and no system call but those that
//! computing takes.

#[cfg(target_os = "linux")]
mod capabilities;
#[cfg(target_os = "linux")]
mod descriptors;
#[cfg(target_os = "linux")]
mod files;
#[cfg(target_os = "linux")]
mod system_calls;

use std::ffi::OsString;
use std::fs::File;
use std::path::Path;

/// What a process keeps. It is made of files that are open and of folders, which are opened at once: what a path leads to later is of no
/// account, and what is neither a regular file nor a folder cannot be kept.
#[derive(Debug, Default)]
pub struct Access {
    #[cfg(target_os = "linux")]
    files: Option<files::Files>,
    start_itself: bool,
    accept: bool,
}

/// How far a process is confined.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Confinement {
    /// As far as this module goes.
    Full,
    /// In part: why.
    Partial(String),
    /// Not at all: why.
    Off(String),
}

impl Access {
    /// Nothing at all.
    #[must_use]
    pub fn none() -> Self {
        Access::default()
    }

    /// The process may read this file, which is a regular one. It may be closed then, and opened again.
    pub fn read(&mut self, file: &File) {
        #[cfg(target_os = "linux")]
        if file.metadata().is_ok_and(|metadata| metadata.is_file()) {
            self.files().read_file(file);
        }
        #[cfg(not(target_os = "linux"))]
        let _ = file;
    }

    /// The process may read below this folder.
    pub fn read_below(&mut self, folder: &Path) {
        #[cfg(target_os = "linux")]
        self.files().read_below(folder);
        #[cfg(not(target_os = "linux"))]
        let _ = folder;
    }

    /// The process may read, write, make and remove regular files below this folder.
    pub fn write_below(&mut self, folder: &Path) {
        #[cfg(target_os = "linux")]
        self.files().write_below(folder);
        #[cfg(not(target_os = "linux"))]
        let _ = folder;
    }

    /// The process may keep below this folder what it is given: it reads, writes, makes, moves and removes regular files there, and makes
    /// folders.
    pub fn keep_below(&mut self, folder: &Path) {
        #[cfg(target_os = "linux")]
        self.files().keep_below(folder);
        #[cfg(not(target_os = "linux"))]
        let _ = folder;
    }

    /// The process may remove files below this folder, which it can neither read nor write by this.
    pub fn remove_files_below(&mut self, folder: &Path) {
        #[cfg(target_os = "linux")]
        self.files().remove_files_below(folder);
        #[cfg(not(target_os = "linux"))]
        let _ = folder;
    }

    /// The process may remove folders below this folder, which only those are that are empty.
    pub fn remove_folders_below(&mut self, folder: &Path) {
        #[cfg(target_os = "linux")]
        self.files().remove_folders_below(folder);
        #[cfg(not(target_os = "linux"))]
        let _ = folder;
    }

    /// The process may take connections at sockets that listen already. It can neither open sockets nor connect to any.
    pub fn accept(&mut self) {
        self.accept = true;
    }

    /// The process may start itself again, as it does to run components that others made. It can start nothing else; without this, it can
    /// start threads, and no process.
    pub fn start_itself(&mut self) {
        self.start_itself = true;
    }

    #[cfg(target_os = "linux")]
    fn files(&mut self) -> &mut files::Files {
        self.files.get_or_insert_with(files::Files::new)
    }
}

/// Confines the calling thread and all threads and processes that it starts from now on. What others still run keep their files, so this
/// comes before the first thread.
#[must_use]
pub fn confine(access: Access) -> Confinement {
    #[cfg(target_os = "linux")]
    {
        let Access { files, start_itself, accept } = access;
        lacking([
            capabilities::gain_nothing(),
            files.unwrap_or_else(files::Files::new).confine(start_itself),
            capabilities::give_up(Some(capabilities::DAC_OVERRIDE)),
            system_calls::confine(start_itself, accept),
        ])
    }
    #[cfg(not(target_os = "linux"))]
    {
        let _ = access;
        Confinement::Off("only Linux has Landlock and seccomp".into())
    }
}

/// A worker process, which gets all that it needs through its standard streams, before it is confined: what was open is closed, and what it
/// opens from here on it keeps.
#[derive(Debug)]
#[must_use]
pub struct Worker {
    #[cfg(target_os = "linux")]
    closed: Result<(), String>,
}

impl Worker {
    /// Closes all descriptors of this process but its standard streams.
    pub fn new() -> Self {
        Worker {
            #[cfg(target_os = "linux")]
            closed: descriptors::close_all_but_standard_streams().map_err(|error| format!("descriptors: {error}")),
        }
    }

    /// Confines the process, which keeps no file, no capability, and no system call but those that computing takes: memory, threads, clocks,
    /// and the streams.
    #[must_use]
    pub fn confine(self) -> Confinement {
        #[cfg(target_os = "linux")]
        {
            lacking([
                self.closed,
                capabilities::gain_nothing(),
                files::Files::new().confine(false),
                capabilities::give_up(None),
                system_calls::confine_worker(),
            ])
        }
        #[cfg(not(target_os = "linux"))]
        Confinement::Off("only Linux has Landlock and seccomp".into())
    }
}

impl Default for Worker {
    fn default() -> Self {
        Worker::new()
    }
}

#[cfg(target_os = "linux")]
fn lacking<const STEPS: usize>(done: [Result<(), String>; STEPS]) -> Confinement {
    let lacking: Vec<String> = done.into_iter().filter_map(Result::err).collect();
    match lacking.len() {
        0 => Confinement::Full,
        all if all == STEPS => Confinement::Off(lacking.join("; ")),
        _ => Confinement::Partial(lacking.join("; ")),
    }
}

/// Closes what this process inherited from whoever started it, but its standard streams and what `arguments` name, as a shell does when a
/// command takes another one's output for a file (`/dev/fd/63`). What is named no program inherits that this one starts. It is for programs
/// that have opened nothing yet: files and the like that are open are closed beneath their owners.
pub fn close_inherited(arguments: impl IntoIterator<Item = OsString>) {
    #[cfg(target_os = "linux")]
    descriptors::close_inherited(arguments);
    #[cfg(not(target_os = "linux"))]
    drop(arguments);
}
