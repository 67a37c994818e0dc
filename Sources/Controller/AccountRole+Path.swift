import Grid
public import Ledger
import Settlement

extension AccountRole {
  /// The role that a path of an account stands for, such as `utility:acme:funding`; else nil.
  ///
  /// The names in it have at least one character.
  public init?(path: String) {
    let parts = path.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
    guard !parts.contains("") else { return nil }
    let role: AccountRole?
    switch (parts.count, parts[0], parts.last) {
    case (1, "opening", _): role = .opening
    case (2, "metering", _): role = .issuer
    case (2, let word, _):
      let plain: [AccountRole] = [
        .bank, .owner, .aggregator, .grid, .supplier, .tax, .rounding, .retired,
      ]
      role = plain.first { $0.rawValue == word }
    case (3, "utility", "funding"): role = .funding
    case (3, "utility", "share"): role = .utility
    case (3, "event", "escrow"): role = .escrow
    case (3, "programme", "penalty"): role = .penalty
    default: role = nil
    }
    guard let role else { return nil }
    self = role
  }

  /// The forms of a path, for an error.
  public static let pathForms =
    "bank:NAME, utility:ID:funding, utility:ID:share, event:ID:escrow, owner:ID, aggregator:ID,"
    + " grid:ID, supplier:ID, tax:ID, programme:ID:penalty, rounding:CODE, metering:PROGRAMME,"
    + " retired:PURPOSE, opening"
}

extension SettlementAccount {
  /// The path of the account in the ledger of a controller, which names partners by the programme.
  func path(event: EventID, utility: UtilityID, programme: ProgrammeID) -> String {
    path(event: event, utility: utility, programme: programme, partner: programme.text)
  }
}
