import Glibc

/// Starts the thread that owns a loop.
enum LoopThread {
  /// What crosses into the new thread: everything is Sendable, and the loop is made over there.
  private final class Parcel {
    let body: @Sendable () -> Void
    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
  }

  /// Runs `body` on a new thread, which ends by itself when it returns.
  static func start(_ body: @escaping @Sendable () -> Void) throws(StartError) {
    let parcel = unsafe Unmanaged.passRetained(Parcel(body))
    var thread = pthread_t()
    let status = unsafe pthread_create(
      &thread, nil,
      { raw in
        guard let raw = unsafe raw else { return nil }
        // Every signal goes to other threads. A broken TLS connection would otherwise raise
        // SIGPIPE here, because OpenSSL writes without MSG_NOSIGNAL.
        var all = sigset_t()
        unsafe sigfillset(&all)
        unsafe pthread_sigmask(SIG_BLOCK, &all, nil)
        unsafe Unmanaged<Parcel>.fromOpaque(raw).takeRetainedValue().body()
        return nil
      }, parcel.toOpaque())
    guard status == 0 else {
      unsafe parcel.release()
      throw .system("no thread could be started: \(Handle.text(ofErrno: status))")
    }
    pthread_detach(thread)
  }
}
