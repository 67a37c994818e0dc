import Grid

extension EntryRequest {
  /// Refuses what no entry may look like, whatever the book holds.
  func checkForm() throws(LedgerRefusal) {
    try checkLimits()
    try checkFields()
    try checkData()
  }

  private func checkLimits() throws(LedgerRefusal) {
    func check(_ field: String, _ found: Int, _ allowed: Int) throws(LedgerRefusal) {
      if found > allowed { throw .limitExceeded(field: field, found: found, allowed: allowed) }
    }
    try check("postings", legs.count, EntryLimits.postings)
    try check("evidence", evidence.count, EntryLimits.evidence)
    try check("approvals", approvals.count, EntryLimits.approvals)
    for approval in approvals where approval.signature.count != 64 {
      throw .malformed(
        field: "approval", found: "\(approval.signature.count) bytes", allowed: "64 bytes")
    }
    if source == nil, !approvals.isEmpty {
      throw .malformed(field: "approvals", found: "some", allowed: "none without an author")
    }
  }

  private func checkFields() throws(LedgerRefusal) {
    let type = data.type
    let moves = (EntryType.transfer.rawValue...EntryType.reverse.rawValue).contains(type.rawValue)
    if moves {
      if effective == nil {
        throw .malformed(field: "effective", found: "absent", allowed: "a start and an end")
      }
      if legs.isEmpty {
        throw .malformed(field: "postings", found: "none", allowed: "two or more")
      }
    } else if !legs.isEmpty {
      throw .malformed(field: "postings", found: "\(legs.count)", allowed: "none in this type")
    }
    if let effective, effective.start.microseconds < 0 {
      throw .malformed(field: "effective", found: "\(effective)", allowed: "1970 or later")
    }
    switch type {
    case .post, .void, .reverse:
      if reference == nil {
        throw .malformed(field: "reference", found: "absent", allowed: "the index of an entry")
      }
    case .transfer, .note: break
    case .commodity, .account, .reserve, .close, .snapshot, .key:
      if reference != nil {
        throw .malformed(field: "reference", found: "present", allowed: "none in this type")
      }
    }
  }

  private func checkData() throws(LedgerRefusal) {
    switch data {
    case .commodity(let commodity): try check(commodity)
    case .account(_, _, let flags, _):
      guard flags.isSubset(of: .all) else {
        throw .malformed(field: "data.flags", found: "\(flags.rawValue)", allowed: "0 to 31")
      }
    case .transfer(let reason, let event, let run, _):
      try check("reason", reason)
      try check("event", event)
      try check("run", run)
    case .reserve(let reason, let expires):
      try check("reason", reason)
      try check("expires", expires)
    case .post(let reason), .reverse(let reason): try check("reason", reason)
    case .close(let period, let until):
      try check("period", period)
      try check("until", until)
    case .key(let vkey, _, _): try check("vkey", vkey, limit: EntryLimits.verifierKey)
    case .note(let note): try check(note)
    case .void, .snapshot: break
    }
  }

  private func check(_ commodity: Commodity) throws(LedgerRefusal) {
    let isLetters = commodity.code.utf8.allSatisfy { (65...90).contains($0 & 0xDF) }
    guard isLetters, (1...16).contains(commodity.code.utf8.count) else {
      throw .malformed(field: "data.code", found: commodity.code, allowed: "1 to 16 letters")
    }
    guard (0...18).contains(commodity.scale) else {
      throw .malformed(field: "data.scale", found: "\(commodity.scale)", allowed: "0 to 18")
    }
    if let minor = commodity.minor, !(0...commodity.scale).contains(minor) {
      throw .malformed(
        field: "data.minor", found: "\(minor)", allowed: "0 to \(commodity.scale)")
    }
  }

  private func check(_ note: LedgerNote) throws(LedgerRefusal) {
    switch note {
    case .readings(let day, let zone, _, _):
      guard day.utf8.count == 10, CivilDate(text: day) != nil else {
        throw .malformed(field: "data.day", found: day, allowed: "YYYY-MM-DD")
      }
      try check("zone", zone)
    case .policy(let name):
      try check("name", name)
      if rule == nil {
        throw .malformed(field: "rule", found: "absent", allowed: "the hash of the policy")
      }
    case .quorum(_, let needs):
      guard (1...UInt64(EntryLimits.approvals)).contains(needs) else {
        throw .malformed(
          field: "data.needs", found: "\(needs)", allowed: "1 to \(EntryLimits.approvals)")
      }
    case .anchor(let place, _, _): try check("place", place)
    case .continues(let origin, _, _): try check("origin", origin)
    }
  }

  private func check(
    _ field: String, _ text: String?, limit: Int = EntryLimits.text
  ) throws(LedgerRefusal) {
    guard let text else { return }
    guard !text.isEmpty, EntryLimits.isPrintable(text, limit: limit) else {
      throw .malformed(
        field: "data.\(field)", found: "\(CBOR.Value.text(text))",
        allowed: "1 to \(limit) printable ASCII characters")
    }
  }

  private func check(_ field: String, _ moment: Timestamp) throws(LedgerRefusal) {
    guard (0..<Int64.max).contains(moment.microseconds) else {
      throw .malformed(
        field: "data.\(field)", found: "\(moment.microseconds)",
        allowed: "microseconds from 0 to 2^63 - 2")
    }
  }
}
