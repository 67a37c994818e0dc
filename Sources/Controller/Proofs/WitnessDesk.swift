import FoundationEssentials
public import Grid
public import HTTP
import Ledger
public import Signing

/// A participant's witness: remembers the last head of each log, and cosigns only what extends it.
///
/// Its folder has, for each log, what it saw last (`ORIGIN.head`), that note with its cosignature
/// (`ORIGIN.checkpoint`), and under `forks` whatever proves that a log signed two histories; ORIGIN
/// is the SHA-256 of the log's name. One process at a time judges; what it saw is on the disk before
/// it signs.
public struct WitnessDesk: Sendable {
  private let judge: WitnessJudge
  private let key: SigningKey
  private let folder: String

  /// A witness.
  ///
  /// - Parameters:
  ///   - logs: The logs that it knows.
  ///   - key: Its private key; used for nothing else.
  ///   - folder: Where it remembers.
  public init(logs: [VerifierKey], key: SigningKey, folder: String) throws {
    precondition(key.verifier.kind == .cosignature, "a witness has a key of its own kind")
    judge = WitnessJudge(logs: logs)
    self.key = key
    self.folder = folder
    try FileManager.default.createDirectory(
      atPath: folder + "/forks", withIntermediateDirectories: true)
  }

  /// The path below the prefix at which a log's last cosigned head is read.
  public static func path(ofLog origin: String) -> String {
    "/\(SHA256.hash(origin))/checkpoint"
  }

  /// Answers a request over HTTP.
  public func answer(_ request: HTTPRequest, now: Timestamp) -> HTTPResponse {
    do {
      switch (request.method, request.path) {
      case ("POST", "/add-checkpoint"):
        return try add(String(decoding: request.body, as: UTF8.self), now: now)
      case ("GET", let path): return try read(path)
      default: return HTTPResponse(405, text: "allowed: POST /add-checkpoint, GET\n")
      }
    } catch {
      return HTTPResponse(500, text: "\(error)\n")
    }
  }

  private func read(_ path: String) throws -> HTTPResponse {
    let parts = path.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 3, parts[2] == "checkpoint", Digest(hex: String(parts[1])) != nil,
      let note = try WholeFile.read("\(folder)/\(parts[1]).checkpoint")
    else { return HTTPResponse(404, text: "nothing was cosigned under this path\n") }
    return HTTPResponse(200, note, contentType: "text/plain; charset=utf-8")
  }

  /// Judges a body, remembers, cosigns.
  private func add(_ body: String, now: Timestamp) throws -> HTTPResponse {
    let origin = WitnessJudge.origin(ofBody: body) ?? ""
    let name = "\(folder)/\(SHA256.hash(origin))"
    return try WholeFile.locked(folder + "/witness") {
      let stored = try Self.head(name)
      switch judge.judge(body: body, stored: stored) {
      case .refused(let status, let reason): return HTTPResponse(status, text: reason + "\n")
      case .conflict(let size):
        return HTTPResponse(409, text: "\(size)\n", contentType: "text/x.tlog.size")
      case .fork(let checkpoint, let note):
        try WholeFile.write(
          Array(note.description.utf8),
          to: "\(folder)/forks/\(checkpoint.size)-\(checkpoint.root)")
        return HTTPResponse(
          422, text: "size \(checkpoint.size) was seen with another root: a fork, and it is kept\n")
      case .cosign(let checkpoint, let note):
        if stored?.size != checkpoint.size || stored?.root != checkpoint.root {
          try WholeFile.write(Array(checkpoint.text.utf8), to: name + ".head")
        }
        var cosigned = note
        cosigned.cosign(with: key, seconds: UInt64(max(1, now.microseconds / 1_000_000)))
        try WholeFile.write(Array(cosigned.description.utf8), to: name + ".checkpoint")
        let own = cosigned.signatures.filter {
          $0.name == key.verifier.name && $0.keyID == key.verifier.keyID
        }
        return HTTPResponse(200, text: Note.lines(own))
      }
    }
  }

  /// What was seen last; nil for a log that is new here.
  private static func head(_ name: String) throws -> (size: UInt64, root: Digest)? {
    guard let bytes = try WholeFile.read(name + ".head") else { return nil }
    let head = try Checkpoint(text: String(decoding: bytes, as: UTF8.self))
    return (head.size, head.root)
  }
}
