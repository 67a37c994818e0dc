import Dispatch

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// SIGINT and SIGTERM as a wish to end, not as an end.
enum Signals {
  /// Runs `work`; the first SIGINT or SIGTERM calls `stop`, a second one ends the process.
  static func stopping<Value>(
    _ stop: @escaping @Sendable () -> Void, _ work: () async throws -> Value
  ) async throws -> Value {
    let sources = [SIGINT, SIGTERM].map { number in
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
      source.setEventHandler {
        stop()
        signal(number, SIG_DFL)
      }
      source.resume()
      return source
    }
    defer { for source in sources { source.cancel() } }
    return try await work()
  }
}
