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

  /// Why nothing is judged.
  public enum Fault: Error, Hashable, Sendable, CustomStringConvertible {
    /// More was cosigned than is remembered: the folder was changed, or is an old copy.
    case forgot(path: String, cosigned: UInt64, seen: UInt64?)

    /// What was found and what is allowed.
    public var description: String {
      switch self {
      case .forgot(let path, let cosigned, let seen):
        "\(path): \(cosigned) entries were cosigned, and "
          + (seen.map { "\($0) are remembered" } ?? "no head is remembered")
          + "; nothing is cosigned. Allowed: the newest copy of the witness's folder"
      }
    }
  }

  /// What was seen last; nil for a log that is new here.
  ///
  /// It is on the disk before anything is cosigned, so it never lies behind the last cosigned note.
  private static func head(_ name: String) throws -> (size: UInt64, root: Digest)? {
    let head = try WholeFile.read(name + ".head").map {
      try Checkpoint(text: String(decoding: $0, as: UTF8.self))
    }
    if let note = try WholeFile.read(name + ".checkpoint") {
      let cosigned = try Checkpoint(text: Note(String(decoding: note, as: UTF8.self)).text)
      if cosigned.size > head?.size ?? 0 || head == nil {
        throw Fault.forgot(path: name + ".head", cosigned: cosigned.size, seen: head?.size)
      }
    }
    return head.map { ($0.size, $0.root) }
  }
}
