public import Grid
import Ledger
import Policies
public import Reports
import Settlement
public import Signing
import Storage

extension LedgerDesk {
  /// Everything about one disputed line, and the files that prove it.
  public struct DisputeFolder: Sendable {
    /// The packet.
    public let packet: DisputePacket
    /// What it rests on, each with its name: the policy's bytes, the evidence that was settled, and
    /// each entry with its receipt.
    public let files: [(name: String, bytes: [UInt8])]

    /// The packet in every format, then `files`.
    public var all: [(name: String, bytes: [UInt8])] {
      ReportFormat.allCases.map { ("packet.\($0.rawValue)", packet.bytes($0)) } + files
    }

    /// A signed list of all files with their SHA-256, or without a key the list alone.
    public func list(signedBy key: SigningKey?) -> [UInt8] {
      let lines = all.sorted { $0.name < $1.name }.map { "\(SHA256.hash($0.bytes))  \($0.name)\n" }
      var note = Note(text: "headroom.dispute-packet/1\n" + lines.joined())
      guard let key else { return Array(note.text.utf8) }
      note.sign(with: key)
      return Array(note.description.utf8)
    }
  }

  /// The packet of the dispute that `hold` opened.
  ///
  /// Of one home and one line: what others were asked, gave or were paid is in no part of it.
  ///
  /// - Parameter home: What the logbook says of the home, or nil without a logbook.
  /// - Throws: `DisputeFault.noDispute`, `ReportFolder.Fault` for tables that are not there, and
  ///   `StoreError`.
  public func packet(
    of hold: UInt64, reports: ReportFolder, home: DisputedHome?, zone: ZoneOffsets
  ) throws -> DisputeFolder {
    guard let standing = try disputes().first(where: { $0.hold == hold }) else {
      throw DisputeFault.noDispute(hold)
    }
    let dispute = standing.dispute
    let tables = RunTables(reports, event: dispute.event, run: dispute.run)
    guard tables.isThere else {
      throw ReportFolder.Fault.noFile(
        path: reports.folder(event: dispute.event, run: dispute.run) + "/lines.csv")
    }
    let site = dispute.site
    let lines = try tables.cells(.lines, PacketWriter.lineColumns.map(\.key), of: site)
    let entries = Set(
      lines.compactMap { $0.last.flatMap { UInt64($0) } } + [hold, dispute.entry]
        + (standing.resolvedBy.map { [$0] } ?? []))
    let posted = try Entry(try self.entries([dispute.entry])[0]).request
    var files: [(name: String, bytes: [UInt8])] = []
    var rule: [DisputePacket.Fact] = [
      .init("sha256", "SHA-256 of the file", posted.rule.map { "\($0)" } ?? "")
    ]
    if let hash = posted.rule, let bytes = try store.proven(hash) {
      files.append(("policy.yaml", bytes))
      if let policy = try? Policy.load(bytes: bytes, file: "policy.yaml") {
        rule += [
          .init("id", "programme", policy.id.text), .init("title", "title", policy.title),
          .init("version", "version", policy.version),
        ]
      }
    }
    if let hash = posted.evidence.first(where: { $0.kind == .performance })?.hash,
      let bytes = try store.proven(hash)
    {
      files.append(("\(hash).cbor", bytes))
    }
    let proofs = try proofs(entries.sorted(), standing, &files)
    let writer = PacketWriter(standing: standing, home: home, zone: zone)
    let intervals = try tables.cells(
      .intervals, PacketWriter.intervalColumns.map(\.key), of: site)
    let shares = try tables.cells(.parties, PacketWriter.shareColumns.map(\.key), of: site)
    let parts =
      [
        writer.dispute, writer.money(lines), writer.rules(lines), writer.shares(shares),
        writer.readings(intervals),
        writer.prices(intervals), writer.baseline(intervals),
      ] + writer.logbook
      + [
        .init("policy", "Policy", "The rules are those of this file.", .facts(rule)), proofs,
        writer.checks(files.map(\.name)),
      ]
    return DisputeFolder(
      packet: DisputePacket(
        title: "Dispute \(hold): \(dispute.line) of \(dispute.site)",
        kicker: "Event \(dispute.event), run \(dispute.run)", summary: writer.summary,
        parts: parts), files: files)
  }

  /// Each entry with its place in the newest signed checkpoint; bytes and receipts go to `files`.
  private func proofs(
    _ indexes: [UInt64], _ standing: DisputeStanding,
    _ files: inout [(name: String, bytes: [UInt8])]
  ) throws -> DisputePacket.Part {
    let head = try newestCheckpoint()
    let size = head?.checkpoint.size ?? 0
    var rows: [[String]] = []
    for (index, bytes) in zip(indexes, try entries(indexes)) {
      let what =
        switch index {
        case standing.hold: "the hold of this dispute"
        case standing.resolvedBy: "its decision"
        case standing.dispute.entry: "the disputed line"
        default: "another line of this home"
        }
      let isCovered = index < size
      rows.append([
        "\(index)", what, "\(book.recordedAt(of: index))", "\(Entry.leafHash(bytes))",
        isCovered ? "\(size)" : "", "headroom ledger prove \(index)",
      ])
      guard isCovered else { continue }
      let item = try receipts([index])[0]
      files.append(("\(index).entry", item.entry))
      files.append(("\(index).tlog-proof", Array(item.receipt.text.utf8)))
    }
    let missing = rows.filter { $0[4].isEmpty }.map { $0[0] }
    let log = book.origin.map { "The log is \($0). " } ?? ""
    return .init(
      "proofs", "Ledger",
      log
        + (missing.isEmpty
          ? "Each entry is in a signed checkpoint."
          : "Entry \(missing.joined(separator: ", ")) is in no signed checkpoint yet."),
      .table(
        [
          .init("entry", "entry", isNumber: true), .init("what", "what"),
          .init("recordedAt", "written"), .init("leafHash", "leaf hash"),
          .init("checkpointSize", "checkpoint of", isNumber: true), .init("prove", "proved by"),
        ], rows))
  }
}
