import Grid
import Ledger
public import Policies

extension PostRequest {
  /// Longest file, in bytes; one request or one array of them may have 64 KiB.
  public static let maximumBytes = 64 << 20

  /// Reads requests: one JSON object a line, one object, or an array of them.
  ///
  /// Every value is read from its own text, so that an amount never passes through a `Double`.
  /// - Throws: every fault of the file at once, with its line.
  public static func read(bytes: [UInt8], file: String) throws(YAMLFaults) -> [PostRequest] {
    let first = bytes.first { ![0x20, 0x09, 0x0A, 0x0D].contains($0) }
    guard let first, bytes.count <= maximumBytes else {
      throw YAMLFaults([
        YAMLFault(
          file: file, line: 0, path: "", found: first == nil ? "empty" : "\(bytes.count) bytes",
          allowed: "requests, at most \(maximumBytes) bytes", code: YAMLFault.Code.badValue)
      ])
    }
    if first == UInt8(ascii: "[") {
      return try array(bytes, file)
    }
    let lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false).map(trimmed)
    // An object that does not end on its first line is all there is.
    guard lines.first(where: { !$0.isEmpty })?.last == UInt8(ascii: "}") else {
      return [try one(bytes, file, lineBefore: 0)]
    }
    var requests: [PostRequest] = []
    var faults: [YAMLFault] = []
    for (number, line) in lines.enumerated() where !line.isEmpty {
      do throws(YAMLFaults) {
        requests.append(try one(Array(line), file, lineBefore: number))
      } catch {
        faults += error.list
      }
    }
    guard faults.isEmpty else { throw YAMLFaults(faults) }
    return requests
  }

  private static func trimmed(_ line: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    var line = line.drop { $0 == 0x20 || $0 == 0x09 }
    while let last = line.last, [0x20, 0x09, 0x0D].contains(last) { line.removeLast() }
    return line
  }

  private static func array(_ bytes: [UInt8], _ file: String) throws(YAMLFaults) -> [PostRequest] {
    // A document is a mapping; the bytes before the array are on its first line, so lines hold.
    let document = Array("{\"requests\":".utf8) + bytes + Array("}".utf8)
    do throws(YAMLFaults) {
      let reader = try YAMLReader(bytes: document, file: file)
      return try reader.read { root in
        root.required("requests", .list(of: .section { request($0, file, 0) }, 1...10_000))
      }
    } catch {
      throw shifted(error, bytes, by: 0)
    }
  }

  private static func one(
    _ bytes: [UInt8], _ file: String, lineBefore: Int
  ) throws(YAMLFaults) -> PostRequest {
    do throws(YAMLFaults) {
      let reader = try YAMLReader(bytes: bytes, file: file)
      return try reader.read { request($0, file, lineBefore) }
    } catch {
      throw shifted(error, bytes, by: lineBefore)
    }
  }

  /// The faults of a part of the file, told by the lines of the whole and of the form in use.
  private static func shifted(
    _ faults: YAMLFaults, _ part: [UInt8], by lines: Int
  ) -> YAMLFaults {
    // What ends too early is missed on the line after the last one.
    let last = part.count { $0 == 0x0A } + 1
    return YAMLFaults(
      faults.list.map { fault in
        YAMLFault(
          file: fault.file, line: min(max(1, fault.line), last) + lines, path: fault.path,
          found: fault.found.replacing("not YAML", with: "not JSON"),
          allowed: fault.allowed.replacing("YAML document", with: "JSON object"),
          code: fault.code)
      })
  }

  // MARK: One request

  private static func request(
    _ section: YAMLSection, _ file: String, _ lineBefore: Int
  ) -> PostRequest? {
    let key = section.required(
      "key",
      YAMLForm<IdempotencyKey>.scalar("32 hexadecimal digits, new for each request") { text in
        Hex.bytes(text).flatMap { IdempotencyKey(bytes: $0) }
      })
    let kind = section.required("type", YAMLForm<Kind>.word())
    let times = YAMLForm<[Timestamp]>.list(of: moment, 2...2).map(
      allowed: "[from, to] with from before to"
    ) { Window(start: $0[0], end: $0[1]) }
    let moves = kind?.moves ?? true
    let effective =
      moves ? section.required("effective", times) : section.optional("effective", times)
    let evidence = section.optional(
      "evidence", .list(of: .section(Self.evidence), 0...EntryLimits.evidence), default: [])
    let rule = section.optional("rule", digest)
    guard let kind, let body = body(kind, section), let key, effective != nil || !moves else {
      return nil
    }
    return PostRequest(
      place: "\(file):\(section.line + lineBefore)", key: key, effective: effective,
      evidence: evidence, rule: rule, body: body)
  }

  private enum Kind: String, CaseIterable {
    case transfer, reserve, post, void, reverse, close, snapshot, account, commodity, policy, quorum

    var moves: Bool {
      switch self {
      case .transfer, .reserve, .post, .void, .reverse: true
      case .close, .snapshot, .account, .commodity, .policy, .quorum: false
      }
    }
  }

  private static func body(_ kind: Kind, _ section: YAMLSection) -> Body? {
    let text = YAMLForm<String>.text(EntryLimits.text)
    switch kind {
    case .transfer:
      let reason = section.required("reason", text)
      let event = section.optional("event", text)
      let run = section.optional("run", text)
      let reference = section.optional("reference", entry)
      guard let movement = movement(section), let reason else { return nil }
      return .transfer(
        reason: reason, event: event, run: run, reference: reference, movement: movement)
    case .reserve:
      let reason = section.required("reason", text)
      let expires = section.required("expires", moment)
      guard let movement = movement(section), let reason, let expires else { return nil }
      return .reserve(reason: reason, expires: expires, movement: movement)
    case .post:
      let reason = section.required("reason", text)
      let hold = section.required("reference", entry)
      guard let reason, let hold else { return nil }
      return .post(reason: reason, hold: hold)
    case .void:
      let reason = section.required(
        "reason", YAMLForm<VoidReason>.words(["cancelled": .cancelled, "refused": .refused]))
      let hold = section.required("reference", entry)
      guard let reason, let hold else { return nil }
      return .void(reason, hold: hold)
    case .reverse:
      let reason = section.required("reason", text)
      let index = section.required("reference", entry)
      guard let reason, let index else { return nil }
      return .reverse(reason: reason, entry: index)
    case .close, .snapshot, .account, .commodity, .policy, .quorum:
      return still(kind, section)
    }
  }

  private static func still(_ kind: Kind, _ section: YAMLSection) -> Body? {
    switch kind {
    case .close:
      let period = section.required("period", .text(EntryLimits.text))
      let until = section.required("until", moment)
      guard let period, let until else { return nil }
      return .close(period: period, until: until)
    case .snapshot: return .snapshot
    case .account:
      let account = section.required("account", .accountPath)
      let flags = section.required("flags", .list(of: flag, 0...5))
      guard let account, let flags else { return nil }
      return .flags(account: account, flags.reduce([]) { $0.union($1) })
    case .commodity: return LedgerChart.commodity(section).map { .commodity($0) }
    case .policy:
      if !section.has("rule") {
        section.fault("rule", allowed: "the SHA-256 of the policy file")
      }
      return section.required("name", .text(EntryLimits.text)).map { .policy(name: $0) }
    case .quorum:
      let right = section.required("right", YAMLForm<Right>.word())
      let needs = section.required("needs", .int(1...Int64(EntryLimits.approvals)))
      guard let right, let needs else { return nil }
      return .quorum(right, needs: UInt64(needs))
    case .transfer, .reserve, .post, .void, .reverse: return nil
    }
  }

  private static var flag: YAMLForm<AccountFlags> {
    .words([
      "noNegative": .noNegative, "noPositive": .noPositive, "sink": .sink, "issuer": .issuer,
      "closed": .closed,
    ])
  }

  private static func movement(_ section: YAMLSection) -> Movement? {
    guard section.has("postings") != section.has("split") else {
      section.fault("postings", allowed: "exactly one of postings and split")
      return nil
    }
    let postings = section.optional(
      "postings", .list(of: .section(posting), 1...EntryLimits.postings))
    let split = section.optional("split", .section(division))
    return postings.map { .postings($0) } ?? split.map { .split($0) }
  }

  private static func posting(_ section: YAMLSection) -> Posting? {
    let account = section.required("account", .accountPath)
    let commodity = section.required("commodity", .text(16))
    let amount = section.required("amount", .text(32))
    guard let account, let commodity, let amount else { return nil }
    return Posting(account: account, commodity: commodity, amount: amount)
  }

  private static func division(_ section: YAMLSection) -> Division? {
    let from = section.required("from", .accountPath)
    let commodity = section.required("commodity", .text(16))
    let amount = section.required("amount", .text(32))
    let to = section.required(
      "to",
      .list(
        of: .section { section -> (account: String, weight: Int64)? in
          let account = section.required("account", .accountPath)
          let weight = section.required("weight", .int(1...1_000_000_000))
          guard let account, let weight else { return nil }
          return (account, weight)
        }, 1...EntryLimits.postings - 1))
    guard let from, let commodity, let amount, let to else { return nil }
    return Division(from: from, commodity: commodity, amount: amount, to: to)
  }

  private static func evidence(_ section: YAMLSection) -> Evidence? {
    let kind = section.required(
      "kind",
      YAMLForm<EvidenceKind>.scalar("1…9") { UInt64($0).flatMap(EvidenceKind.init(rawValue:)) })
    let hash = section.required("sha256", digest)
    guard let kind, let hash else { return nil }
    return Evidence(kind, hash)
  }

  private static var digest: YAMLForm<Digest> {
    .scalar("64 hexadecimal digits") { Digest(hex: $0) }
  }

  private static var entry: YAMLForm<UInt64> {
    YAMLForm<Int64>.int(0...Int64.max).map { UInt64($0) }
  }

  private static var moment: YAMLForm<Timestamp> {
    .scalar("a time like 2026-09-15T17:00:00Z") { Timestamp(rfc3339: $0) }
  }
}
