import Foundation
import Testing

@Suite(.serialized) struct `The writer of a ledger` {
  /// A short run of what scripts/ledger-kill-test does at length.
  @Test func `loses nothing that it acknowledged when it is killed`() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let place = [
      "ledger", "load", "--ledger", folder.path + "/load.db", "--key", folder.path + "/load.key",
    ]
    var receipts = Data()
    var killed = 0
    for number in 0..<4 {
      let output = folder.appendingPathComponent("part-\(number)")
      try Data().write(to: output)
      let process = Process()
      process.executableURL = URL(filePath: Program.path)
      process.arguments = place + ["--entries", "3000", "--group", "50"]
      process.standardOutput = try FileHandle(forWritingTo: output)
      process.standardError = FileHandle.nullDevice
      try process.run()
      // It is killed amid the work: once some more entries than the last time are acknowledged.
      while process.isRunning {
        if (try Data(contentsOf: output)).count > 4_000 * (number + 1) {
          kill(process.processIdentifier, SIGKILL)
          break
        }
        Thread.sleep(forTimeInterval: 0.005)
      }
      process.waitUntilExit()
      if process.terminationReason == .uncaughtSignal { killed += 1 }
      let text = try Data(contentsOf: output)
      // A line that was cut was not acknowledged.
      if let end = text.lastIndex(of: UInt8(ascii: "\n")) { receipts += text[...end] }
    }
    #expect(killed > 0)
    try receipts.write(to: folder.appendingPathComponent("receipts"))
    let check = place + ["--check", folder.path + "/receipts"]
    let outcome = try Program.run(check)
    #expect(outcome.status == 0, "\(outcome.notes)")
    #expect(outcome.output.contains("receipts and"))

    // The check sees what is wrong: a receipt of another entry, a second root of a size.
    let line = String(decoding: receipts, as: UTF8.self).split(separator: "\n").first {
      $0.hasPrefix("entry")
    }
    var words = try #require(line).split(separator: " ")
    words[2] = "0"
    let false1 = words.joined(separator: " ") + "\nhead 3 " + words[3] + "\n"
    try Data(false1.utf8).write(to: folder.appendingPathComponent("receipts"))
    let refused = try Program.run(check)
    #expect(refused.status == 1)
    #expect(refused.notes.contains("is not at index 0"))
    #expect(refused.notes.contains("size 3 with"))
  }

  /// A disk of one mebibyte, which only root can make.
  @Test(.enabled(if: geteuid() == 0, "needs root to mount a small disk"))
  func `says that the disk is full, and goes on when there is room`() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    func tool(_ name: String, _ arguments: [String]) -> Int32 {
      let process = Process()
      process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
      process.arguments = [name] + arguments
      process.standardError = FileHandle.nullDevice
      guard (try? process.run()) != nil else { return -1 }
      process.waitUntilExit()
      return process.terminationStatus
    }
    // A container may be root and still not mount.
    guard tool("mount", ["-t", "tmpfs", "-o", "size=3m", "tmpfs", folder.path]) == 0 else { return }
    defer { _ = tool("umount", [folder.path]) }
    let place = [
      "ledger", "load", "--ledger", folder.path + "/load.db", "--key", folder.path + "/load.key",
    ]
    let filler = folder.appendingPathComponent("filler")
    try Data(count: 1_500_000).write(to: filler)
    let full = try Program.run(place + ["--entries", "20000", "--group", "100"])
    #expect(full.status == 70)
    #expect(full.notes.contains("the disk is full"), "\(full.notes)")
    let acknowledged = full.output.split(separator: "\n").count { $0.hasPrefix("entry") }
    #expect(acknowledged > 0)

    try FileManager.default.removeItem(at: filler)
    let receipts = FileManager.default.temporaryDirectory.appendingPathComponent(
      UUID().uuidString)
    defer { try? FileManager.default.removeItem(at: receipts) }
    try Data(full.output.utf8).write(to: receipts)
    let check = try Program.run(place + ["--check", receipts.path])
    #expect(check.status == 0, "\(check.notes)")
    let more = try Program.run(
      place + ["--from", "\(acknowledged)", "--entries", "\(acknowledged + 100)"])
    #expect(more.status == 0, "\(more.notes)")
  }
}
