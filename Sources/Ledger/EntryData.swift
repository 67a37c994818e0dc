public import Grid

/// What an entry does. The numbers are those of the log.
public enum EntryType: UInt64, Hashable, Sendable, CaseIterable {
  /// Names a commodity.
  case commodity = 1
  /// Opens an account or changes its flags.
  case account = 2
  /// Moves amounts for good.
  case transfer = 3
  /// Holds amounts.
  case reserve = 4
  /// Makes a hold final.
  case post = 5
  /// Gives a hold back.
  case void = 6
  /// Takes an entry back.
  case reverse = 7
  /// Closes a period.
  case close = 8
  /// States the root of all balances.
  case snapshot = 9
  /// Enrols or revokes a key.
  case key = 10
  /// States something beside the money.
  case note = 11
}

/// What the holder of a key may do.
public enum Right: String, Hashable, Sendable, CaseIterable {
  /// Entries of the types 3 to 6, and notes of readings.
  case post
  /// Reversals.
  case reverse
  /// Closing a period, and snapshots.
  case close
  /// Commodities, accounts, keys.
  case enrol
  /// Policies.
  case activate
  /// Transfers with the reason `waiver`.
  case waive
  /// Being the log itself: only the first entry grants it.
  case log
}

/// Why a hold was given back.
public enum VoidReason: String, Hashable, Sendable, CaseIterable {
  /// It ran out.
  case expired
  /// Who made it took it back.
  case cancelled
  /// The other side said no.
  case refused
}

/// Whether a key counts from now on.
public enum KeyState: String, Hashable, Sendable, CaseIterable {
  /// It has its rights.
  case enrolled
  /// It has none any more; what it did before stays valid.
  case revoked
}

/// The type of an entry and what that type has to say.
///
/// Texts are printable ASCII of at most 256 bytes; what is out of range is refused when it is
/// written.
public enum EntryData: Hashable, Sendable {
  /// A commodity; its number is the count of commodity entries up to this one.
  case commodity(Commodity)
  /// An account, or new flags for one that exists.
  case account(id: AccountID, role: AccountRole, flags: AccountFlags, who: Digest)
  /// A transfer: `deposit`, `escrow`, `settlement`, `waiver` …; `calc` is the version of the
  /// arithmetic.
  case transfer(reason: String, event: String? = nil, run: String? = nil, calc: UInt64? = nil)
  /// A hold that runs out.
  case reserve(reason: String, expires: Timestamp)
  /// A hold made final.
  case post(reason: String)
  /// A hold given back.
  case void(VoidReason)
  /// Another entry taken back.
  case reverse(reason: String)
  /// A period, such as `2026-07`, closed until a moment.
  case close(period: String, until: Timestamp)
  /// The root of `count` balances after the entry `asOf`.
  case snapshot(asOf: UInt64, count: UInt64, root: Digest)
  /// A key, its rights and whether they count.
  case key(vkey: String, rights: [Right], state: KeyState)
  /// Something beside the money.
  case note(LedgerNote)

  /// The type of the entry.
  public var type: EntryType {
    switch self {
    case .commodity: .commodity
    case .account: .account
    case .transfer: .transfer
    case .reserve: .reserve
    case .post: .post
    case .void: .void
    case .reverse: .reverse
    case .close: .close
    case .snapshot: .snapshot
    case .key: .key
    case .note: .note
    }
  }
}

/// What a note in the log says.
public enum LedgerNote: Hashable, Sendable {
  /// The root of the readings of a local day, `YYYY-MM-DD` in an IANA zone, from `count` meters.
  case readings(day: String, zone: String, count: UInt64, root: Digest)
  /// The policy whose hash the entry carries is in force under a name.
  case policy(name: String)
  /// A right asks for so many distinct keys from now on.
  case quorum(right: Right, needs: UInt64)
  /// A checkpoint was published at some outside place. *Interpretation:* of these fields.
  case anchor(place: String, size: UInt64, root: Digest)
  /// This log continues another one.
  case continues(origin: String, size: UInt64, root: Digest)
}
