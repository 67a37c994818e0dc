public import Grid
import Signing

/// What kind of thing is counted.
public enum CommodityKind: String, Hashable, Sendable, CaseIterable {
  /// A currency, in millionths.
  case money
  /// Energy, in watt-hours.
  case energy
  /// A promised reduction; only in the layer `promised`.
  case obligation
  /// Rewards without cash value.
  case points
  /// A batch of proven generation.
  case certificate
}

/// What is counted, as its entry says.
public struct Commodity: Hashable, Sendable {
  /// Letters, such as `USD` or `kWh`; unique in a log.
  public let code: String
  /// What kind of thing it is.
  public let kind: CommodityKind
  /// Decimals of the smallest unit, 0…18: 6 for money, 3 for energy.
  public let scale: Int
  /// Decimals in which it is paid, or nil.
  public let minor: Int?
  /// False when it only moves from and to an issuer.
  public let isTransferable: Bool

  /// A commodity; nothing is checked before it is written.
  public init(
    code: String, kind: CommodityKind, scale: Int, minor: Int? = nil, isTransferable: Bool = true
  ) {
    self.code = code
    self.kind = kind
    self.scale = scale
    self.minor = minor
    self.isTransferable = isTransferable
  }

  /// A currency: kind `money`, six decimals.
  public static func money(_ currency: Currency) -> Commodity {
    Commodity(code: currency.code, kind: .money, scale: 6, minor: currency.digits)
  }

  /// Measured energy: `kWh` in watt-hours, minted and taken back by its issuer only.
  public static let measuredEnergy = Commodity(
    code: "kWh", kind: .energy, scale: 3, isTransferable: false)
}

/// What an account may do, added up.
public struct AccountFlags: OptionSet, Hashable, Sendable {
  /// The sum of the flags below.
  public let rawValue: UInt64

  /// A sum of flags.
  public init(rawValue: UInt64) { self.rawValue = rawValue }

  /// Settled balance less open outgoing holds never falls below zero.
  public static let noNegative = AccountFlags(rawValue: 1)
  /// The settled balance never rises above zero.
  public static let noPositive = AccountFlags(rawValue: 2)
  /// It never sends.
  public static let sink = AccountFlags(rawValue: 4)
  /// It may be the source of a commodity that is not transferable.
  public static let issuer = AccountFlags(rawValue: 8)
  /// Nothing is posted any more; allowed only at zero everywhere.
  public static let closed = AccountFlags(rawValue: 16)

  static let all: AccountFlags = [.noNegative, .noPositive, .sink, .issuer, .closed]
}

/// What an account is for; written in the log in clear, unlike its name.
public enum AccountRole: String, Hashable, Sendable, CaseIterable {
  /// The outside world: a deposit makes it negative.
  case bank
  /// What a utility paid in.
  case funding
  /// The largest amount one event can cost.
  case escrow
  /// Owed to an owner.
  case owner
  /// Share of an aggregator.
  case aggregator
  /// Distribution fee and share of a grid company.
  case grid
  /// Compensation of a supplier.
  case supplier
  /// Tax.
  case tax
  /// Commission and administration of a utility.
  case utility
  /// Penalties until the terms pass them on.
  case penalty
  /// What rounding leaves.
  case rounding
  /// Source of a measured or issued commodity.
  case issuer
  /// Claimed certificates, redeemed points.
  case retired
  /// Carries balances into a new log; ends at zero.
  case opening

  /// The flags an account of this role starts with.
  ///
  /// A post-paid programme drops `noNegative` from its funding: a negative balance is its debt.
  public var defaultFlags: AccountFlags {
    switch self {
    case .bank, .penalty, .rounding, .opening: []
    case .funding, .escrow, .owner, .aggregator, .grid, .supplier, .tax, .utility: .noNegative
    case .issuer: [.noPositive, .issuer]
    case .retired: [.noNegative, .sink]
    }
  }
}

/// The name of an account in commands: `owner:H1`. It is not in the log.
///
/// The log has only `who`, the hash of path and salt; whoever deletes both erases the person from
/// the ledger without touching it.
public struct AccountName: Hashable, Sendable {
  /// Such as `utility:acme:funding`.
  public let path: String
  /// 32 random bytes.
  public let salt: [UInt8]

  /// A path of 1…256 printable characters and a salt of 32 bytes, else nil.
  public init?(path: String, salt: [UInt8]) {
    guard !path.isEmpty, EntryLimits.isPrintable(path), salt.count == 32 else { return nil }
    self.path = path
    self.salt = salt
  }

  /// SHA-256("hr/who1\n" || salt || path).
  public var who: Digest { SHA256.hash(parts: Array("hr/who1\n".utf8), salt, Array(path.utf8)) }

  /// The path of an account of a role: `owner:H1`, `utility:acme:funding`, `event:E-17:escrow`.
  ///
  /// `name` is that of the owner, utility, event, programme or currency it belongs to; `opening`
  /// has none and ignores it.
  public static func path(_ role: AccountRole, _ name: String) -> String {
    switch role {
    case .bank, .owner, .aggregator, .grid, .supplier, .tax, .rounding, .retired:
      "\(role.rawValue):\(name)"
    case .funding: "utility:\(name):funding"
    case .utility: "utility:\(name):share"
    case .escrow: "event:\(name):escrow"
    case .penalty: "programme:\(name):penalty"
    case .issuer: "metering:\(name)"
    case .opening: "opening"
    }
  }
}
