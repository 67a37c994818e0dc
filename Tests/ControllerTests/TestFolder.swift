import Foundation
import Grid
import Ledger
import Signing

@testable import Controller

/// A folder of its own for one test; it is gone afterwards.
func withFolder(_ body: (String) throws -> Void) throws {
  let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  try body(folder.path)
}

func write(_ text: String, to file: String) throws {
  try Data(text.utf8).write(to: URL(fileURLWithPath: file))
}

/// What every ledger of these tests begins with.
enum Samples {
  static let origin = "example.org/ledger"
  static let key = try! SigningKey(
    name: origin, key: Ed25519.PrivateKey(seed: [UInt8](repeating: 7, count: 32))!)
  static let now = Timestamp(rfc3339: "2026-07-15T00:00:00Z")!
  static let usd = Currency(code: "USD", digits: 2)!
  static let hour = Window(
    start: Timestamp(rfc3339: "2026-07-12T17:00:00Z")!,
    end: Timestamp(rfc3339: "2026-07-12T18:00:00Z")!)!

  static let chart = """
    commodities:
      - {code: USD, kind: money, digits: 2}
      - {code: kWhP, kind: energy}
    accounts:
      - path: bank:main
      - path: owner:A
      - path: owner:B
      - {path: utility:acme:funding, mayGoNegative: true}
      - path: metering:test

    """

  static func desk(_ folder: String) throws -> LedgerDesk {
    try LedgerDesk(
      founding: folder + "/headroom.db", key: key,
      chart: try LedgerChart.read(bytes: Array(chart.utf8), file: "chart.yaml"), now: now)
  }

  static func idempotencyKey(_ number: UInt8) -> String {
    Hex.text([UInt8](repeating: 0, count: 15) + [number])
  }

  /// One request in JSON; `legs` as account, commodity, amount.
  static func transfer(
    _ number: UInt8, _ legs: [(String, String, String)], until: String = "2026-07-12T18:00:00Z",
    type: String = "transfer", more: String = ""
  ) -> String {
    let postings = legs.map {
      #"{"account":"\#($0.0)","commodity":"\#($0.1)","amount":"\#($0.2)"}"#
    }.joined(separator: ",")
    return #"{"key":"\#(idempotencyKey(number))","type":"\#(type)","reason":"test",\#(more)"#
      + #""effective":["2010-07-12T17:00:00Z","\#(until)"],"postings":[\#(postings)]}"#
  }

  static func requests(_ json: String...) throws -> [PostRequest] {
    try PostRequest.read(bytes: Array(json.joined(separator: "\n").utf8), file: "r.json")
  }

  /// Changes one byte of `old` wherever the file has it, as somebody with an editor would.
  static func alter(_ file: String, _ old: [UInt8], at place: Int, to byte: UInt8) throws -> Int {
    var bytes = Array(try Data(contentsOf: URL(fileURLWithPath: file)))
    var count = 0
    var start = 0
    while start + old.count <= bytes.count {
      if bytes[start] == old[0], Array(bytes[start..<start + old.count]) == old {
        bytes[start + place] = byte
        count += 1
        start += old.count
      } else {
        start += 1
      }
    }
    try Data(bytes).write(to: URL(fileURLWithPath: file))
    return count
  }
}
