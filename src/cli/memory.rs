//! What the service has in its memory - keys, passwords, what was just opened - stays there (S31).

/// Has no core of this process written, to a file or through a pipe, and lets nobody but the system's
/// administrator look into it.
#[cfg(target_os = "linux")]
pub(super) fn keep_to_itself() {
    use rustix::process::{DumpableBehavior, Resource, Rlimit, set_dumpable_behavior, setrlimit};
    let none = Rlimit { current: Some(0), maximum: Some(0) };
    if setrlimit(Resource::Core, none).is_err()
        || set_dumpable_behavior(DumpableBehavior::NotDumpable).is_err()
    {
        tracing::warn!("the system may write this process's memory to a file when it fails");
    }
}

#[cfg(not(target_os = "linux"))]
pub(super) fn keep_to_itself() {}
