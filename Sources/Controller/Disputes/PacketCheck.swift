import Grid
public import Ledger
import Policies
import Settlement
import Signing

/// Checks the folder of a dispute's packet by itself: with the log's key, and without a ledger, a
/// readings database or any other home.
///
/// It compares every file with the signed list, shows that every entry is in the log, settles the
/// home again from its evidence and the policy, and compares each line of money with the packet
/// and the legs of the first run's entries with the ledger's.
public struct PacketCheck {
  /// Files that are those of the list.
  public private(set) var files = 0
  /// Who signed the list; nil for nobody.
  public private(set) var signer: String?
  /// Entries that are in the log.
  public private(set) var entries = 0
  /// Lines that were settled again.
  public private(set) var lines = 0
  /// The home, as its evidence names it; nil where there is none.
  public private(set) var home: String?
  /// What is wrong.
  public private(set) var findings: [LedgerCheck.Finding] = []

  /// True when nothing is wrong.
  public var isSound: Bool { findings.isEmpty }

  private let folder: [String: [UInt8]]
  private let trust: TrustPolicy

  /// The list's name in the folder.
  public static let listName = "FILES"

  /// Checks the files of a folder, by their names.
  public init(_ folder: [String: [UInt8]], trusting trust: TrustPolicy) {
    self.folder = folder
    self.trust = trust
    checkList()
    let requests = checkEntries()
    settleAgain(requests)
  }

  private mutating func add(_ code: String, _ detail: String, entry: UInt64? = nil) {
    findings.append(
      .init(code: code, entries: entry.map { $0..<$0 + 1 } ?? 0..<0, detail: detail))
  }

  // MARK: The list

  private mutating func checkList() {
    guard let bytes = folder[Self.listName] else {
      return add("listMissing", "\(Self.listName) is not there; allowed: a packet's whole folder")
    }
    let whole = String(decoding: bytes, as: UTF8.self)
    var text = whole
    if let note = try? Note(whole) {
      text = note.text
      do throws(NoteFault) {
        signer = try note.verified(by: [trust.logs[0].key]).first?.key.name
      } catch { add("badSignature", "\(Self.listName): \(error)") }
    }
    var rows = text.split(separator: "\n")
    guard rows.first == "headroom.dispute-packet/1" else {
      return add("listMalformed", "\(Self.listName) begins with something else than its form")
    }
    rows.removeFirst()
    var named: Set<String> = [Self.listName]
    for row in rows {
      guard let gap = row.firstIndex(of: " "), let hash = Digest(hex: String(row[..<gap])),
        row[gap...].hasPrefix("  ")
      else {
        add("listMalformed", "\(Self.listName) has the line \(row); allowed: a SHA-256 and a name")
        continue
      }
      let name = String(row[gap...].dropFirst(2))
      named.insert(name)
      guard let bytes = folder[name] else {
        add("fileMissing", "\(name) is in the list and not there")
        continue
      }
      let found = SHA256.hash(bytes)
      if found == hash {
        files += 1
      } else {
        add("fileAltered", "\(name) has the SHA-256 \(found), in the list it has \(hash)")
      }
    }
    for name in folder.keys.sorted() where !named.contains(name) {
      add("fileUnlisted", "\(name) is there and not in the list")
    }
  }

  // MARK: The log

  /// The requests of the entries that are in the log, by their index.
  private mutating func checkEntries() -> [UInt64: EntryRequest] {
    var requests: [UInt64: EntryRequest] = [:]
    for name in folder.keys.sorted() where name.hasSuffix(".entry") {
      let stem = name.dropLast(".entry".count)
      guard let index = UInt64(stem), let bytes = folder[name] else {
        add("entryMalformed", "\(name) names no entry")
        continue
      }
      guard let receipt = folder["\(stem).tlog-proof"] else {
        add("receiptMissing", "\(stem).tlog-proof is not there", entry: index)
        continue
      }
      do throws(ReceiptFault) {
        let proof = try Receipt(text: String(decoding: receipt, as: UTF8.self))
        try proof.verify(entry: bytes, policy: trust)
        guard proof.index == index else {
          add("notInLog", "its receipt is that of entry \(proof.index)", entry: index)
          continue
        }
      } catch {
        add("notInLog", "\(error)", entry: index)
        continue
      }
      guard let entry = try? Entry(bytes) else {
        add("entryMalformed", "\(name) is no entry of a ledger", entry: index)
        continue
      }
      entries += 1
      requests[index] = entry.request
    }
    return requests
  }

  // MARK: The money

  private mutating func settleAgain(_ requests: [UInt64: EntryRequest]) {
    guard let (name, bytes) = folder.first(where: { $0.key.hasSuffix(".cbor") }) else {
      return add("evidenceMissing", "the run was posted before homes had evidence of their own")
    }
    let evidence: HomeEvidence
    do throws(HomeEvidence.Fault) { evidence = try HomeEvidence(bytes: bytes) } catch {
      return add("evidenceMalformed", "\(name): \(error)")
    }
    guard let text = folder["policy.yaml"] else {
      return add("policyMissing", "policy.yaml is not there")
    }
    let policy: Policy
    do throws(PolicyFaults) {
      policy = try Policy.load(bytes: text, file: "policy.yaml", allowsProgramme: true)
    } catch { return add("policyMalformed", "\(error)") }
    guard policy.hash == evidence.policy else {
      return add(
        "policyAltered",
        "policy.yaml has the SHA-256 \(policy.hash), the evidence names \(evidence.policy)")
    }
    home = evidence.home.site.text
    guard !policy.needsWholeEvent else {
      return add(
        "othersMissing",
        "what the home gets depends on the other homes of its event, whose evidence is no part of a"
          + " packet; `headroom ledger verify --evidence` settles them together")
    }
    let result = policy.settle(evidence.input)
    let isFirst = compareLines(result)
    let hash = SHA256.hash(bytes)
    for (index, request) in requests.sorted(by: { $0.key < $1.key }) {
      guard case .transfer(let reason, _, let run, _) = request.data,
        let kind = EntryKind(reason: reason), run == evidence.input.run.name
      else { continue }
      if request.rule != policy.hash {
        add("ruleDiffers", "it cites another policy than policy.yaml", entry: index)
      }
      guard request.evidence.contains(where: { $0.kind == .performance && $0.hash == hash }) else {
        add("evidenceDiffers", "it cites another evidence than \(name)", entry: index)
        continue
      }
      if isFirst { compare(request, with: result, kind, index) }
    }
  }

  /// The legs of a first run by their amounts: the accounts have no names outside of the house.
  private mutating func compare(
    _ request: EntryRequest, with result: SettlementResult, _ kind: EntryKind, _ index: UInt64
  ) {
    let entry = result.entries().first { $0.kind == kind }
    let computed = (entry?.legs ?? []).map(\.amount.millionths).sorted()
    let found = request.legs.map(\.amount).sorted()
    if found != computed {
      func text(_ amounts: [Int64]) -> String { amounts.map { "\($0)" }.joined(separator: ", ") }
      add(
        "postingsDiffer",
        "it moves \(text(found)); its evidence gives \(text(computed)) (millionths)", entry: index)
    }
  }

  /// Compares the lines of the packet; true where no run before posted anything.
  private mutating func compareLines(_ result: SettlementResult) -> Bool {
    var rows: [String: [String: String]] = [:]
    let csv = String(decoding: folder["packet.csv"] ?? [], as: UTF8.self)
    for row in csv.split(separator: "\n") where row.hasPrefix("lines,") {
      let cells = row.split(separator: ",", maxSplits: 3, omittingEmptySubsequences: false)
      guard cells.count == 4 else { continue }
      rows[String(cells[1]), default: [:]][String(cells[2])] = String(cells[3])
    }
    let packet = Dictionary(
      rows.values.map { (RunTables.name($0["line_type"] ?? "", $0["policy_field"] ?? ""), $0) },
      uniquingKeysWith: { first, _ in first })
    let settled = result.homes.first?.lines ?? []
    for line in settled {
      let found = packet[line.name]
      lines += 1
      for (name, amount) in [("amount", line.amount), ("charged", line.charged)] {
        let computed = amount.text(in: result.currency)
        guard found?[name] != computed else { continue }
        add(
          "lineDiffers",
          "\(line.name): \(name) is \(found?[name] ?? "not there") in the packet, its evidence gives "
            + computed)
      }
    }
    for name in packet.keys.sorted() where !settled.contains(where: { $0.name == name }) {
      if packet[name]?["charged"].map({ Self.isZero($0) }) == true { continue }
      add("lineDiffers", "\(name) is in the packet, its evidence gives none")
    }
    return packet.values.allSatisfy { Self.isZero($0["prior_amount"] ?? "0") }
  }

  private static func isZero(_ text: String) -> Bool { text.allSatisfy { "0.-".contains($0) } }
}
