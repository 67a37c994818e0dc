#if PostgreSQL
  import Foundation
  import Testing

  /// A real PostgreSQL server of the system in a folder of its own, on a free port of this machine.
  final class PostgresServer {
    private let folder: URL
    private let server = Process()
    let port: Int

    /// Where Debian and others put the server's programs.
    static let programs: String? = {
      let versions =
        (try? FileManager.default.contentsOfDirectory(atPath: "/usr/lib/postgresql")) ?? []
      let places =
        versions.sorted { (Int($0) ?? 0) > (Int($1) ?? 0) }.map { "/usr/lib/postgresql/\($0)/bin" }
        + ["/usr/local/bin", "/usr/bin"]
      return places.first {
        FileManager.default.isExecutableFile(atPath: $0 + "/initdb")
          && FileManager.default.isExecutableFile(atPath: $0 + "/postgres")
      }
    }()

    /// The address of a database, `postgres` being there from the start.
    func url(_ database: String = "postgres", user: String = "headroom") -> String {
      "postgresql://\(user)@127.0.0.1:\(port)/\(database)"
    }

    init() throws {
      let programs = try #require(Self.programs)
      folder = FileManager.default.temporaryDirectory.appendingPathComponent(
        "headroom-pg-\(UUID().uuidString)")
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      port = try Self.freePort()
      let data = folder.appendingPathComponent("data").path
      if geteuid() == 0 {
        // The server refuses to run as root; the package made this user for it.
        try Self.run("/bin/chown", ["postgres", folder.path])
      }
      let (initdb, arguments) = Self.unprivileged(
        programs + "/initdb",
        ["-D", data, "-U", "headroom", "-A", "trust", "-E", "UTF8", "--locale=C", "-N"])
      try Self.run(initdb, arguments)
      let (program, options) = Self.unprivileged(
        programs + "/postgres",
        [
          "-D", data, "-p", "\(port)", "-k", folder.path, "-c", "listen_addresses=127.0.0.1",
        ])
      server.executableURL = URL(fileURLWithPath: program)
      server.arguments = options
      server.currentDirectoryURL = folder
      server.standardOutput = FileHandle.nullDevice
      server.standardError = FileHandle.nullDevice
      try server.run()
    }

    /// Waits until it answers, for at most two minutes of a busy machine.
    func wait(_ answers: () -> Bool) throws {
      for _ in 0..<600 {
        if answers() { return }
        try #require(server.isRunning, "the server ended by itself")
        Thread.sleep(forTimeInterval: 0.2)
      }
      Issue.record("the server does not answer")
    }

    func stop() {
      // SIGINT: a fast shutdown. Under runuser the server is its child and gets it from there.
      server.interrupt()
      let pidFile = folder.appendingPathComponent("data/postmaster.pid")
      if let text = try? String(contentsOf: pidFile, encoding: .utf8),
        let pid = text.split(separator: "\n").first.flatMap({ Int32($0) })
      {
        kill(pid, SIGINT)
      }
      server.waitUntilExit()
      try? FileManager.default.removeItem(at: folder)
    }

    private static func unprivileged(_ program: String, _ arguments: [String]) -> (String, [String])
    {
      geteuid() == 0
        ? ("/sbin/runuser", ["-u", "postgres", "--", program] + arguments) : (program, arguments)
    }

    private static func run(_ program: String, _ arguments: [String]) throws {
      let process = Process()
      process.executableURL = URL(fileURLWithPath: program)
      process.arguments = arguments
      process.currentDirectoryURL = URL(fileURLWithPath: "/")
      process.standardOutput = FileHandle.nullDevice
      let errors = Pipe()
      process.standardError = errors
      try process.run()
      let text = errors.fileHandleForReading.readDataToEndOfFile()
      process.waitUntilExit()
      try #require(
        process.terminationStatus == 0, "\(program): \(String(decoding: text, as: UTF8.self))")
    }

    private static func freePort() throws -> Int {
      let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
      defer { close(descriptor) }
      var address = sockaddr_in()
      address.sin_family = sa_family_t(AF_INET)
      address.sin_addr.s_addr = inet_addr("127.0.0.1")
      var length = socklen_t(MemoryLayout<sockaddr_in>.size)
      let bound = withUnsafeMutablePointer(to: &address) { address in
        address.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
          bind(descriptor, address, length) == 0
            && getsockname(descriptor, address, &length) == 0
        }
      }
      try #require(bound)
      return Int(UInt16(bigEndian: address.sin_port))
    }
  }
#endif
