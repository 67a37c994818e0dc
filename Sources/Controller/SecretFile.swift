import FoundationEssentials
import Grid
public import Signing

/// Files that hold secrets: nobody but their owner may read them.
public enum SecretFile {
  /// Why a secret is not read.
  public enum Fault: Error, Hashable, Sendable, CustomStringConvertible {
    /// There is no such file.
    case missing(path: String)
    /// It is a folder, a pipe or a device.
    case notAFile(path: String)
    /// Others may read or write it; its mode in octal digits.
    case readableByOthers(path: String, mode: String)
    /// It holds something else.
    case notAKey(path: String, reason: String)
    /// A new one cannot be written there.
    case notWritten(path: String, reason: String)
    /// It holds the key of another log.
    case otherName(path: String, found: String, expected: String)

    /// What was found and what is allowed; never a secret.
    public var description: String {
      switch self {
      case .missing(let path): "\(path): file is missing; allowed: a secret with mode 0600"
      case .notAFile(let path): "\(path): is no file; allowed: a secret with mode 0600"
      case .readableByOthers(let path, let mode):
        "\(path): mode is \(mode); allowed: 0600, so that nobody else reads it (chmod 600)"
      case .notAKey(let path, let reason):
        "\(path): content is not a private key (\(reason)); allowed: PRIVATE+KEY+name+hash+base64"
      case .notWritten(let path, let reason):
        "\(path): file is not written (\(reason)); allowed: a new file"
      case .otherName(let path, let found, let expected):
        "\(path): key is that of \(found); allowed: \(expected)"
      }
    }
  }

  /// The first line of a secret.
  public static func firstLine(_ path: String) throws(Fault) -> String {
    let text = try read(path)
    return String(text.split(separator: "\n", omittingEmptySubsequences: false).first ?? "")
  }

  /// A private key; a witness says that it cosigns with it.
  public static func key(
    _ path: String, kind: VerifierKey.Kind = .note
  ) throws(Fault) -> SigningKey {
    let text = try read(path)
    do { return try SigningKey(keyFile: text, kind: kind) } catch {
      throw .notAKey(path: path, reason: "\(error)")
    }
  }

  /// The key of the log `origin`; made when it is not there and may be.
  public static func ledgerKey(
    _ path: String, origin: String, makesIfMissing: Bool
  ) throws -> SigningKey {
    if makesIfMissing, !FileManager.default.fileExists(atPath: path) {
      let key = try SigningKey(name: origin, key: .make())
      try write(key, to: path)
      return key
    }
    let key = try key(path)
    guard key.verifier.name == origin else {
      throw Fault.otherName(path: path, found: key.verifier.name, expected: origin)
    }
    return key
  }

  /// Writes a new key file with mode 0600; never over an existing one.
  ///
  /// It is written under another name and then linked, so that it is whole or not there at all.
  public static func write(_ key: SigningKey, to path: String) throws {
    let files = FileManager.default
    let folder = URL(filePath: path).deletingLastPathComponent().path
    try files.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let draft = "\(path).\(Hex.text(RandomBytes.make(count: 8)))"
    defer { try? files.removeItem(atPath: draft) }
    guard
      files.createFile(atPath: draft, contents: nil, attributes: [.posixPermissions: 0o600])
    else { throw Fault.notWritten(path: path, reason: "the folder takes no new file") }
    try files.setAttributes([.posixPermissions: 0o600], ofItemAtPath: draft)
    try Data(key.keyFileText.utf8).write(to: URL(filePath: draft))
    do { try files.linkItem(atPath: draft, toPath: path) } catch {
      throw Fault.notWritten(path: path, reason: "there is a file already, and it is kept")
    }
  }

  private static func read(_ path: String) throws(Fault) -> String {
    // Secrets are often mounted as links; what counts is the file that they lead to.
    let file = URL(filePath: path).resolvingSymlinksInPath()
    guard let attributes = try? FileManager.default.attributesOfItem(atPath: file.path) else {
      throw .missing(path: path)
    }
    guard attributes[.type] as? FileAttributeType == .typeRegular else {
      throw .notAFile(path: path)
    }
    guard let data = try? Data(contentsOf: file) else { throw .missing(path: path) }
    let mode = (attributes[.posixPermissions] as? Int) ?? 0o777
    guard mode & 0o077 == 0 else {
      throw .readableByOthers(path: path, mode: "0" + String(mode & 0o777, radix: 8))
    }
    return String(decoding: data, as: UTF8.self)
  }
}
