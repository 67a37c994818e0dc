import Engine
import Grid
import Settlement
import Verification
import Yams

/// What a new policy changes against an old one: meanings, not bytes.
public struct PolicyDifference: Hashable, Sendable {
  /// Which room of the house a change concerns.
  public enum Room: String, Hashable, Sendable, CaseIterable {
    case dispatch, verification, money
    case textOnly = "text only"
  }

  /// One field that is not the same.
  public struct Change: Hashable, Sendable {
    /// The field.
    public let path: String
    /// What it was, or nil when it said nothing.
    public let old: String?
    /// What it is, or nil when it says nothing.
    public let new: String?
    /// The file leaves it out, and `old` is its default.
    public let isOldDefault: Bool
    /// Likewise `new`.
    public let isNewDefault: Bool
    /// Whom it concerns.
    public let room: Room
    /// True when owners get less, or risk more: the new terms need a new agreement.
    public let isWorseForOwners: Bool
    /// True when owners get more, or risk less.
    public let isBetterForOwners: Bool
  }

  /// In the order of the paths.
  public let changes: [Change]
  /// What one home and a fleet see of it, as sentences.
  public let effects: [String]
  /// True when engine, verification and settlement are told the same.
  public let isSameMeaning: Bool

  /// Compares two sound policy files.
  ///
  /// What a file leaves out is compared as the default that it then has. When the meaning is the
  /// same every change is of the text only.
  public init(
    old: (bytes: [UInt8], policy: Policy), new: (bytes: [UInt8], policy: Policy),
    home: ExampleHome = ExampleHome(), minutes: Int64 = 120, homes: Int64 = 50_000, level: Int = 2
  ) {
    let isSame = old.policy.saysTheSame(as: new.policy)
    let (before, after) = (Self.fields(old.bytes), Self.fields(new.bytes))
    let owners = OwnersView(
      old: before.merging(old.policy.defaults) { written, _ in written },
      new: after.merging(new.policy.defaults) { written, _ in written })
    isSameMeaning = isSame
    changes = Set(before.keys).union(after.keys).sorted().compactMap { path in
      let (was, now) = (owners.old[path], owners.new[path])
      if was == now { return nil }
      let room = isSame ? .textOnly : Self.room(of: path)
      return Change(
        path: path, old: was, new: now, isOldDefault: before[path] == nil && was != nil,
        isNewDefault: after[path] == nil && now != nil, room: room,
        isWorseForOwners: room != .textOnly && owners.isWorse(path),
        isBetterForOwners: room != .textOnly && owners.isBetter(path))
    }
    effects =
      isSame
      ? [] : Self.effects(old.policy, new.policy, home: home, minutes, homes: homes, level)
  }

  /// Every value of a file by its path; a decimal without zeros at its end.
  private static func fields(_ bytes: [UInt8]) -> [String: String] {
    var found: [String: String] = [:]
    func visit(_ node: Node, _ path: String) {
      switch node {
      case .scalar(let scalar): found[path] = shortest(scalar.string)
      case .sequence(let sequence):
        let texts = sequence.compactMap(\.scalar?.string).map(shortest)
        if texts.count == sequence.count {
          found[path] = "[\(texts.sorted().joined(separator: ", "))]"
        } else {
          for (index, item) in sequence.enumerated() { visit(item, "\(path)[\(index)]") }
        }
      case .mapping(let mapping):
        for (key, value) in mapping {
          let name = key.scalar?.string ?? ""
          if name == "source" || name == "sources" { continue }
          visit(value, path.isEmpty ? name : "\(path).\(name)")
        }
      case .alias: preconditionFailure("a sound policy has no aliases")
      }
    }
    let text = String(decoding: bytes, as: UTF8.self)
    guard let parser = try? Parser(yaml: text, resolver: .basic, encoding: .utf8),
      let root = try? parser.singleRoot()
    else { preconditionFailure("a policy that was loaded is YAML") }
    visit(root, "")
    return found
  }

  private static func shortest(_ text: String) -> String {
    guard let value = try? FixedDecimal.parse(text, places: 6) else { return text }
    return FixedDecimal.text(value, places: 6, minimumPlaces: 0)
  }

  private static func room(of path: String) -> Room {
    let top = path.prefix { $0 != "." && $0 != "[" }
    if path.hasSuffix("toBeConfirmed") || path.contains("toBeConfirmed.") { return .textOnly }
    switch top {
    case "title", "version", "supersedes", "headroomPolicy": return .textOnly
    case "measurement", "baseline", "validation": return .verification
    case "reward", "splits", "fees", "escrow", "settlement", "currency", "currencyDigits":
      return .money
    default: return .dispatch
    }
  }

  private static func effects(
    _ old: Policy, _ new: Policy, home: ExampleHome, _ minutes: Int64, homes: Int64, _ level: Int
  ) -> [String] {
    var sentences: [String] = []
    func energy(_ policy: Policy) -> Energy {
      policy.release(of: home, minutes: minutes, level: level)?.released ?? .zero
    }
    func kWh(_ energy: Energy) -> String {
      FixedDecimal.text(energy.wattHoursRoundedDown, places: 3, minimumPlaces: 2)
    }
    func money(_ money: Money, _ policy: Policy) -> String {
      PolicyWords.grouped(money.text(in: policy.settlement.currency))
        + " \(policy.settlement.currency.code)"
    }
    let (was, now) = (energy(old), energy(new))
    if was != now {
      func fleet(_ energy: Energy) -> String {
        FixedDecimal.text(
          Int128(energy.wattHoursRoundedDown) * Int128(homes) / 1_000, places: 3, minimumPlaces: 1)
      }
      sentences.append(
        "Released: \(kWh(was)) -> \(kWh(now)) kWh a home, \(fleet(was)) -> \(fleet(now)) MWh "
          + "for \(homes) homes.")
    }
    for (name, share) in [("all", Int64(100)), ("half", 50), ("nothing", 0)] {
      func net(_ policy: Policy, _ committed: Energy) -> Money {
        policy.money(
          committed: committed, delivered: Energy(joules: committed.joules * share / 100),
          level: level
        ).net
      }
      let (before, after) = (net(old, was), net(new, now))
      guard before != after || old.settlement.currency != new.settlement.currency else { continue }
      sentences.append(
        "A home that delivers \(name) of it: \(money(before, old)) -> \(money(after, new)), "
          + "before caps of penalties.")
    }
    // A month with full power, four fifths of it, a missed event and nine tenths.
    func month(_ policy: Policy) -> Money? {
      let terms = policy.programmeTerms
      guard terms.capacity != nil || terms.availability != nil || terms.flat != nil else {
        return .zero
      }
      return ProgrammeExample(policy: policy, committed: home.rating)
        .paid([10_000, 8_000, nil, 9_000])
    }
    if let before = month(old), let after = month(new), before != after {
      sentences.append(
        "A month of four events at 100, 80, 0 and 90 %, beside its energy: "
          + "\(money(before, old)) -> \(money(after, new)).")
    }
    return sentences
  }
}

extension Policy {
  /// True when engine, verification and settlement are told the same, whatever the bytes.
  func saysTheSame(as other: Policy) -> Bool {
    func bare(_ policy: Policy) -> Policy {
      var policy = policy
      policy.forget(hashOf: hash, version: version)
      return policy
    }
    let (a, b) = (bare(self), bare(other))
    return a.id == b.id && a.dispatch == b.dispatch && a.measurement == b.measurement
      && a.programmeTerms == b.programmeTerms && a.disputeDays == b.disputeDays
      && a.reconcile == b.reconcile && a.citesReadings == b.citesReadings
  }

  /// Puts another identity on the terms, so that only their meaning is compared.
  private mutating func forget(hashOf hash: Digest, version: String) {
    dispatch.policy = hash
    measurement.policy = hash
    settlement.policy = hash
    settlement.policyVersion = version
    programmeTerms.base = settlement
  }
}
