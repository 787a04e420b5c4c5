//! Where clients come in: TCP, with a certificate or on this machine alone, and Unix sockets.

use std::fs;
use std::io;
use std::net::SocketAddr;
use std::os::unix::fs::{FileTypeExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use thiserror::Error;
use tokio::net::{TcpListener, UnixListener, UnixStream};
use tokio::runtime;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::{self, ServerConfig};

/// The permissions that a mode may give.
const PERMISSIONS: u32 = 0o777;

/// An address to listen on.
#[derive(Clone, Debug)]
pub enum Address {
    /// TCP.
    Tcp(SocketAddr),
    /// A Unix socket at this path, with these permissions.
    Unix {
        /// Where it is.
        path: PathBuf,
        /// Who may connect, as `chmod` has it.
        mode: u32,
    },
}

/// What the server proves with who it is.
#[derive(Clone, Debug)]
pub struct Certificate {
    /// The chain of certificates, as PEM.
    pub chain: PathBuf,
    /// The private key, as PEM.
    pub key: PathBuf,
}

/// Why it cannot listen.
#[derive(Debug, Error)]
pub enum ListenError {
    /// Others could read along.
    #[error(
        "{0} can be reached from other machines, and without a certificate anyone on the way reads tokens and submissions: give \
         --certificate and --private-key, listen on 127.0.0.1 or on a Unix socket, or say --insecure-listen where something else protects \
         the way"
    )]
    Unprotected(SocketAddr),
    /// The address cannot be had.
    #[error("{address}: {error}")]
    Address {
        /// The address.
        address: String,
        /// What is wrong.
        error: io::Error,
    },
    /// Another server has the socket, or it is no socket.
    #[error("{}: {what}", .path.display())]
    Socket {
        /// The path.
        path: PathBuf,
        /// What is there.
        what: &'static str,
    },
    /// The system lacks something.
    #[error("no socket can be opened: {0}")]
    System(io::Error),
    /// The certificate or its key cannot be used.
    #[error("{}: {message}", .path.display())]
    Certificate {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        message: String,
    },
}

/// Sockets that listen. They are opened while the process may still open some: clients wait at them until the server runs.
pub struct Listening {
    sockets: Vec<Open>,
    tls: Option<TlsAcceptor>,
}

/// A socket that listens, and what clients are told of where it is.
struct Open {
    socket: Kind,
    at: String,
}

/// A socket before the server's own runtime has it.
enum Kind {
    Tcp(std::net::TcpListener),
    Unix(std::os::unix::net::UnixListener, Socket),
}

impl Listening {
    /// Reads the certificate, and listens on these addresses. Without a certificate, only what this machine alone can reach is taken,
    /// unless `insecure` says otherwise.
    ///
    /// # Errors
    ///
    /// If an address cannot be had, or the certificate cannot be used.
    pub fn open(addresses: &[Address], certificate: Option<&Certificate>, insecure: bool) -> Result<Self, ListenError> {
        let tls = certificate.map(acceptor).transpose()?;
        // It has no threads, so that the process can still be confined as a whole.
        let runtime = runtime::Builder::new_current_thread().enable_io().build().map_err(ListenError::System)?;
        let sockets = runtime.block_on(async {
            let mut sockets = Vec::new();
            for address in addresses {
                sockets.push(listen(address, tls.is_some(), insecure).await?);
            }
            Ok::<_, ListenError>(sockets)
        })?;
        Ok(Listening { sockets, tls })
    }

    /// The folders of Unix sockets, which are removed from there in the end.
    pub fn folders(&self) -> impl Iterator<Item = &Path> {
        self.sockets.iter().filter_map(|open| match &open.socket {
            // The name alone is one in the working directory.
            Kind::Unix(_, Socket(path)) => path.parent().map(|folder| match folder.as_os_str().is_empty() {
                true => Path::new("."),
                false => folder,
            }),
            Kind::Tcp(_) => None,
        })
    }

    /// Whether what is sent by TCP is encrypted.
    pub(crate) fn is_encrypted(&self) -> bool {
        self.tls.is_some()
    }

    /// Hands the sockets to the runtime that this is called in, each with where it is.
    pub(crate) fn into_listeners(self) -> io::Result<Vec<(Listener, String)>> {
        let Listening { sockets, tls } = self;
        let listener = |Open { socket, at }: Open| {
            let listener = match socket {
                Kind::Tcp(listener) => Listener::Tcp(TcpListener::from_std(listener)?, tls.clone()),
                Kind::Unix(listener, socket) => {
                    Listener::Unix { listener: UnixListener::from_std(listener)?, _socket: socket }
                }
            };
            Ok((listener, at))
        };
        sockets.into_iter().map(listener).collect()
    }
}

/// What takes connections.
pub(crate) enum Listener {
    Tcp(TcpListener, Option<TlsAcceptor>),
    Unix { listener: UnixListener, _socket: Socket },
}

/// The file of a socket, which is removed with it.
pub(crate) struct Socket(PathBuf);

impl Drop for Socket {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

/// Reads certificate and key.
fn acceptor(certificate: &Certificate) -> Result<TlsAcceptor, ListenError> {
    let wrong = |path: &Path, message: String| ListenError::Certificate { path: path.to_owned(), message };
    let Certificate { chain, key } = certificate;
    let chain_der = CertificateDer::pem_file_iter(chain)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|error| wrong(chain, format!("no certificate can be read: {error}")))?;
    if chain_der.is_empty() {
        return Err(wrong(chain, "no certificate can be read: the file has none in PEM".into()));
    }
    let key_der = PrivateKeyDer::from_pem_file(key)
        .map_err(|error| wrong(key, format!("no private key can be read: {error}")))?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map(|builder| builder.with_no_client_auth())
        .and_then(|builder| builder.with_single_cert(chain_der, key_der))
        .map_err(|error| wrong(chain, error.to_string()))?;
    Ok(TlsAcceptor::from(Arc::new(config)))
}

/// Listens on an address.
async fn listen(address: &Address, is_encrypted: bool, insecure: bool) -> Result<Open, ListenError> {
    match address {
        Address::Tcp(address) => {
            if !is_encrypted && !insecure && !address.ip().is_loopback() {
                return Err(ListenError::Unprotected(*address));
            }
            let failed = |error| ListenError::Address { address: address.to_string(), error };
            let listener = TcpListener::bind(address).await.map_err(failed)?.into_std().map_err(failed)?;
            let bound = listener.local_addr().map_err(failed)?;
            let scheme = if is_encrypted { "https" } else { "http" };
            Ok(Open { socket: Kind::Tcp(listener), at: format!("{scheme}://{bound}") })
        }
        Address::Unix { path, mode } => {
            make_way(path).await?;
            let failed = |error| ListenError::Address { address: path.display().to_string(), error };
            let listener = UnixListener::bind(path).and_then(UnixListener::into_std).map_err(failed)?;
            let socket = Socket(path.clone());
            fs::set_permissions(path, fs::Permissions::from_mode(mode & PERMISSIONS)).map_err(failed)?;
            Ok(Open { socket: Kind::Unix(listener, socket), at: format!("unix:{}", path.display()) })
        }
    }
}

/// Removes the socket of a server that is no more; nothing else is removed.
async fn make_way(path: &Path) -> Result<(), ListenError> {
    let taken = |what| Err(ListenError::Socket { path: path.to_owned(), what });
    let Ok(metadata) = fs::symlink_metadata(path) else { return Ok(()) };
    if !metadata.file_type().is_socket() {
        return taken("there is something else than a socket; name another path");
    }
    if UnixStream::connect(path).await.is_ok() {
        return taken("another server listens there; end it, or name another path");
    }
    fs::remove_file(path).map_err(|error| ListenError::Address { address: path.display().to_string(), error })
}
