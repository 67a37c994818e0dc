import Grid
import Ledger
import Policies
import Settlement
import Storage

/// Compares the readings of a store with those that the evidence of settlements cites.
///
/// Of the runs of a home in an event the last one counts: an earlier one was settled from what was
/// known then. The store's leaves are believed only where they lead to the root that is cited.
struct CitedReadingsCheck {
  /// Days of meters that were compared.
  private(set) var days = 0
  /// Readings that came after the runs that cite their days.
  private(set) var cameLater = 0
  /// What is not as it was.
  private(set) var findings: [LedgerCheck.Finding] = []

  private let archive: MeterArchive
  private var newest: [Home: (entry: UInt64?, readings: CitedReadings)] = [:]

  private struct Home: Hashable {
    let event: EventID
    let site: SiteID
  }

  /// A day of one zone as one run saw it.
  private struct Page: Hashable {
    let day: CivilDate
    let zone: String
    let lastRecord: Int64
  }

  /// Readings of the database at `path`.
  init(_ path: String) throws(StoreError) { archive = try MeterArchive(path: path) }

  /// Takes what an entry's evidence cites; entries come in the order of the ledger, and then, with
  /// nil, what no entry cites: of a home that is owed nothing.
  mutating func note(_ evidence: HomeEvidence, _ readings: CitedReadings, entry: UInt64?) {
    let home = Home(event: evidence.input.event, site: evidence.home.site)
    if entry == nil, newest[home] != nil { return }
    if newest[home]?.readings != readings { newest[home] = (entry, readings) }
  }

  /// Compares day by day, once every entry was noted.
  mutating func run() throws {
    var pages: [Page: [MeterID: (entry: UInt64?, cited: CitedReadings.Day)]] = [:]
    for (entry, readings) in newest.values {
      for cited in readings.days {
        let page = Page(day: cited.day, zone: readings.zone, lastRecord: readings.lastRecord)
        let known = pages[page]?[cited.meter]
        // Two events may cite one day as it was at two times; both are looked at.
        if let known, known.cited.root != cited.root {
          try compare(page, [cited.meter: (entry, cited)])
        } else if known.map({ entry ?? .max < $0.entry ?? .max }) ?? true {
          pages[page, default: [:]][cited.meter] = (entry, cited)
        }
      }
    }
    for (page, meters) in pages { try compare(page, meters) }
    findings.sort { ($0.entries.lowerBound, $0.detail) < ($1.entries.lowerBound, $1.detail) }
  }

  private mutating func compare(
    _ page: Page, _ meters: [MeterID: (entry: UInt64?, cited: CitedReadings.Day)]
  ) throws {
    let notary = ReadingsNotary(archive, zone: try TimeZoneFile.load(page.zone))
    // One meter after the other: a fleet's leaves of one day would take hundreds of megabytes.
    var rest = meters
    let archive = archive
    try archive.readings(
      startingIn: notary.window(page.day), of: Set(meters.keys), upTo: page.lastRecord
    ) { meter, readings in
      guard let (entry, cited) = rest.removeValue(forKey: meter) else { return }
      try compare(page, cited, readings, entry)
    }
    for (entry, cited) in rest.values { try compare(page, cited, [], entry) }
  }

  private mutating func compare(
    _ page: Page, _ cited: CitedReadings.Day, _ readings: [Reading], _ entry: UInt64?
  ) throws {
    days += 1
    let state = try archive.store.cited(
      cited.meter, on: page.day, zone: page.zone, root: cited.root)
    guard let state else {
      return add(
        "readingsMissing", entry,
        "the database keeps no leaves of \(cited.meter) on \(page.day) under the root"
          + " \(cited.root)")
    }
    let verdict = ReadingsNotary.verdict(state, readings, true)
    if verdict.warning == .rootMismatch {
      return add(
        "readingsMissing", entry,
        "the leaves of \(cited.meter) on \(page.day) do not lead to the root \(cited.root)")
    }
    for difference in verdict.differences { try say(difference, state, page, entry) }
  }

  private mutating func say(
    _ difference: ReadingsVerdict.Difference, _ state: NotarizedDay, _ page: Page, _ entry: UInt64?
  ) throws {
    let reading = "the reading of \(state.meter) from \(difference.start) on \(page.day)"
    switch difference.warning {
    case .added: cameLater += 1
    case .altered:
      let now = difference.reading.map(Self.text) ?? ""
      let leaves =
        "; its leaf was \(difference.notarized.map(\.description) ?? ""),"
        + " is \(difference.present.map(\.description) ?? "")"
      guard let former = try former(difference.start, state) else {
        return add("readingAltered", entry, "\(reading) is now \(now)\(leaves)")
      }
      let author = former.author.map { " by \($0)" } ?? ""
      let reason = former.reason.map { ": \($0)" } ?? ""
      add(
        "readingReplaced", entry,
        "\(reading) is now \(now), \(former.kind) at \(former.at)\(author)\(reason)\(leaves)")
    case .missing, .notNotarized, .rootMismatch:
      add(
        "readingMissing", entry,
        "\(reading) is not there; its leaf was \(difference.notarized.map(\.description) ?? "")")
    }
  }

  /// The former value that had the cited leaf, where the database kept it.
  private func former(_ start: Timestamp, _ state: NotarizedDay) throws -> FormerReading? {
    guard let place = state.starts.firstIndex(of: start),
      let window = Window(start: start, end: start.adding(seconds: 1))
    else { return nil }
    return try archive.store.formerReadings(of: state.meter, startingIn: window).last { former in
      let reading = Reading(
        meter: former.meter, window: former.window, imported: former.imported,
        exported: former.exported, quality: former.quality)
      let leaf = NotarizedReadings.leaf(reading, number: UInt32(place), daySalt: state.salt)
      return MerkleHash.leaf(leaf) == state.leaves[place]
    }
  }

  private static func text(_ reading: Reading) -> String {
    func joules(_ energy: Energy?) -> String { energy.map { "\($0.joules) J" } ?? "missing" }
    return
      "import \(joules(reading.imported)), export \(joules(reading.exported)),"
      + " \(reading.quality.letter)"
  }

  private mutating func add(_ code: String, _ entry: UInt64?, _ detail: String) {
    let entries = entry.map { $0..<$0 + 1 } ?? 0..<0
    findings.append(.init(code: code, entries: entries, detail: detail))
  }
}
