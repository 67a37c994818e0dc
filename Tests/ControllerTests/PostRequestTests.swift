import Grid
import Ledger
import Policies
import Testing

@testable import Controller

@Suite struct `Requests to the ledger` {
  static let deposit = Samples.transfer(
    1, [("bank:main", "USD", "-5000.00"), ("utility:acme:funding", "USD", "5000.00")])

  static func faults(_ json: String) -> [String] {
    do throws(YAMLFaults) {
      _ = try PostRequest.read(bytes: Array(json.utf8), file: "r.json")
      return []
    } catch {
      return error.list.map(\.description)
    }
  }

  @Test(arguments: [deposit, "[\(deposit)]", "\n\(deposit)\n\n", "\(deposit)\r\n"])
  func `are read from a line, an array and a file with empty lines`(_ text: String) throws {
    let requests = try PostRequest.read(bytes: Array(text.utf8), file: "r.json")
    #expect(requests.count == 1)
    #expect(requests[0].key.bytes == [UInt8](repeating: 0, count: 15) + [1])
    guard case .transfer("test", nil, nil, nil, .postings(let postings)) = requests[0].body else {
      Issue.record("\(requests)")
      return
    }
    #expect(postings.map(\.amount) == ["-5000.00", "5000.00"])
  }

  @Test func `are read from one object over several lines, and from many lines`() throws {
    let spread = Self.deposit.replacing(",\"postings\"", with: ",\n  \"postings\"")
    #expect(try Samples.requests(spread).map(\.place) == ["r.json:1"])
    let two = try Samples.requests(Self.deposit, "", Self.deposit)
    #expect(two.map(\.place) == ["r.json:1", "r.json:3"])
    let array = try Samples.requests("[", Self.deposit, ",", Self.deposit, "]")
    #expect(array.map(\.place) == ["r.json:2", "r.json:4"])
  }

  @Test func `of every type are read with what belongs to the type`() throws {
    let more = #""expires":"2026-08-01T00:00:00Z","#
    let legs = [("owner:A", "USD", "-1"), ("bank:main", "USD", "1")]
    let hold = try Samples.requests(Samples.transfer(1, legs, type: "reserve", more: more))
    guard case .reserve("test", let expires, _) = hold[0].body else {
      Issue.record("\(hold)")
      return
    }
    #expect(expires == Timestamp(rfc3339: "2026-08-01T00:00:00Z"))
    func simple(_ type: String, _ reason: String) throws -> PostRequest.Body {
      try Samples.requests(
        #"{"key":"\#(Samples.idempotencyKey(9))","type":"\#(type)","reason":"\#(reason)","#
          + #""effective":["2026-07-12T17:00:00Z","2026-07-12T19:00:00+01:00"],"reference":7}"#)[0]
        .body
    }
    guard case .post("paid", hold: 7) = try simple("post", "paid"),
      case .void(.cancelled, hold: 7) = try simple("void", "cancelled"),
      case .reverse("wrong", entry: 7) = try simple("reverse", "wrong")
    else {
      Issue.record("a type was read as another")
      return
    }
  }

  @Test(arguments: [
    ("", "r.json: the file is empty; allowed: requests, at most 67108864 bytes"),
    ("{", "r.json:1: the file is not JSON"),
    (deposit.replacing("\"key\":\"00", with: "\"key\":\""), "r.json:1: key is 0000"),
    (deposit.replacing("\"type\":\"transfer\",", with: ""), "r.json:1: type is missing"),
    (deposit.replacing("transfer", with: "trade"), "r.json:1: type is trade; allowed: transfer, r"),
    (deposit.replacing("\"reason\"", with: "\"raison\""), "r.json:1: reason is missing"),
    (
      deposit.replacing("2010-07-12T17:00:00Z", with: "2030-07-12T17:00:00Z"),
      "r.json:1: effective is a list; allowed: [from, to] with from before to"
    ),
    (
      deposit.replacing("bank:main", with: "bank"),
      "r.json:1: postings[0].account is bank; allowed: bank:NAME"
    ),
    (
      deposit.replacing("\"postings\"", with: "\"postinks\""),
      "r.json:1: postings is missing; allowed: exactly one"
    ),
    (
      deposit.replacing("\"reason\"", with: "\"rule\":\"x\",\"reason\""),
      "r.json:1: rule is x; allowed: 64 hex"
    ),
    (
      deposit.replacing(
        "\"reason\"", with: "\"evidence\":[{\"kind\":0,\"sha256\":\"\"}],\"reason\""),
      "r.json:1: evidence[0].kind is 0; allowed: 1…9"
    ),
    (
      deposit.replacing("\"reason\":\"test\"", with: "\"reason\":\"a\",\"reason\":\"b\""),
      "r.json:1: reason is there twice"
    ),
  ])
  func `say what is wrong, where, and what is allowed`(_ json: String, _ fault: String) {
    #expect(Self.faults(json).contains { $0.hasPrefix(fault) }, "\(Self.faults(json))")
  }

  @Test func `name every fault of every line`() {
    let wrong = Self.deposit.replacing("transfer", with: "trade")
    let faults = Self.faults([wrong, Self.deposit, wrong, "{\"key\"}"].joined(separator: "\n"))
    #expect(Set(faults.map { String($0.prefix(8)) }) == ["r.json:1", "r.json:3", "r.json:4"])
  }
}

@Suite struct `A chart` {
  static func read(_ text: String) throws(YAMLFaults) -> LedgerChart {
    try LedgerChart.read(bytes: Array(text.utf8), file: "chart.yaml")
  }

  @Test func `says what is counted and who has an account`() throws {
    let chart = try Self.read(Samples.chart)
    #expect(chart.commodities.map(\.scale) == [6, 3])
    #expect(chart.commodities.map(\.minor) == [2, nil])
    #expect(chart.accounts.map(\.role) == [.bank, .owner, .owner, .funding, .issuer])
    #expect(chart.accounts[3].flags == [] && chart.accounts[1].flags == .noNegative)
    #expect(try Self.read("accounts: []").commodities.isEmpty)
  }

  @Test(arguments: [
    ("kWhP, kind: energy", "kWhP, kind: energy, digits: 2", "3: commodities[1].digits is 2"),
    ("money, digits: 2", "money", "2: commodities[0].digits is missing; allowed: 0…6 for money"),
    ("code: USD", "code: U$D", "2: commodities[0].code is U$D; allowed: 1 to 16 letters"),
    ("path: owner:B", "path: owner:A", "4: accounts is owner:A twice; allowed: each once"),
    ("path: owner:B", "path: holder:B", "7: accounts[2].path is holder:B; allowed: bank:NAME"),
  ])
  func `is refused with line, value and what is allowed`(
    _ old: String, _ new: String, _ fault: String
  ) {
    let faults = #expect(throws: YAMLFaults.self) {
      try Self.read(Samples.chart.replacing(old, with: new))
    }
    let lines = faults?.list.map(\.description) ?? []
    #expect(lines.contains { $0.hasPrefix("chart.yaml:\(fault)") }, "\(lines)")
  }

  @Test(arguments: AccountRole.allCases)
  func `knows each role by the name of its account`(_ role: AccountRole) {
    #expect(AccountRole(path: AccountName.path(role, "x")) == role)
    #expect(AccountRole(path: AccountName.path(role, "x") + ":") == nil)
  }
}
