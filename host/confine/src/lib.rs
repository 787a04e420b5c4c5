//! Confinement: the process gives up what it does not need, before it reads what others wrote.
//!
//! A grader is held by the engine. Should the engine, the reader or the compiler have a hole, this is the wall behind it: on Linux,
//! Landlock leaves the process the files that it was started for and no TCP, and a seccomp filter takes away system calls that no
//! grading makes: sockets, tracing, mounting, loading kernel code, other users' rights, and starting programs, where none has to be
//! started. Neither can be undone, and children inherit both.

#[cfg(target_os = "linux")]
mod descriptors;
#[cfg(target_os = "linux")]
mod files;
#[cfg(target_os = "linux")]
mod system_calls;

use std::fs::File;
use std::path::Path;

/// What a process keeps. It is made of files that are open and of folders, which are opened at once: what a path leads to later is of no
/// account, and what is neither a regular file nor a folder cannot be kept.
#[derive(Debug, Default)]
pub struct Access {
    #[cfg(target_os = "linux")]
    files: Option<files::Files>,
    start_itself: bool,
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

    /// The process may read, write, make and remove regular files below this folder.
    pub fn write_below(&mut self, folder: &Path) {
        #[cfg(target_os = "linux")]
        self.files().write_below(folder);
        #[cfg(not(target_os = "linux"))]
        let _ = folder;
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
        let Access { files, start_itself } = access;
        let files = files.unwrap_or_else(files::Files::new).confine(start_itself);
        match (files, system_calls::confine(start_itself)) {
            (Ok(()), Ok(())) => Confinement::Full,
            (Err(lacking), Ok(())) | (Ok(()), Err(lacking)) => Confinement::Partial(lacking),
            (Err(files), Err(calls)) => Confinement::Off(format!("{files}; {calls}")),
        }
    }
    #[cfg(not(target_os = "linux"))]
    {
        let _ = access;
        Confinement::Off("only Linux has Landlock and seccomp".into())
    }
}

/// Closes all that this process inherited but its standard streams, so that it holds nothing that whoever started it forgot to keep to
/// itself. It is for programs that have opened nothing yet: files and the like that are open are closed beneath their owners.
#[must_use]
pub fn close_all_but_standard_streams() -> Confinement {
    #[cfg(target_os = "linux")]
    {
        match descriptors::close_all_but_standard_streams() {
            Ok(()) => Confinement::Full,
            Err(error) => Confinement::Off(format!("descriptors are not closed: {error}")),
        }
    }
    #[cfg(not(target_os = "linux"))]
    {
        Confinement::Off("only Linux closes all descriptors at once".into())
    }
}
