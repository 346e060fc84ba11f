//! The most memory that this process has held, as the system counts it.

use std::fs;

/// In words, where the system tells.
pub(crate) fn peak() -> String {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kibibytes = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
    kibibytes.map_or_else(|| "unknown".to_owned(), |kibibytes| format!("{} MiB", kibibytes / 1024))
}

/// Has the system count the most memory anew from here on, where it can.
pub(crate) fn reset_peak() {
    // Where it cannot, the figure is that of all the process did, which is no less.
    let _ = fs::write("/proc/self/clear_refs", "5");
}
