//! Connections: so many at once, each with so much time. Where there are too many, the one that is idle for longest makes room.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::io;
use std::pin::pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt};
use tokio::sync::Notify;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};
use tower_service::Service;

use crate::limits::Limits;
use crate::listen::Listener;
use crate::shutdown::Ending;

/// The most bytes of a request's head.
const HEAD_BYTES: usize = 32 << 10;

/// The most headers of a request.
const HEADERS: usize = 64;

/// How long to wait when the system has no more descriptors.
const PAUSE: Duration = Duration::from_millis(100);

/// The connections that are open.
pub(crate) struct Connections {
    most: usize,
    open: Mutex<VecDeque<Arc<Slot>>>,
}

/// A connection, as others see it.
struct Slot {
    /// How many requests of it are being answered.
    busy: AtomicUsize,
    /// Tells it to make room.
    leave: Notify,
}

/// A slot that is taken from the list when its connection ends.
struct Taken {
    connections: Arc<Connections>,
    slot: Arc<Slot>,
}

impl Drop for Taken {
    fn drop(&mut self) {
        self.connections.list().retain(|slot| !Arc::ptr_eq(slot, &self.slot));
    }
}

impl Connections {
    pub(crate) fn new(most: usize) -> Arc<Self> {
        Arc::new(Connections { most: most.max(1), open: Mutex::default() })
    }

    /// How many are open.
    pub(crate) fn count(&self) -> usize {
        self.list().len()
    }

    fn list(&self) -> std::sync::MutexGuard<'_, VecDeque<Arc<Slot>>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A slot for a new connection; none if all that are open are at work.
    fn take(self: &Arc<Self>) -> Option<Taken> {
        let slot = Arc::new(Slot { busy: AtomicUsize::new(0), leave: Notify::new() });
        let mut open = self.list();
        if open.len() >= self.most {
            let idle = open.iter().position(|slot| slot.busy.load(Ordering::Relaxed) == 0)?;
            if let Some(idle) = open.remove(idle) {
                idle.leave.notify_one();
            }
        }
        open.push_back(Arc::clone(&slot));
        Some(Taken { connections: Arc::clone(self), slot })
    }
}

/// Takes connections until the server is to end, then waits for those that are at work.
pub(crate) async fn accept(
    listener: Listener,
    router: Router,
    limits: Arc<Limits>,
    connections: Arc<Connections>,
    mut ending: Ending,
) {
    let mut tasks = JoinSet::new();
    loop {
        while tasks.try_join_next().is_some() {}
        let accepted = tokio::select! {
            () = ending.asked() => break,
            accepted = next(&listener) => accepted,
        };
        let Ok(accepted) = accepted else {
            // There are no descriptors left, say. Others end meanwhile.
            sleep(PAUSE).await;
            continue;
        };
        let Some(taken) = connections.take() else {
            tasks.spawn(refuse(accepted));
            continue;
        };
        let (router, limits, ending) = (router.clone(), Arc::clone(&limits), ending.clone());
        tasks.spawn(async move {
            let _ = timeout(limits.connection_time, converse(accepted, router, &limits, taken, ending)).await;
        });
    }
    drop(listener);
    let _ = timeout(limits.grace, async { while tasks.join_next().await.is_some() {} }).await;
}

/// A connection that was taken.
enum Accepted {
    Plain(tokio::net::TcpStream),
    Tls(Box<tokio_rustls::Accept<tokio::net::TcpStream>>),
    Unix(tokio::net::UnixStream),
}

async fn next(listener: &Listener) -> io::Result<Accepted> {
    match listener {
        Listener::Tcp(listener, tls) => {
            let (stream, _) = listener.accept().await?;
            // A client that is gone already is found out when it is read from.
            let _ = stream.set_nodelay(true);
            Ok(match tls {
                Some(tls) => Accepted::Tls(Box::new(tls.accept(stream))),
                None => Accepted::Plain(stream),
            })
        }
        Listener::Unix { listener, .. } => listener.accept().await.map(|(stream, _)| Accepted::Unix(stream)),
    }
}

/// All connections are at work: this one is told to come back, if that can be done at once.
async fn refuse(accepted: Accepted) {
    const TEXT: &[u8] =
        b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 5\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    let told = async {
        match accepted {
            Accepted::Plain(mut stream) => stream.write_all(TEXT).await,
            Accepted::Unix(mut stream) => stream.write_all(TEXT).await,
            // It would have to shake hands first.
            Accepted::Tls(_) => Ok(()),
        }
    };
    let _ = timeout(PAUSE, told).await;
}

/// Talks to a client, over TLS where that is spoken.
async fn converse(accepted: Accepted, router: Router, limits: &Limits, taken: Taken, ending: Ending) {
    match accepted {
        Accepted::Plain(stream) => answer(stream, router, limits, taken, ending).await,
        Accepted::Unix(stream) => answer(stream, router, limits, taken, ending).await,
        Accepted::Tls(handshake) => {
            let shaken = tokio::select! {
                shaken = timeout(limits.head_time, handshake) => shaken,
                () = taken.slot.leave.notified() => return,
            };
            if let Ok(Ok(stream)) = shaken {
                answer(stream, router, limits, taken, ending).await;
            }
        }
    }
}

/// Answers the requests of a connection.
async fn answer<S>(stream: S, router: Router, limits: &Limits, taken: Taken, mut ending: Ending)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let slot = Arc::clone(&taken.slot);
    let service = service_fn(|request: Request<Incoming>| {
        let (mut router, slot) = (router.clone(), Arc::clone(&slot));
        async move {
            slot.busy.fetch_add(1, Ordering::Relaxed);
            let response = router.call(request.map(Body::new)).await;
            slot.busy.fetch_sub(1, Ordering::Relaxed);
            response.map_err(|never: Infallible| never)
        }
    });
    let mut builder = http1::Builder::new();
    builder
        .timer(TokioTimer::new())
        .header_read_timeout(limits.head_time)
        .max_buf_size(HEAD_BYTES)
        .max_headers(HEADERS);
    let mut connection = pin!(builder.serve_connection(TokioIo::new(stream), service));
    let mut told = false;
    loop {
        tokio::select! {
            // What fails here is the client's doing, and nobody is left to be told.
            _ = connection.as_mut() => break,
            () = taken.slot.leave.notified() => break,
            () = ending.asked(), if !told => {
                told = true;
                connection.as_mut().graceful_shutdown();
            }
        }
    }
}
