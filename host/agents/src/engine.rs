//! The container engine, by Docker's interface, which Podman has too. Nothing is decided here.

use std::collections::HashMap;
use std::io;
use std::path::Path;
use std::pin::Pin;
use std::time::Duration;

use bollard::container::LogOutput;
use bollard::errors::Error;
use bollard::exec::{CreateExecOptions, StartExecOptions, StartExecResults};
use bollard::models::{
    BuildInfo, ContainerCreateBody, ContainerInspectResponse, ContainerSummary, DeviceRequest, HostConfig, Mount,
    MountType, ResourcesUlimits, SystemInfo,
};
use bollard::query_parameters::{
    BuildImageOptions, BuildImageOptionsBuilder, CreateContainerOptionsBuilder, DownloadFromContainerOptionsBuilder,
    InspectContainerOptionsBuilder, KillContainerOptionsBuilder, ListContainersOptionsBuilder,
    ListImagesOptionsBuilder, RemoveContainerOptionsBuilder, RemoveImageOptions,
};
use bollard::{API_DEFAULT_VERSION, Docker};
use futures_util::{Stream, StreamExt};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use tokio::net::{TcpStream, UnixStream};
use tokio::sync::mpsc;

use crate::AgentsError;
use crate::changes;
use crate::config::ContainerConfig;
use crate::incoming::Incoming;
use crate::metadata::Image;

/// Where the engine listens if nothing else is said.
const DEFAULT_HOST: &str = "unix:///var/run/docker.sock";

/// How long the engine may take to begin an answer, in seconds. Some copy a whole image for each container.
const PATIENCE: u64 = 900;

/// A container engine.
#[derive(Clone, Debug)]
pub struct Engine {
    docker: Docker,
    host: String,
}

/// What there is to know of an engine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EngineFacts {
    /// Its version, the machine's system, and where containers are stored.
    pub words: String,
    /// How many cores its machine has.
    pub cores: i64,
    /// How much memory, in bytes.
    pub memory: i64,
}

/// A container to be made.
pub struct Spec<'a> {
    /// What it is called.
    pub name: String,
    /// Its image, by its id.
    pub image: &'a str,
    /// What it begins with.
    pub command: Vec<String>,
    /// Its environment, as `NAME=value`.
    pub variables: Vec<String>,
    /// Its labels.
    pub labels: HashMap<String, String>,
    /// Folders of the machine, and where they are in it. None can be written to.
    pub mounts: Vec<(&'a Path, &'static str)>,
    /// What it may use.
    pub config: &'a ContainerConfig,
    /// Whether it is connected to the engine's network.
    pub has_network: bool,
    /// Whether it can do all that the machine's administrator can.
    pub privileged: bool,
    /// The largest file that it may write, in bytes.
    pub file_size: Option<u64>,
}

/// An image to be built.
pub struct BuildSpec<'a> {
    /// What it is called.
    pub name: &'a str,
    /// Its Dockerfile, from its folder.
    pub dockerfile: &'a str,
    /// What the Dockerfile asks for.
    pub arguments: &'a HashMap<String, String>,
    /// A label that it gets, and its value.
    pub label: (&'a str, &'a str),
    /// The engine's network for its steps; none: the engine's own choice.
    pub network: Option<&'a str>,
}

/// How a container is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ContainerState {
    /// Whether it runs.
    pub runs: bool,
    /// Whether a process of it was ended for want of memory.
    pub lacked_memory: bool,
}

/// What a container has written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// How many bytes. Empty files and folders have none.
    pub bytes: u64,
    /// How many files and folders it has made, changed or removed, counted to one more than was asked for; none if that was not asked.
    pub files: Option<u64>,
}

/// A container that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Its id.
    pub id: String,
    /// Its labels.
    pub labels: HashMap<String, String>,
    /// How much it has written, in bytes, if that was asked for.
    pub written: Option<u64>,
}

/// A command that runs in a container.
pub struct Execution {
    /// Its id.
    pub id: String,
    /// What it writes.
    pub output: Pin<Box<dyn Stream<Item = Result<LogOutput, Error>> + Send>>,
}

fn failed(what: &str) -> impl FnOnce(Error) -> AgentsError {
    let what = what.to_owned();
    move |error| {
        let message = match error {
            Error::DockerResponseServerError { message, .. } => message,
            error => error.to_string(),
        };
        AgentsError::Engine { what, message: message.trim().to_owned() }
    }
}

/// What can be done where an engine does not answer, and where it lets nobody in.
const START: &str = "start it, or name another by DOCKER_HOST, such as unix:///run/user/1000/podman/podman.sock";
const OF_GROUP: &str = "only the administrator and the socket's group may use it: become a member of that group, mostly `docker`, and log in anew";

/// Whether somebody listens at a host.
async fn connected(host: &str) -> io::Result<()> {
    match host.strip_prefix("unix://") {
        Some(path) => drop(UnixStream::connect(path).await?),
        None => drop(TcpStream::connect(address(host)).await?),
    }
    Ok(())
}

/// The address and port of a host that is no socket.
pub(crate) fn address(host: &str) -> &str {
    host.split_once("://").map_or(host, |(_, address)| address).trim_end_matches('/')
}

impl Engine {
    /// The engine at a host such as `unix:///run/podman/podman.sock`, else where Docker has it.
    ///
    /// # Errors
    ///
    /// If it does not answer.
    pub async fn connect(host: Option<&str>) -> Result<Self, AgentsError> {
        let host = host.filter(|host| !host.is_empty()).unwrap_or(DEFAULT_HOST);
        let is_local = host.starts_with("unix://");
        if !is_local && !host.starts_with("tcp://") && !host.starts_with("http://") {
            return Err(AgentsError::Address { host: host.to_owned() });
        }
        let unreachable =
            |message: String, hint: &'static str| AgentsError::Unreachable { host: host.to_owned(), message, hint };
        // The client's own error does not tell why.
        connected(host).await.map_err(|error| {
            let hint = if error.kind() == io::ErrorKind::PermissionDenied { OF_GROUP } else { START };
            unreachable(error.to_string(), hint)
        })?;
        let failed = |error: Error| unreachable(error.to_string(), START);
        let docker = if is_local {
            Docker::connect_with_unix(host, PATIENCE, API_DEFAULT_VERSION)
        } else {
            Docker::connect_with_http(host, PATIENCE, API_DEFAULT_VERSION)
        };
        let docker = docker.map_err(failed)?.negotiate_version().await.map_err(failed)?;
        Ok(Engine { docker, host: host.to_owned() })
    }

    /// What there is to know of it.
    ///
    /// # Errors
    ///
    /// If it does not tell.
    pub async fn facts(&self) -> Result<EngineFacts, AgentsError> {
        let SystemInfo { server_version, operating_system, driver, ncpu, mem_total, .. } =
            self.docker.info().await.map_err(failed("tell what it is"))?;
        let words = [server_version, operating_system, driver.map(|driver| format!("storage {driver}"))];
        let words = words.into_iter().flatten().collect::<Vec<_>>().join(", ");
        Ok(EngineFacts { words, cores: ncpu.unwrap_or(1), memory: mem_total.unwrap_or(0) })
    }

    /// The image of a name.
    ///
    /// # Errors
    ///
    /// If there is none.
    pub async fn image(&self, name: &str) -> Result<Image, AgentsError> {
        let found = self.docker.inspect_image(name).await.map_err(|error| match error {
            Error::DockerResponseServerError { status_code: 404, .. } => {
                AgentsError::NoImage { image: name.to_owned() }
            }
            error => failed("look up an image")(error),
        })?;
        let digests = found.repo_digests.unwrap_or_default();
        Ok(Image { name: name.to_owned(), id: found.id.unwrap_or_default(), digests })
    }

    /// Makes a container, and returns its id.
    ///
    /// # Errors
    ///
    /// If it cannot be made.
    pub async fn create(&self, spec: Spec<'_>) -> Result<String, AgentsError> {
        let options = CreateContainerOptionsBuilder::new().name(&spec.name).build();
        let made = self.docker.create_container(Some(options), body(spec)).await;
        Ok(made.map_err(failed("make a container"))?.id)
    }

    /// Starts a container.
    ///
    /// # Errors
    ///
    /// If it cannot be started.
    pub async fn start(&self, container: &str) -> Result<(), AgentsError> {
        self.docker.start_container(container, None).await.map_err(failed("start a container"))
    }

    /// Starts a command in a container.
    ///
    /// # Errors
    ///
    /// If it cannot be started.
    pub async fn execute(&self, container: &str, user: &str, command: Vec<String>) -> Result<Execution, AgentsError> {
        let options = CreateExecOptions {
            attach_stdout: Some(true),
            attach_stderr: Some(true),
            cmd: Some(command),
            user: Some(user.to_owned()),
            ..CreateExecOptions::default()
        };
        let made = self.docker.create_exec(container, options).await.map_err(failed("start a command"))?;
        let options = StartExecOptions { output_capacity: Some(64 << 10), ..StartExecOptions::default() };
        match self.docker.start_exec(&made.id, Some(options)).await.map_err(failed("start a command"))? {
            StartExecResults::Attached { output, .. } => Ok(Execution { id: made.id, output }),
            StartExecResults::Detached => {
                Ok(Execution { id: made.id, output: Box::pin(futures_util::stream::empty()) })
            }
        }
    }

    /// The exit code of a command, once it has ended.
    ///
    /// # Errors
    ///
    /// If the engine does not tell.
    pub async fn ended(&self, execution: &str) -> Result<Option<i64>, AgentsError> {
        let state = self.docker.inspect_exec(execution).await.map_err(failed("look up a command"))?;
        // One that has not begun yet has not ended either.
        Ok(if state.running == Some(true) { None } else { state.exit_code })
    }

    /// How a container is.
    ///
    /// # Errors
    ///
    /// If the engine does not tell.
    pub async fn state(&self, container: &str) -> Result<ContainerState, AgentsError> {
        let Inspected { state, .. } = self.inspected(container, false).await?;
        Ok(ContainerState { runs: state.running, lacked_memory: state.oom_killed })
    }

    /// What a container has written. That costs the engine time: it looks at all of it, and to count files often at all of the image.
    ///
    /// # Errors
    ///
    /// If the engine does not tell.
    pub async fn written(&self, container: &str, most_files: Option<u64>) -> Result<Written, AgentsError> {
        let what = "tell what a container has written";
        let unsaid = || AgentsError::Engine { what: what.into(), message: "its answer has no `SizeRw`".into() };
        let size = self.inspected(container, true).await?.size_rw;
        let bytes = size.and_then(|size| u64::try_from(size).ok()).ok_or_else(unsaid)?;
        let Some(most_files) = most_files else { return Ok(Written { bytes, files: None }) };
        let count = || changes::count(&self.host, container, most_files);
        if let Ok(files) = count().await {
            return Ok(Written { bytes, files: Some(files) });
        }
        // The engine gives up where a file goes while it looks, which an agent could see to.
        self.docker.pause_container(container).await.map_err(failed("pause a container"))?;
        let files = count().await;
        self.docker.unpause_container(container).await.map_err(failed("go on with a container"))?;
        let files = files.map_err(|error| AgentsError::Engine { what: what.into(), message: error.to_string() })?;
        Ok(Written { bytes, files: Some(files) })
    }

    async fn inspected(&self, container: &str, size: bool) -> Result<Inspected, AgentsError> {
        let options = InspectContainerOptionsBuilder::new().size(size).build();
        let found = self.docker.inspect_container(container, Some(options)).await;
        read(found.map(Inspected::from)).map_err(failed("look up a container"))
    }

    /// Sends a signal to a container's first process. One that has ended needs none.
    ///
    /// # Errors
    ///
    /// If it cannot be sent.
    pub async fn signal(&self, container: &str, signal: &str) -> Result<(), AgentsError> {
        let options = KillContainerOptionsBuilder::new().signal(signal).build();
        match self.docker.kill_container(container, Some(options.clone())).await {
            Ok(()) | Err(Error::DockerResponseServerError { status_code: 404, .. }) => Ok(()),
            // It has ended; or it is paused, since the process that paused it was killed, and the engine does not see to that.
            Err(Error::DockerResponseServerError { status_code: 409, .. }) => {
                if self.docker.unpause_container(container).await.is_ok() {
                    self.docker.kill_container(container, Some(options)).await.map_err(failed("end a container"))?;
                }
                Ok(())
            }
            // Podman calls it its own failure that a container has ended.
            Err(error) => match self.state(container).await {
                Ok(state) if !state.runs => Ok(()),
                _ => Err(failed("end a container")(error)),
            },
        }
    }

    /// An archive of a folder of a container, whether it runs or not; none if there is no such folder.
    ///
    /// # Errors
    ///
    /// If the engine does not hand it out.
    pub async fn archive(&self, container: &str, path: &str) -> Result<Option<Incoming>, AgentsError> {
        let (sender, mut receiver) = mpsc::channel(4);
        let (docker, container, path) = (self.docker.clone(), container.to_owned(), path.to_owned());
        tokio::spawn(async move {
            let options = DownloadFromContainerOptionsBuilder::new().path(&path).build();
            let mut chunks = Box::pin(docker.download_from_container(&container, Some(options)));
            while let Some(chunk) = chunks.next().await {
                let ended = chunk.is_err();
                // Whoever reads may have had enough.
                if sender.send(chunk).await.is_err() || ended {
                    return;
                }
            }
        });
        match receiver.recv().await {
            None | Some(Err(Error::DockerResponseServerError { status_code: 404, .. })) => Ok(None),
            Some(Err(error)) => Err(failed("hand out what an agent left")(error)),
            Some(Ok(chunk)) => Ok(Some(Incoming::new(receiver, chunk))),
        }
    }

    /// Removes a container and what it wrote, whatever it does. One that is not there is no error.
    ///
    /// # Errors
    ///
    /// If it cannot be removed.
    pub async fn remove(&self, container: &str) -> Result<(), AgentsError> {
        let options = RemoveContainerOptionsBuilder::new().force(true).v(true).build();
        for _ in 0..100 {
            match self.docker.remove_container(container, Some(options.clone())).await {
                Err(Error::DockerResponseServerError { status_code: 404, .. }) => return Ok(()),
                // Another removal is under way; it is over when there is no such container.
                Err(Error::DockerResponseServerError { status_code: 409, .. }) => {
                    tokio::time::sleep(Duration::from_millis(200)).await;
                }
                removed => return removed.map_err(failed("remove a container")),
            }
        }
        Err(AgentsError::Engine {
            what: "remove a container".into(),
            message: "it is still there after 20 seconds".into(),
        })
    }

    /// The containers that have a label, of this value if one is given, whether they run or not; what they have written costs time.
    ///
    /// # Errors
    ///
    /// If the engine does not list them.
    pub async fn labelled(&self, label: &str, value: Option<&str>, written: bool) -> Result<Vec<Found>, AgentsError> {
        let label = value.map_or_else(|| label.to_owned(), |value| format!("{label}={value}"));
        let filters = HashMap::from([("label", vec![label])]);
        let options = ListContainersOptionsBuilder::new().all(true).size(written).filters(&filters).build();
        let found = self.docker.list_containers(Some(options)).await;
        let found = found.map(|found| found.into_iter().map(Listed::from).collect::<Vec<_>>());
        let found = read(found).map_err(failed("list containers"))?.into_iter().filter_map(|found| {
            let size = found.size_rw.and_then(|size| u64::try_from(size).ok());
            Some(Found { id: found.id?, labels: found.labels?, written: size.filter(|_| written) })
        });
        Ok(found.collect())
    }

    /// The images that have a label and no name, by their ids.
    ///
    /// # Errors
    ///
    /// If the engine does not list them.
    pub async fn nameless(&self, label: &str) -> Result<Vec<String>, AgentsError> {
        let filters = HashMap::from([("label", vec![label]), ("dangling", vec!["true"])]);
        let options = ListImagesOptionsBuilder::new().filters(&filters).build();
        let found = self.docker.list_images(Some(options)).await.map_err(failed("list images"))?;
        Ok(found.into_iter().map(|image| image.id).collect())
    }

    /// Removes an image. One that a container is of stays; whether it was removed.
    ///
    /// # Errors
    ///
    /// If it cannot be removed.
    pub async fn remove_image(&self, id: &str) -> Result<bool, AgentsError> {
        match self.docker.remove_image(id, None::<RemoveImageOptions>, None).await {
            Err(Error::DockerResponseServerError { status_code: 404, .. }) => Ok(true),
            Err(Error::DockerResponseServerError { status_code: 409, .. }) => Ok(false),
            removed => removed.map(|_| true).map_err(failed("remove an image")),
        }
    }

    /// Builds an image of an archive of its folder, and tells what the engine says of it.
    ///
    /// # Errors
    ///
    /// If it cannot be built.
    pub async fn build(
        &self,
        spec: BuildSpec<'_>,
        archive: Vec<u8>,
        mut told: impl FnMut(&str),
    ) -> Result<(), AgentsError> {
        let BuildSpec { name, dockerfile, arguments, label, network } = spec;
        let options = BuildImageOptionsBuilder::new().t(name).dockerfile(dockerfile).buildargs(arguments);
        let options = options.labels(&HashMap::from([label])).rm(true).forcerm(true);
        let options: BuildImageOptions = match network {
            Some(network) => options.networkmode(network).build(),
            None => options.build(),
        };
        let what = format!("build the image {name}");
        let mut steps = Box::pin(self.docker.build_image(options, None, Some(bollard::body_full(archive.into()))));
        while let Some(step) = steps.next().await {
            let BuildInfo { stream, status, error_detail, .. } = step.map_err(failed(&what))?;
            if let Some(detail) = error_detail {
                return Err(AgentsError::Engine { what, message: detail.message.unwrap_or_default() });
            }
            for text in [stream, status].into_iter().flatten() {
                told(&text);
            }
        }
        Ok(())
    }
}

/// What is needed of a container that was looked up.
#[derive(Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
struct Inspected {
    #[serde(rename = "State")]
    state: InspectedState,
    #[serde(rename = "SizeRw")]
    size_rw: Option<i64>,
}

#[derive(Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
struct InspectedState {
    #[serde(rename = "Running")]
    running: bool,
    #[serde(rename = "OOMKilled")]
    oom_killed: bool,
}

impl From<ContainerInspectResponse> for Inspected {
    fn from(found: ContainerInspectResponse) -> Self {
        let state = found.state.unwrap_or_default();
        let (running, oom_killed) = (state.running.unwrap_or_default(), state.oom_killed.unwrap_or_default());
        Inspected { state: InspectedState { running, oom_killed }, size_rw: found.size_rw }
    }
}

/// What is needed of a container in a list.
#[derive(Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
struct Listed {
    #[serde(rename = "Id")]
    id: Option<String>,
    #[serde(rename = "Labels")]
    labels: Option<HashMap<String, String>>,
    #[serde(rename = "SizeRw")]
    size_rw: Option<i64>,
}

impl From<ContainerSummary> for Listed {
    fn from(found: ContainerSummary) -> Self {
        Listed { id: found.id, labels: found.labels, size_rw: found.size_rw }
    }
}

/// An answer, or as much of it as is needed: Podman has states of containers that Docker has no words for.
fn read<T: DeserializeOwned>(answer: Result<T, Error>) -> Result<T, Error> {
    match answer {
        Err(Error::JsonDataError { contents, message, column }) => match serde_json::from_str(&contents) {
            Ok(needed) => Ok(needed),
            Err(_) => Err(Error::JsonDataError { contents, message, column }),
        },
        answer => answer,
    }
}

fn body(spec: Spec<'_>) -> ContainerCreateBody {
    let Spec { name: _, image, command, variables, labels, mounts, config, has_network, privileged, file_size } = spec;
    let mounts = mounts.into_iter().map(|(from, to)| Mount {
        target: Some(to.to_owned()),
        source: Some(from.display().to_string()),
        typ: Some(MountType::BIND),
        read_only: Some(true),
        ..Mount::default()
    });
    let gpus = DeviceRequest {
        count: Some(config.gpus),
        capabilities: Some(vec![vec!["gpu".to_owned()]]),
        ..DeviceRequest::default()
    };
    let file_size = file_size.and_then(|bytes| i64::try_from(bytes).ok()).map(|bytes| ResourcesUlimits {
        name: Some("fsize".into()),
        soft: Some(bytes),
        hard: Some(bytes),
    });
    let host_config = HostConfig {
        memory: config.mem_limit,
        memory_swap: config.memswap_limit.or(config.mem_limit),
        shm_size: config.shm_size,
        nano_cpus: config.nano_cpus,
        cpuset_cpus: config.cpuset_cpus.clone(),
        pids_limit: Some(config.pids_limit),
        runtime: config.runtime.clone(),
        device_requests: (config.gpus != 0).then(|| vec![gpus]),
        storage_opt: (!config.storage_opt.is_empty()).then(|| config.storage_opt.iter().cloned().collect()),
        cap_drop: (!config.cap_drop.is_empty()).then(|| config.cap_drop.clone()),
        ulimits: file_size.map(|limit| vec![limit]),
        mounts: Some(mounts.collect()),
        network_mode: (!has_network).then(|| "none".to_owned()),
        privileged: Some(privileged),
        security_opt: (!privileged).then(|| vec!["no-new-privileges".to_owned()]),
        ..HostConfig::default()
    };
    ContainerCreateBody {
        image: Some(image.to_owned()),
        // What the image begins with is its own checker, beside answers that are not there.
        entrypoint: Some(command),
        cmd: Some(Vec::new()),
        user: Some("0".into()),
        env: Some(variables),
        labels: Some(labels),
        host_config: Some(host_config),
        ..ContainerCreateBody::default()
    }
}

#[cfg(test)]
mod tests;
