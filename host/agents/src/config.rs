//! What containers may use, in the form of the reference's `--container-config`: a JSON object whose fields go to the engine.

use assay_types::excerpt::excerpt;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::AgentsError;

/// The largest such file, in bytes.
pub const MAX_BYTES: u64 = 1 << 20;

/// How many processes and threads a container has at most, if nothing else is said.
const PROCESSES: i64 = 4096;

/// What a container may use.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ContainerConfig {
    /// Memory, in bytes.
    pub mem_limit: Option<i64>,
    /// Memory and swap, in bytes [default: as much as memory, so that there is no swap].
    pub memswap_limit: Option<i64>,
    /// What `/dev/shm` may hold, in bytes.
    pub shm_size: Option<i64>,
    /// Processor time, in thousand millionths of a core.
    pub nano_cpus: Option<i64>,
    /// The cores that it runs on, such as `0-3`.
    pub cpuset_cpus: Option<String>,
    /// Processes and threads.
    pub pids_limit: i64,
    /// The engine's runtime, such as `sysbox-runc`.
    pub runtime: Option<String>,
    /// How many GPUs; −1 for all.
    pub gpus: i64,
    /// What the engine's storage is told, such as `size`.
    pub storage_opt: Vec<(String, String)>,
    /// Capabilities that are taken away, beside those that the engine takes away.
    pub cap_drop: Vec<String>,
}

impl ContainerConfig {
    /// What the reference gives if no file is named: 4 cores, or as many as there are, 4 GiB of `/dev/shm`, the engine's own runtime.
    #[must_use]
    pub fn reference(cores: i64) -> Self {
        ContainerConfig {
            mem_limit: None,
            memswap_limit: None,
            shm_size: Some(4 << 30),
            nano_cpus: Some(cores.clamp(1, 4) * 1_000_000_000),
            cpuset_cpus: None,
            pids_limit: PROCESSES,
            runtime: None,
            gpus: 0,
            storage_opt: Vec::new(),
            cap_drop: Vec::new(),
        }
    }

    /// Reads a configuration; `file` is what errors call it.
    ///
    /// # Errors
    ///
    /// If it is no JSON object, or a field is unknown or of another kind. A field that would open the container is told with the flag that does.
    pub fn parse(text: &[u8], file: &str) -> Result<Self, AgentsError> {
        let wrong =
            |message: String| AgentsError::ContainerConfig { file: excerpt(file).unquoted(4096).to_string(), message };
        let fields: Map<String, Value> =
            serde_json::from_slice(text).map_err(|error| wrong(format!("it is no JSON object: {error}")))?;
        let mut config = ContainerConfig { shm_size: None, nano_cpus: None, ..ContainerConfig::reference(1) };
        for (name, value) in &fields {
            config.set(name, value).map_err(|message| wrong(format!("`{name}`: {message}")))?;
        }
        Ok(config)
    }

    fn set(&mut self, name: &str, value: &Value) -> Result<(), String> {
        if value.is_null() {
            return Ok(());
        }
        match name {
            "mem_limit" => self.mem_limit = Some(bytes(value)?),
            "memswap_limit" => self.memswap_limit = Some(bytes(value)?),
            "shm_size" => self.shm_size = Some(bytes(value)?),
            "nano_cpus" => self.nano_cpus = Some(whole(value)?),
            "cpuset_cpus" => self.cpuset_cpus = Some(text(value)?),
            "pids_limit" => self.pids_limit = whole(value)?,
            "runtime" => self.runtime = Some(text(value)?),
            "gpus" => self.gpus = whole(value)?,
            "storage_opt" => {
                let fields = value.as_object().ok_or("an object of texts is expected")?;
                let fields = fields.iter().map(|(name, value)| Ok((name.clone(), text(value)?)));
                self.storage_opt = fields.collect::<Result<_, String>>()?;
            }
            "cap_drop" => {
                let names = value.as_array().ok_or("a list of capabilities is expected")?;
                self.cap_drop = names.iter().map(text).collect::<Result<_, _>>()?;
            }
            "network" | "network_mode" => return Err("what a run may reach is said by `--network`".into()),
            "privileged" | "cap_add" | "devices" | "security_opt" | "pid_mode" | "ipc_mode" | "userns_mode"
            | "volumes" | "mounts" | "volumes_from" => {
                return Err("it would let an agent out of its container, or something in: leave it out. An agent that needs all of the machine says `privileged: true` in its config.yaml, and is accepted by name, `--accept-privileged`".into());
            }
            _ => {
                return Err("it is not known; known are mem_limit, memswap_limit, shm_size, nano_cpus, cpuset_cpus, pids_limit, runtime, gpus, storage_opt, cap_drop".into());
            }
        }
        Ok(())
    }

    /// The same with a limit of what the container may write, where the engine's storage can hold it up.
    #[must_use]
    pub fn with_disk(mut self, bytes: u64) -> Self {
        if !self.storage_opt.iter().any(|(name, _)| name == "size") {
            self.storage_opt.push(("size".into(), bytes.to_string()));
        }
        self
    }
}

fn text(value: &Value) -> Result<String, String> {
    value.as_str().map(ToOwned::to_owned).ok_or_else(|| "a text is expected".into())
}

/// A whole number, also one that is written like `4e9`.
fn whole(value: &Value) -> Result<i64, String> {
    let wrong = || "a whole number is expected".to_owned();
    if let Some(whole) = value.as_i64() {
        return Ok(whole);
    }
    let float = value.as_f64().filter(|float| float.abs() < 9e15).ok_or_else(wrong)?;
    #[expect(clippy::cast_possible_truncation, reason = "as the reference casts it; it is small enough")]
    Ok(float as i64)
}

/// A number of bytes, or a text such as `512m` or `4GB`.
fn bytes(value: &Value) -> Result<i64, String> {
    let Some(text) = value.as_str() else { return whole(value) };
    let wrong = || format!("{} is no number of bytes, such as 4G or 512m", excerpt(text));
    let lower = text.trim().to_ascii_lowercase();
    let lower = lower.strip_suffix('b').unwrap_or(&lower);
    let unit = |letter: char| "kmgt".find(letter).map(|place| 10 * (place + 1));
    let (number, shift) = match lower.char_indices().last() {
        Some((end, letter)) if !letter.is_ascii_digit() => (&lower[..end], unit(letter).ok_or_else(wrong)?),
        _ => (lower, 0),
    };
    let number: f64 = number.parse().map_err(|_| wrong())?;
    let bytes = number * f64::from(1_u32 << (shift % 30)) * if shift >= 30 { f64::from(1_u32 << 30) } else { 1.0 };
    whole(&bytes.into()).ok().filter(|bytes| *bytes >= 0).ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Result<ContainerConfig, String> {
        ContainerConfig::parse(text.as_bytes(), "c.json").map_err(|error| error.to_string())
    }

    #[test]
    fn the_references_configuration_is_read() {
        let config = r#"{"mem_limit": null, "shm_size": "4G", "nano_cpus": 4e9, "runtime": "sysbox-runc", "gpus": -1}"#;
        let config = parsed(config).unwrap();
        assert_eq!((config.mem_limit, config.shm_size, config.nano_cpus), (None, Some(4 << 30), Some(4_000_000_000)));
        assert_eq!((config.runtime.as_deref(), config.gpus, config.pids_limit), (Some("sysbox-runc"), -1, PROCESSES));
    }

    #[test]
    fn bytes_are_read_as_the_engines_client_reads_them() {
        let expected = [
            ("\"512m\"", 512 << 20),
            ("\"1.5g\"", 3 << 29),
            ("\"2TB\"", 2 << 40),
            ("\"100\"", 100),
            ("100", 100),
            ("\"7b\"", 7),
        ];
        for (text, bytes) in expected {
            assert_eq!(parsed(&format!("{{\"mem_limit\": {text}}}")).unwrap().mem_limit, Some(bytes), "{text}");
        }
        for text in ["\"4x\"", "\"\"", "\"-1g\"", "true", "1e300", "\"nan\""] {
            assert!(parsed(&format!("{{\"mem_limit\": {text}}}")).is_err(), "{text}");
        }
    }

    #[test]
    fn what_would_open_the_container_is_refused() {
        for name in ["privileged", "cap_add", "devices", "volumes", "security_opt", "pid_mode"] {
            assert!(parsed(&format!("{{\"{name}\": true}}")).unwrap_err().contains("--accept-privileged"), "{name}");
        }
        assert!(parsed("{\"network_mode\": \"host\"}").unwrap_err().contains("--network"));
        assert!(parsed("{\"cpus\": 4}").unwrap_err().contains("known are mem_limit"));
        assert!(parsed("[]").unwrap_err().starts_with("c.json: it is no JSON object"));
    }
}
