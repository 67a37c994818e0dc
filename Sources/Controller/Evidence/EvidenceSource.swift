import FoundationEssentials
import Grid
import Ledger
import Policies
import Signing
import Storage

/// Where evidence is looked up by its hash: a folder, or a ledger that kept it.
public struct EvidenceSource {
  private enum Place {
    case folder(String)
    case store(any LedgerStore)
  }

  private let place: Place
  private var policies: [Digest: [UInt8]] = [:]

  /// Evidence in `path`: a folder of files named by their SHA-256, or a ledger.
  /// - Parameter policies: A folder of policy files, whatever their names are, or nil.
  public init(_ path: String, policies folder: String? = nil) throws {
    if Self.isFolder(path) {
      place = .folder(path)
    } else {
      place = .store(try LedgerDesk.store(path))
    }
    guard let folder else { return }
    for name in try FileManager.default.contentsOfDirectory(atPath: folder).sorted() {
      if let bytes = Self.file(folder + "/" + name) { policies[SHA256.hash(bytes)] = bytes }
    }
  }

  /// The bytes that are there under `hash`, whether they have it or not, or nil.
  func bytes(_ hash: Digest) throws -> [UInt8]? {
    switch place {
    case .folder(let folder): Self.file(folder + "/\(hash)")
    case .store(let store): try store.evidence(hash)
    }
  }

  /// The hashes under which there is something, cited or not.
  func hashes() throws -> [Digest] {
    switch place {
    case .folder(let folder):
      try FileManager.default.contentsOfDirectory(atPath: folder).compactMap(Digest.init(hex:))
        .sorted { $0.description < $1.description }
    case .store(let store): try store.evidenceKinds().map(\.hash)
    }
  }

  /// The same for a policy, which may also be among the policy files.
  func policy(_ hash: Digest) throws -> [UInt8]? { try policies[hash] ?? bytes(hash) }

  private static func isFolder(_ path: String) -> Bool {
    var isFolder = false
    return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder
  }

  private static func file(_ path: String) -> [UInt8]? {
    isFolder(path) ? nil : (try? Data(contentsOf: URL(filePath: path))).map { Array($0) }
  }
}

extension LedgerDesk {
  /// Visits what the ledger kept of homes, each with its hash, until `visit` says false.
  func homeEvidence(_ visit: (Digest, HomeEvidence) -> Bool) throws {
    for (hash, kind) in try store.evidenceKinds()
    where kind == Int(EvidenceKind.performance.rawValue) {
      guard let bytes = try store.proven(hash), let found = try? HomeEvidence(bytes: bytes)
      else { continue }
      if !visit(hash, found) { return }
    }
  }

  /// Writes every piece of evidence that the ledger kept into `folder`, each under its SHA-256.
  ///
  /// A file that is there already is left, unless its bytes differ.
  /// - Returns: How many there are.
  public func exportEvidence(to folder: String) throws -> Int {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let kept = try store.evidenceKinds()
    for (hash, _) in kept {
      guard let body = try store.evidence(hash) else { continue }
      let file = URL(filePath: folder + "/\(hash)")
      if let there = try? Data(contentsOf: file), there == Data(body) { continue }
      try Data(body).write(to: file, options: .atomic)
    }
    return kept.count
  }
}
