import Grid
import Ledger
import Signing
import Testing

@Suite struct `An entry` {
  typealias Book = TestBook

  static let legs = [Book.leg(Book.bank, -5), Book.leg(Book.ownerA, 5)]

  static func transfer(_ change: (inout EntryRequest) -> Void) -> EntryRequest {
    var request = EntryRequest(
      .transfer(reason: "x"),
      source: RequestSource(
        author: Book.author(Book.settlement),
        key: IdempotencyKey(bytes: Array(repeating: 1, count: 16))!), effective: Book.day,
      legs: legs)
    change(&request)
    return request
  }

  static let malformed: [(String, EntryRequest)] = [
    ("effective", transfer { $0.effective = nil }),
    (
      "effective",
      transfer { $0.effective = Window(start: Timestamp(seconds: -1), end: Book.at(0)) }
    ),
    ("postings", transfer { $0.legs = [] }), ("reference", transfer { $0.reference = 99 }),
    ("data.reason", transfer { $0.data = .transfer(reason: "") }),
    ("data.reason", transfer { $0.data = .transfer(reason: "ü") }),
    ("data.reason", transfer { $0.data = .transfer(reason: "a\n") }),
    ("data.event", transfer { $0.data = .transfer(reason: "a", event: "") }),
    (
      "data.run",
      transfer {
        $0.data = .transfer(reason: "a", run: String(repeating: "a", count: 257))
      }
    ),
    ("data.expires", transfer { $0.data = .reserve(reason: "a", expires: Timestamp(seconds: -1)) }),
    ("reference", transfer { $0.data = .post(reason: "a") }),
    ("reference", transfer { $0.data = .void(.refused) }),
    ("reference", transfer { $0.data = .reverse(reason: "a") }),
    ("approval", transfer { $0.approvals = [Approval(key: $0.source!.author, signature: [1])] }),
    (
      "approvals",
      transfer {
        $0.approvals = [
          Approval(key: $0.source!.author, signature: Array(repeating: 1, count: 64))
        ]
        $0.source = nil
      }
    ),
    ("postings", EntryRequest(.note(.policy(name: "x")), legs: legs, rule: Book.who(1))),
    ("rule", EntryRequest(.note(.policy(name: "x")))),
    ("data.name", EntryRequest(.note(.policy(name: "")), rule: Book.who(1))),
    (
      "data.day",
      EntryRequest(.note(.readings(day: "2026-02-30", zone: "UTC", count: 1, root: Book.who(1))))
    ),
    ("data.needs", EntryRequest(.note(.quorum(right: .post, needs: 0)))),
    ("data.needs", EntryRequest(.note(.quorum(right: .post, needs: 9)))),
    ("data.place", EntryRequest(.note(.anchor(place: "", size: 1, root: Book.who(1))))),
    ("data.origin", EntryRequest(.note(.continues(origin: "", size: 1, root: Book.who(1))))),
    ("data.code", EntryRequest(.commodity(Commodity(code: "US1", kind: .money, scale: 6)))),
    ("data.code", EntryRequest(.commodity(Commodity(code: "", kind: .money, scale: 6)))),
    ("data.scale", EntryRequest(.commodity(Commodity(code: "A", kind: .money, scale: 19)))),
    (
      "data.minor",
      EntryRequest(.commodity(Commodity(code: "A", kind: .money, scale: 2, minor: 3)))
    ),
    ("data.flags", Book.open(Book.account(60), .owner, AccountFlags(rawValue: 32))),
    ("data.vkey", EntryRequest(.key(vkey: "x", rights: [], state: .enrolled))),
    ("data.rights", Book.enrol(Book.key("x"), [.post, .post])),
    (
      "reference", EntryRequest(.close(period: "a", until: Book.at(0)), reference: 0)
    ),
  ]

  @Test(arguments: malformed) func `of a wrong form is refused`(
    field: String, request: EntryRequest
  ) {
    var test = TestBook()
    guard case .malformed(let found, _, let allowed)? = test.refusal(request) else {
      Issue.record("\(field) was taken")
      return
    }
    #expect(found == field && !allowed.isEmpty)
  }

  @Test func `beyond a limit is refused`() {
    var test = TestBook()
    func refusal(_ change: (inout EntryRequest) -> Void) -> LedgerRefusal? {
      test.refusal(Self.transfer(change))
    }
    #expect(
      refusal { $0.legs = (0..<1_001).map { Book.leg(Book.ownerA, $0 + 1) } }
        == .limitExceeded(field: "postings", found: 1_001, allowed: 1_000))
    #expect(
      refusal { $0.evidence = Array(repeating: Evidence(.report, Book.who(1)), count: 33) }
        == .limitExceeded(field: "evidence", found: 33, allowed: 32))
    let approval = Approval(
      key: Book.author(Book.settlement), signature: Array(repeating: 0, count: 64))
    #expect(
      refusal { $0.approvals = Array(repeating: approval, count: 9) }
        == .limitExceeded(field: "approvals", found: 9, allowed: 8))
    #expect(throws: LedgerRefusal.limitExceeded(field: "bytes", found: 65_536, allowed: 65_535)) {
      try Entry(Array(repeating: 0, count: 65_536))
    }
  }

  @Test func `as large as it may be stays under 58,000 bytes and reads back`() throws {
    var test = TestBook()
    let accounts = (0..<999).map { number in
      AccountID(
        bytes: Array(repeating: 77, count: 14) + [UInt8(number / 256), UInt8(number % 256)])!
    }
    for account in accounts { try test.write(Book.open(account, .bank)) }
    let legs =
      accounts.map { Book.leg($0, .min / 1_000) } + [Book.leg(Book.ownerA, -(.min / 1_000) * 999)]
    var request = test.transfer(legs)
    request.evidence = Array(repeating: Evidence(.report, Book.who(1)), count: 32)
    let appended = try test.write(request)
    #expect(appended.bytes.count < 58_000 && appended.bytes.count > 38_000)
    #expect(try Entry(appended.bytes).bytes == appended.bytes)
  }

  static func data(_ pairs: [(String, CBOR.Value)]) -> CBOR.Value {
    .map(pairs.map { .init(.text($0), $1) })
  }

  // Field of entry 21 of the reference ledger, its value, and the field that is named.
  static let wrong: [(UInt64, CBOR.Value?, String)] = [
    (0, .unsigned(2), "version"), (0, nil, "version"), (1, .unsigned(12), "type"), (1, nil, "type"),
    (2, nil, "recordedAt"), (2, .unsigned(1 << 63), "recordedAt"),
    (3, .array([.unsigned(2), .unsigned(1)]), "effective"),
    (3, .array([.unsigned(1)]), "effective"), (4, .array([]), "postings"),
    (4, .array([.array([.bytes(Array(repeating: 1, count: 16)), .unsigned(1)])]), "posting"),
    (
      4,
      .array([
        .array([
          .bytes(Array(repeating: 1, count: 16)), .unsigned(0), .unsigned(0), .unsigned(1),
          .unsigned(1), .unsigned(1),
        ])
      ]), "commodity"
    ),
    (
      4,
      .array([
        .array([
          .bytes(Array(repeating: 1, count: 16)), .unsigned(1), .unsigned(3), .unsigned(1),
          .unsigned(1), .unsigned(1),
        ])
      ]), "layer"
    ),
    (5, nil, "source"), (6, nil, "source"), (7, nil, "source"), (8, .array([]), "evidence"),
    (8, .array([.array([.unsigned(10), .bytes(Array(repeating: 1, count: 32))])]), "evidence"),
    (11, nil, "data"), (11, data([]), "data.reason"),
    (11, data([("reason", .unsigned(1))]), "data.reason"),
    (11, data([("reason", .text("a")), ("other", .text("b"))]), "data"),
    (11, data([("reason", .text("a")), ("calc", .text("b"))]), "data.calc"),
    (12, .array([]), "approvals"), (13, .null, "entry"),
  ]

  @Test(arguments: wrong)
  func `of wrong bytes is refused`(number: UInt64, value: CBOR.Value?, field: String) throws {
    let bytes = Book.replacing(Vectors.entries[21], number, with: value)
    guard
      case .malformed(let found, _, _)? = #expect(
        throws: LedgerRefusal.self, performing: { try Entry(bytes) })
    else {
      Issue.record("\(number) was not malformed")
      return
    }
    #expect(found == field)
  }

  @Test(arguments: [
    (5, "data.id", data([("id", .bytes([1])), ("who", .null), ("role", .null), ("flags", .null)])),
    (
      5, "data.who",
      data([
        ("id", .bytes(Array(repeating: 1, count: 16))), ("who", .bytes([1])),
        ("role", .text("bank")), ("flags", .unsigned(0)),
      ])
    ),
    (
      5, "data.role",
      data([("id", .bytes(Array(repeating: 1, count: 16))), ("role", .text("king"))])
    ),
    (4, "data.transferable", data([("scale", .unsigned(1)), ("transferable", .bool(true))])),
    (10, "data.rights", data([("vkey", .text("a")), ("rights", .text("post"))])),
    (10, "data.rights", data([("vkey", .text("a")), ("rights", .array([.text("king")]))])),
    (10, "data.rights", data([("vkey", .text("a")), ("rights", .array([.null]))])),
    (11, "data.what", data([("what", .text("weather"))])),
    (8, "data.until", data([("period", .text("a")), ("until", .unsigned(1 << 63))])),
  ])
  func `of wrong data is refused`(index: Int, field: String, data: CBOR.Value) throws {
    let type: UInt64 = index == 5 ? 2 : index == 4 ? 1 : UInt64(index)
    let bytes = Book.replacing(
      Book.replacing(Vectors.entries[5], 1, with: .unsigned(type)), 11, with: data)
    guard
      case .malformed(let found, _, _)? = #expect(
        throws: LedgerRefusal.self, performing: { try Entry(bytes) })
    else {
      Issue.record("\(field) was not malformed")
      return
    }
    #expect(found == field)
  }

  @Test func `that is not canonical says the byte`() {
    let cut = Array(Vectors.entries[21].dropLast())
    #expect(throws: LedgerRefusal.self) { try Entry(cut) }
    guard
      case .notCanonical(let fault)? = #expect(
        throws: LedgerRefusal.self, performing: { try Entry(Vectors.entries[21] + [0]) })
    else {
      Issue.record("a trailing byte was read")
      return
    }
    #expect(fault.reason == .trailing && fault.offset == Vectors.entries[21].count)
    #expect("\(LedgerRefusal.notCanonical(fault))".hasPrefix("notCanonical: byte "))
  }

  @Test func `with too much data is refused`() {
    let much = Self.data([("reason", .text(String(repeating: "a", count: 4_097)))])
    let bytes = Book.replacing(Vectors.entries[21], 11, with: much)
    guard
      case .limitExceeded(let field, _, 4_096)? = #expect(
        throws: LedgerRefusal.self, performing: { try Entry(bytes) })
    else {
      Issue.record("it was read")
      return
    }
    #expect(field == "bytes of data")
  }

  @Test func `of every kind of note reads back`() throws {
    for note in [
      LedgerNote.anchor(place: "gazette 7", size: 3, root: Book.who(1)),
      .continues(origin: "old.example", size: 9, root: Book.who(2)),
      .readings(day: "2026-07-01", zone: "Etc/UTC", count: 2, root: Book.who(3)),
    ] {
      var test = TestBook()
      let appended = try test.write(EntryRequest(.note(note)))
      #expect(try Entry(appended.bytes).request.data == .note(note))
    }
  }
}
