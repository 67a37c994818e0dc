import FoundationEssentials
import Grid
import Ledger
import Policies
import Settlement
import Signing
import Storage

/// The homes of one event and run, by the hashes of their evidence.
///
/// Where what one home gets depends on the others (a pool, a cap of all), the entries of every home
/// cite it beside their own evidence: whoever has it, the homes' evidence and the policy settles
/// the event again.
struct WholeEvent: Codable {
  var format = "headroom.event-homes/1"
  var policy: String
  var event: String
  var run: String
  /// SHA-256 of the evidence of each home, in the order of the sites.
  var homes: [String]

  init(policy: Digest, event: EventID, run: String, homes: [Digest]) {
    self.policy = "\(policy)"
    self.event = event.text
    self.run = run
    self.homes = homes.map { "\($0)" }
  }

  /// A document that was kept; nil for another.
  init?(bytes: [UInt8]) {
    guard let found = try? JSONDecoder().decode(WholeEvent.self, from: Data(bytes)),
      found.format == "headroom.event-homes/1"
    else { return nil }
    self = found
  }

  /// The canonical bytes, whose hash entries cite.
  var bytes: [UInt8] { CanonicalDocument.bytes(self) }

  /// As the ledger keeps it.
  var stored: StoredEvidence {
    let body = bytes
    return StoredEvidence(
      hash: SHA256.hash(body), kind: Int(EvidenceKind.document.rawValue), body: body)
  }

  /// The hashes of the homes' evidence; nil when one is none.
  var hashes: [Digest]? {
    let found = homes.compactMap(Digest.init(hex:))
    return found.count == homes.count ? found : nil
  }

  /// The event with all its homes, for the run of one of them; nil when evidence is absent, altered
  /// or of another event.
  ///
  /// - Parameters:
  ///   - own: The home that asks, as its own evidence has it.
  ///   - load: The bytes of a hash.
  func input(
    for own: HomeEvidence, load: (Digest) throws -> [UInt8]?
  ) rethrows -> SettlementInput? {
    guard policy == "\(own.policy)", event == own.input.event.text, run == own.input.run.name,
      let hashes
    else { return nil }
    var whole = own.input
    whole.homes = []
    for hash in hashes {
      guard let bytes = try load(hash), SHA256.hash(bytes) == hash,
        let home = try? HomeEvidence(bytes: bytes), home.policy == own.policy,
        home.input.event == own.input.event, home.input.intervals == own.input.intervals
      else { return nil }
      whole.homes.append(home.home)
    }
    let sites = Set(whole.homes.map(\.site))
    guard sites.count == whole.homes.count, sites.contains(own.home.site) else { return nil }
    return whole
  }
}

extension Policy {
  /// Its events are settled with all their homes together.
  var needsWholeEvent: Bool { eventProgramme?.needsWholeEvent == true }
}

extension EventAccount {
  /// What entries cite beside their home's evidence, where homes depend on each other.
  ///
  /// - Parameter objects: The homes' evidence, in the order of the case.
  func whole(_ objects: [StoredEvidence]) -> WholeEvent? {
    guard policy.needsWholeEvent else { return nil }
    return WholeEvent(
      policy: policy.hash, event: event.id, run: result.run.name, homes: objects.map(\.hash))
  }
}

extension LedgerDesk {
  /// The homes of an event as a run settled them together; nil where none kept them.
  func wholeEvent(policy: Digest, event: EventID, run: String) throws -> WholeEvent? {
    for (hash, kind) in try store.evidenceKinds()
    where kind == Int(EvidenceKind.document.rawValue) {
      guard let found = try store.proven(hash).flatMap({ WholeEvent(bytes: $0) }),
        found.policy == "\(policy)", found.event == event.text, found.run == run
      else { continue }
      return found
    }
    return nil
  }
}
