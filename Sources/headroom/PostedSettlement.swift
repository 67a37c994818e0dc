import Controller
import FoundationEssentials
import Grid
import Policies
import Settlement

/// What an earlier `headroom settle --intervals --json` of the same events came to.
struct PostedSettlement {
  /// The run.
  let run: String
  /// What stands posted after it.
  let accounts: [ProgrammeAccount]

  private struct Form: Decodable {
    struct Account: Decodable {
      var period: String
      var siteId: String?
      var parties: [String: String]
      var owners: [String: String]
    }
    var policySha256: String
    var run: String
    var currency: String
    var accounts: [Account]
    var posted: [Account]?
  }

  /// Reads a file.
  /// - Throws: An exit code when it is no such result, or one of another policy or currency.
  init(_ bytes: [UInt8], file: String, policy: Policy) throws {
    guard let form = try? JSONDecoder().decode(Form.self, from: Data(bytes)) else {
      throw Outcome.badInput.failure(
        "\(file): it is no result; allowed: what `headroom settle --intervals --json` printed")
    }
    var faults: [String] = []
    if form.policySha256 != "\(policy.hash)" {
      faults.append(
        "policySha256 is \(form.policySha256); allowed: \(policy.hash), because a newer policy never "
          + "changes an old event")
    }
    let currency = policy.settlement.currency
    if form.currency != currency.code {
      faults.append("currency is \(form.currency); allowed: \(currency.code)")
    }
    func money(_ text: String, _ place: String) -> Money {
      let isNegative = text.hasPrefix("-")
      let digits = isNegative ? String(text.dropFirst()) : text
      guard let size = try? FixedDecimal.parse(digits, places: 6, maximumDigits: 12) else {
        faults.append("\(place) is \(text); allowed: a decimal with at most six places")
        return .zero
      }
      return Money(millionths: isNegative ? -size : size)
    }
    var found: [ProgrammeAccount] = []
    for account in form.posted ?? form.accounts {
      let site = account.siteId.map { SiteID($0) }
      if case .some(.none) = site {
        faults.append("siteId is \(account.siteId ?? ""); allowed: an id")
      }
      let place = "\(account.period), \(account.siteId ?? "fleet")"
      let owners = account.owners.compactMap { name, amount -> ProgrammeAccount.SitePart? in
        guard let site = SiteID(name) else {
          faults.append("\(place): owner \(name); allowed: an id of a site")
          return nil
        }
        return .init(site: site, amount: money(amount, "\(place): \(name)"))
      }
      found.append(
        ProgrammeAccount(
          period: account.period, site: site ?? nil,
          legs: account.parties.sorted { $0.key < $1.key }.map {
            ProgrammeLeg(party: $0.key, amount: money($0.value, "\(place): \($0.key)"))
          }, owners: owners))
    }
    guard faults.isEmpty else {
      throw Outcome.badInput.failure(faults.map { "\(file): \($0)" }.joined(separator: "\n"))
    }
    run = form.run
    accounts = ProgrammeResult.standing(found)
  }
}
