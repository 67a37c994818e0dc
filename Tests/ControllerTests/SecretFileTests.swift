import Foundation
import Signing
import Testing

@testable import Controller

@Suite struct `A secret file` {
  static func mode(_ path: String, _ mode: Int) throws {
    try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
  }

  @Test func `is written once, for its owner alone, and read again`() throws {
    try withFolder { folder in
      let file = folder + "/deep/ledger.key"
      try SecretFile.write(Samples.key, to: file)
      let attributes = try FileManager.default.attributesOfItem(atPath: file)
      #expect(attributes[.posixPermissions] as? Int == 0o600)
      #expect(try SecretFile.key(file).verifier == Samples.key.verifier)
      let other = try SigningKey(name: "other", key: .make())
      #expect(
        throws: SecretFile.Fault.notWritten(
          path: file, reason: "there is a file already, and it is kept")
      ) { try SecretFile.write(other, to: file) }
      #expect(try SecretFile.key(file).verifier == Samples.key.verifier)
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder + "/deep").count == 1)
    }
  }

  @Test func `is refused when it is missing, open to others, or something else`() throws {
    try withFolder { folder in
      let file = folder + "/key"
      #expect(throws: SecretFile.Fault.missing(path: file)) { try SecretFile.key(file) }
      try write("hello\n", to: file)
      try Self.mode(file, 0o644)
      #expect(throws: SecretFile.Fault.readableByOthers(path: file, mode: "0644")) {
        try SecretFile.firstLine(file)
      }
      try Self.mode(file, 0o600)
      #expect(try SecretFile.firstLine(file) == "hello")
      let fault = #expect(throws: SecretFile.Fault.self) { try SecretFile.key(file) }
      guard case .notAKey(file, let reason) = fault else {
        Issue.record("\(fault as Any)")
        return
      }
      #expect(reason.contains("PRIVATE+KEY"))
    }
  }

  @Test func `may be reached by a link, and is no folder`() throws {
    try withFolder { folder in
      let file = folder + "/key"
      try write("hello\n", to: file)
      try Self.mode(file, 0o600)
      let link = folder + "/link"
      try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: file)
      #expect(try SecretFile.firstLine(link) == "hello")
      try Self.mode(file, 0o640)
      #expect(throws: SecretFile.Fault.readableByOthers(path: link, mode: "0640")) {
        try SecretFile.firstLine(link)
      }
      #expect(throws: SecretFile.Fault.notAFile(path: folder)) { try SecretFile.key(folder) }
    }
  }

  @Test func `of a ledger is made when it may be, and belongs to that ledger`() throws {
    try withFolder { folder in
      let file = folder + "/ledger.key"
      #expect(throws: SecretFile.Fault.missing(path: file)) {
        try SecretFile.ledgerKey(file, origin: "a", makesIfMissing: false)
      }
      let key = try SecretFile.ledgerKey(file, origin: "a", makesIfMissing: true)
      #expect(
        try SecretFile.ledgerKey(file, origin: "a", makesIfMissing: true).verifier == key.verifier)
      #expect(throws: SecretFile.Fault.otherName(path: file, found: "a", expected: "b")) {
        try SecretFile.ledgerKey(file, origin: "b", makesIfMissing: true)
      }
    }
  }
}
