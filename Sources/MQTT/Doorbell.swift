import CMosquitto
import Glibc

/// Wakes a thread that sleeps in `poll`; any thread may ring it.
///
/// libmosquitto cannot be woken from outside while its owner polls, so the bell is polled beside
/// its socket.
final class Doorbell: Sendable {
  let descriptor: Int32

  /// Takes a file descriptor; nil when the process has none left.
  init?() {
    let flags = Int32(EFD_NONBLOCK) | Int32(EFD_CLOEXEC)
    descriptor = eventfd(0, flags)
    if descriptor < 0 { return nil }
  }

  deinit { close(descriptor) }

  func ring() {
    var one: UInt64 = 1
    // A full counter means that it is ringing already, so a failed write loses nothing.
    _ = unsafe write(descriptor, &one, MemoryLayout<UInt64>.size)
  }

  func silence() {
    var count: UInt64 = 0
    _ = unsafe read(descriptor, &count, MemoryLayout<UInt64>.size)
  }
}
