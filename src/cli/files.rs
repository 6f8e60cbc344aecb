//! How many files and connections the system lets this process have open.

/// For the database, its journal, the log and the relay, beside the connections.
#[cfg(target_os = "linux")]
const OTHERS: usize = 256;

/// Lets so many clients be connected without keeping the database from opening a file.
#[cfg(target_os = "linux")]
pub(super) fn make_room(connections: usize) {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let wanted = u64::try_from(connections.saturating_add(OTHERS)).unwrap_or(u64::MAX);
    let limit = getrlimit(Resource::Nofile);
    if limit.current.is_none_or(|current| current >= wanted) {
        return;
    }
    let granted = limit.maximum.map_or(wanted, |most| most.min(wanted));
    let raised = setrlimit(Resource::Nofile, Rlimit { current: Some(granted), ..limit });
    if granted < wanted || raised.is_err() {
        tracing::warn!(wanted, granted, "the system allows too few open files for web.max_connections");
    }
}

#[cfg(not(target_os = "linux"))]
pub(super) fn make_room(_connections: usize) {}
