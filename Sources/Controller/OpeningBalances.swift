public import Grid
public import Ledger
import Signing

/// Balances of an older book, to begin a new one with.
public struct OpeningBalances: Sendable {
  /// Every fault of a file.
  public struct Faults: Error, Hashable, Sendable, CustomStringConvertible {
    /// File, line, field, found and allowed, a line each.
    public let lines: [String]

    /// One fault a line.
    public var description: String { lines.joined(separator: "\n") }
  }

  struct Row: Sendable {
    var account: String
    var commodity: String
    var amount: String
    /// In millionths, whatever the commodity's scale.
    var value: Int128
  }

  let rows: [Row]
  private let seed: Digest

  /// Rows of a file; a request has two postings for each of them at most.
  public static let maximumRows = 1_000_000
  private static let rowsOfARequest = 400
  private static let header = "account,commodity,amount"

  /// Reads a file.
  /// - Throws: every fault at once, also commodities that do not sum to zero.
  public static func read(bytes: [UInt8], file: String) throws(Faults) -> OpeningBalances {
    var faults: [String] = []
    var rows: [Row] = []
    var seen: Set<String> = []
    var sums: [String: Int128] = [:]
    // Bytes, because a carriage return and a line feed are one character. Spreadsheets begin with a mark.
    var lines = bytes[(bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0)...]
      .split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
      .map { line in
        Substring(
          decoding: line.last == UInt8(ascii: "\r") ? line.dropLast() : line, as: UTF8.self)
      }[...]
    if lines.last == "" { lines.removeLast() }
    let first = lines.popFirst() ?? ""
    if first != header {
      faults.append("\(file):1: header is '\(first.prefix(60))'; allowed: \(header)")
    }
    func fault(_ line: Int, _ field: String, _ found: Substring, _ allowed: String) {
      faults.append("\(file):\(line): \(field) is '\(found)'; allowed: \(allowed)")
    }
    if lines.count > maximumRows {
      faults.append("\(file): \(lines.count) rows; allowed: \(maximumRows)")
      lines = lines.prefix(maximumRows)
    }
    for (place, line) in lines.enumerated() {
      let number = place + 2
      let cells = line.split(separator: ",", omittingEmptySubsequences: false)
      guard cells.count == 3 else {
        fault(number, "row", line, "three cells: \(header)")
        continue
      }
      if AccountRole(path: String(cells[0])) == nil || cells[0] == "opening" {
        fault(number, "account", cells[0], AccountRole.pathForms)
      }
      if !(1...16).contains(cells[1].utf8.count)
        || !cells[1].utf8.allSatisfy({ (65...90).contains($0 & 0xDF) })
      {
        fault(number, "commodity", cells[1], "1 to 16 letters")
      }
      if !seen.insert("\(cells[0]),\(cells[1])").inserted {
        fault(number, "account", cells[0], "each account and commodity once")
      }
      guard let value = try? FixedDecimal.parse(String(cells[2]), places: 6) else {
        fault(number, "amount", cells[2], "a decimal with at most 12 digits and 6 places")
        continue
      }
      sums[String(cells[1]), default: 0] += Int128(value)
      if value == 0 { continue }
      rows.append(
        Row(
          account: String(cells[0]), commodity: String(cells[1]), amount: String(cells[2]),
          value: Int128(value)))
    }
    // The sum of a file with faults says nothing.
    if !faults.isEmpty { sums = [:] }
    for (code, sum) in sums.sorted(by: { $0.key < $1.key }) where sum != 0 {
      let left = FixedDecimal.text(sum, places: 6, minimumPlaces: 0)
      faults.append(
        "\(file): \(code) sums to \(left); allowed: 0, with what lies outside as bank:NAME")
    }
    if rows.isEmpty, faults.isEmpty { faults.append("\(file): no balance; allowed: one or more") }
    guard faults.isEmpty else { throw Faults(lines: faults) }
    return OpeningBalances(rows: rows, seed: SHA256.hash(bytes))
  }

  /// The requests that write them, under keys that the same file gives again.
  public func requests(effective: Window, continues: Checkpoint?) -> [PostRequest] {
    var requests: [PostRequest] = []
    if let continues {
      requests.append(.statement(.continues(continues), key: key(0), place: "continues"))
    }
    // Those who give come last, or an account could be asked for what it does not have yet.
    let order = rows.filter { $0.value > 0 } + rows.filter { $0.value < 0 }
    for start in stride(from: 0, to: order.count, by: Self.rowsOfARequest) {
      let part = order[start..<min(start + Self.rowsOfARequest, order.count)]
      var sums: [(commodity: String, sum: Int128)] = []
      for row in part {
        if let place = sums.firstIndex(where: { $0.commodity == row.commodity }) {
          sums[place].sum += row.value
        } else {
          sums.append((row.commodity, row.value))
        }
      }
      let postings =
        part.map {
          PostRequest.Posting(account: $0.account, commodity: $0.commodity, amount: $0.amount)
        }
        + sums.filter { $0.sum != 0 }.map {
          PostRequest.Posting(
            account: "opening", commodity: $0.commodity,
            amount: FixedDecimal.text(-$0.sum, places: 6, minimumPlaces: 0))
        }
      requests.append(
        PostRequest(
          place: "rows \(start + 1) to \(start + part.count)", key: key(UInt64(start + 1)),
          effective: effective, evidence: [], rule: nil,
          body: .transfer(
            reason: "opening", event: nil, run: nil, reference: nil, movement: .postings(postings))
        ))
    }
    return requests
  }

  private func key(_ number: UInt64) -> IdempotencyKey {
    let hash = SHA256.hash(Array("hr/opening1\n\(seed)\n\(number)".utf8))
    return IdempotencyKey(bytes: Array(hash.bytes[..<16]))!
  }
}
