import Grid
import Ledger
public import Policies
public import Settlement
import Signing
import Storage

/// The month, or the season, of a served programme as a run settles it: what the controller leaves
/// to its events is posted already, and this is what they come to together.
///
/// It is computed from the evidence that the ledger keeps of every home and event, so whoever has
/// that and the policy comes to the same.
public struct ServedPeriod: Sendable {
  /// Why a period cannot be settled.
  public enum Fault: Error, Hashable, Sendable, CustomStringConvertible {
    /// The policy pays nothing for a month or a season.
    case paysNoPeriods(String)
    /// The period is not over.
    case notOver(String)
    /// What the policy asks for and nobody says.
    case lacking([String])
    /// The run is posted, with other inputs.
    case runPosted(run: String, period: String)
    /// Another key than the log's own.
    case notTheLogsKey(String)

    /// What was found and what is allowed.
    public var description: String {
      switch self {
      case .paysNoPeriods(let id):
        "programme \(id) pays nothing for a month or a season; allowed: capacity, availability or "
          + "flat in its reward"
      case .notOver(let period): "\(period) is not over; allowed: a month that has ended"
      case .lacking(let faults): faults.joined(separator: "\n")
      case .runPosted(let run, let period):
        "run \(run) of \(period) is posted, and would post something else now; allowed: a later run"
          + " of the policy"
      case .notTheLogsKey(let name):
        "the key is that of \(name); allowed: the log's own, so that later runs find what is posted"
      }
    }
  }

  /// The policy.
  public let policy: Policy
  /// The run.
  public let run: SettlementTerms.Run
  /// Everything that was settled, events included.
  public let account: PeriodAccount
  /// The lines of the periods alone.
  public let lines: [ProgrammeLine]
  /// What stood posted before this run.
  public let posted: [ProgrammeAccount]
  /// What this run posts, the new legs less the posted ones.
  public let posts: [ProgrammeAccount]
  /// True when the run itself has posted before.
  public let isPosted: Bool
  /// The hashes of the evidence that it was computed from, in their order.
  let evidence: [Digest]
  let utility: UtilityID?
  let periods: [ProgrammePeriod]

  /// Key and name of a period in the ledger.
  static func event(_ period: String) -> String { "period:\(period)" }
}

/// What a period's entries cite beside the policy: who was enrolled, and what the events were.
struct ServedPeriodDocument: Codable {
  struct Home: Codable {
    var site: String
    var owner: String
    var committedW: Int64
    var zone: String?
    var firstYear: Int64?
    var from: String?
    var to: String?
    var heardHundredths: [String: Int32]?
  }

  var format = "headroom.period-settlement/1"
  var policy: String
  var run: String
  var from: String
  var to: String
  var homes: [Home]
  var evidence: [String]

  init(_ period: ServedPeriod) {
    policy = "\(period.policy.hash)"
    run = period.run.name
    from = "\(period.periods.map(\.from).min() ?? period.periods[0].from)"
    to = "\(period.periods.map(\.to).max() ?? period.periods[0].to)"
    evidence = period.evidence.map { "\($0)" }
    homes = period.account.input.homes.sorted { $0.site < $1.site }.map { home in
      var heard: [String: Int32]?
      for (day, share) in home.heard ?? [:] {
        heard = heard ?? [:]; heard?["\(day)"] = share.hundredths
      }
      return Home(
        site: home.site.text, owner: home.owner.text, committedW: home.committed.watts,
        zone: home.zone, firstYear: home.vintage, from: home.from.map { "\($0)" },
        to: home.to.map { "\($0)" }, heardHundredths: heard)
    }
  }
}
