import Grid
import Ledger
import Settlement
import Storage
import Testing

@testable import Controller

@Suite struct `Evidence of a home` {
  static func sample() throws -> HomeEvidence {
    var sample: HomeEvidence?
    try withFolder { folder in
      let pair = try SettledPair(folder)
      sample = try HomeEvidence(bytes: pair.objects[0].body)
    }
    return sample!
  }

  @Test func `is read as it was written, with everything that decides`() throws {
    var evidence = try Self.sample()
    var home = evidence.home
    home.intervals[0] = .missing(excusal: .gridOutage)
    home.intervals[1] = .estimated(Energy(joules: -5))
    home.verdict = .refused(reason: "tooFewDays")
    home.heldBy = "batteryMoved"
    home.optedOutAt = Timestamp(seconds: 1_783_875_700)
    home.earlierInMonth = .init(
      rewards: Money(millionths: 5), penalties: Money(millionths: 2))
    home.earlierInYear = .init(rewards: Money(millionths: -7))
    home.isNotified = false
    evidence.input.homes = [home]
    evidence.input.isTest = true
    evidence.input.run.payer = .funding
    evidence.qualities = [.missing, .edited, .actual, .estimated]
    evidence.flags = ["batteryMoved"]
    #expect(try HomeEvidence(bytes: evidence.bytes) == evidence)
  }

  /// What is put in place of a field, and what the refusal names.
  static let faults: [(UInt64, CBOR.Value?, String)] = [
    (0, .unsigned(3), "field 0 is 3; allowed: 1 to 2"), (0, .unsigned(2), "field 23 is absent"),
    (1, .bytes([1]), "field 1 is h'01'; allowed: 32 bytes"),
    (2, nil, "field 2 is absent"),
    (4, .array([.unsigned(5), .unsigned(5)]), "field 4 is from 5 to 5"),
    (5, .null, "field 5 is null; allowed: true, false"),
    (7, .text("nobody"), "field 7 is nobody; allowed: escrow, funding"),
    (8, .array([]), "it has no interval"),
    (8, .array([.array([.unsigned(0), .unsigned(9), .unsigned(4)])]), "the level 4"),
    (9, .text("a b"), "field 9 is a b; allowed: a name"),
    (11, .array([.null]), "allowed: names of batteries"),
    (12, .array([]), "allowed: an array of 4"),
    (
      12, .array([CBOR.Value](repeating: .array([.unsigned(1), .unsigned(2)]), count: 4)),
      "0 <= penalty base <= reward base"
    ),
    (
      13,
      .array(
        [CBOR.Value](repeating: .array([.unsigned(0), .null, .unsigned(0), .null]), count: 4)),
      "allowed: joules"
    ),
    (
      13,
      .array(
        [CBOR.Value](
          repeating: .array([.unsigned(2), .null, .unsigned(0), .text("rain")]), count: 4)),
      "has the excusal"
    ),
    (14, .text("maybe"), "allowed: verified, estimated, refused:CODE"),
    (15, .array([.unsigned(1)]), "allowed: codes"),
    (19, .negative(-1), "field 19 is -1"),
    (20, .array([.unsigned(1 << 60), .unsigned(0)]), "millionths"),
    (23, .array([.text("UTC"), .unsigned(0), .array([])]), "fields beyond those of its form"),
    (99, .unsigned(1), "fields beyond those of its form"),
  ]

  @Test(arguments: faults.indices) func `is refused with the field that is wrong`(
    row: Int
  ) throws {
    let (key, value, said) = Self.faults[row]
    guard case .map(let pairs) = try CBOR.decode(try Self.sample().bytes) else { return }
    var changed = pairs.filter { $0.key != .unsigned(key) }
    if let value { changed.append(.init(.unsigned(key), value)) }
    let fault = #expect(throws: HomeEvidence.Fault.self) {
      try HomeEvidence(bytes: CBOR.encode(.map(changed)))
    }
    #expect(fault?.description.contains(said) == true, "\(fault?.description ?? "")")
  }
}
