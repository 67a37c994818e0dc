import Grid
import Reports
import Settlement
import Testing

@Suite struct `The page of a report` {
  @Test func `S18: needs nothing from outside and runs nothing`() {
    let html = Example.report().html()
    for forbidden in [
      "http:", "https:", "//", "<script", "<link", "<img", "url(", "@import", "javascript",
    ] {
      #expect(!html.contains(forbidden), "\(forbidden)")
    }
    #expect(html.contains("default-src 'none'"))
  }

  @Test func `says first what it cost and what was delivered`() {
    let html = Example.report().html()
    #expect(
      html.contains(
        "5 homes earned 2.84 USD for 2.50 kWh of verified reduction, 50.0 % of the 5.00 kWh they "
          + "were committed to."))
    #expect(html.contains("15 July 2026, 17:00–18:00"))
  }

  @Test func `measures against the promise when silent homes were replaced`() {
    var report = Example.report()
    report.fleet.committed = Energy(wattHours: 4_000)
    #expect(
      report.html().contains(
        "62.5 % of the 4.00 kWh promised; with those who took over for others, homes were asked for "
          + "5.00 kWh."))
  }

  @Test func `keeps its order`() {
    let html = Example.report().html()
    let order = [
      "class=\"summary\"", "<h2>Interval by interval", "<svg class=\"wide\"", "<h2>Money",
      "<h2>Exceptions", "<h2>Homes, worst first", "<h2>The policy in sentences",
      "<h2>How to check this page",
    ]
    let places = order.map { html.firstPlace(of: $0) }
    #expect(!places.contains(nil))
    #expect(places.compactMap { $0 } == places.compactMap { $0 }.sorted())
  }

  @Test func `shows each step from energy to money`() {
    let html = Example.report().html()
    // 1.00, 0.50 and the held 1.00 kWh at 2.00; 0.4 kWh short of two tenths less at 0.40.
    for step in [
      "that count, at their prices</text><text x=\"360\" y=\"13\" text-anchor=\"end\" "
        + "class=\"amount\">5.00 USD</text><rect x=\"0\" y=\"19\" width=\"360\"",
      "waits for a decision</text>", ">−2.00 USD</text><rect x=\"216\" y=\"61\" width=\"144\"",
      "charged to the utility</text>", ">3.00 USD</text><rect x=\"0\" y=\"103\" width=\"216\"",
      "penalties of homes</text>", ">−0.16 USD</text>", "to the parties</text>",
      ">2.84 USD</text><rect x=\"0\" y=\"187\" width=\"204\"",
    ] { #expect(html.contains(step), "\(step)") }
    #expect(!html.contains("above caps"))
  }

  @Test func `sets rows of wide tables as cards on a phone, and narrow ones as rows`() {
    let html = Example.report().html()
    #expect(html.contains("<div class=\"scroll long cards\" tabindex=\"0\">"))
    #expect(html.contains("<td class=\"n\" data-head=\"Credited\">"))
    #expect(html.contains(".cards td::before{content:attr(data-head)"))
    #expect(!html.contains("data-head=\"Computed\""))
  }

  @Test func `lets no text become markup`() {
    let html = Example.report(title: "<b onclick='x'>\"&").html()
    #expect(html.contains("&lt;b onclick=&#39;x&#39;&gt;&quot;&amp;"))
    #expect(!html.contains("<b "))
  }

  @Test func `lists the worst homes first, and says when there are more`() {
    let html = Example.report().html()
    let places = ["H3", "H5", "H2", "H1"].map {
      html.firstPlace(of: "<th scope=\"row\">\($0)</th>")
    }
    #expect(places.compactMap { $0 } == places.compactMap { $0 }.sorted())
    #expect(places.compactMap { $0 }.count == 4)
    let many = (0..<201).map { Example.home("H\(1_000 + $0)", [500, 500]) }
    let page = Example.report(homes: many).html()
    #expect(page.contains("The 200 with the smallest part of their commitment, of 201."))
    #expect(!page.contains("<th scope=\"row\">H1200</th>"))
    #expect(page.contains("<th scope=\"row\">H1199</th>"))
  }

  @Test func `counts exceptions by reason`() {
    let html = Example.report().html()
    for row in [
      ["skipped", "notHeard", "2"], ["held", "meterSuspect", "1"],
      ["penalty not charged", "penaltyCap", "1"], ["unverified", "tooFewDays", "1"],
    ] {
      #expect(
        html.contains(
          "<th scope=\"row\">\(row[0])</th><td>\(row[1])</td><td class=\"n\">\(row[2])</td>"))
    }
  }

  @Test func `marks what is provisional, a test, cancelled or paid for nothing`() {
    var report = Example.report(
      run: SettlementRun(name: "provisional", isPayable: false, payer: .escrow), isTest: true)
    report.event.cancelledAt = Example.start.adding(seconds: 1_800)
    report.falseCredit = FalseCredit(
      credited: Energy(wattHours: 1_200), paid: Money(millionths: 2_400_000), homes: 3)
    for text in [report.html(), report.markdown()] {
      #expect(text.contains("These figures are provisional: nothing has been posted or paid."))
      #expect(text.contains("This was a test event. It is paid as any other."))
      #expect(text.contains("The event was cancelled at 17:30."))
      #expect(text.contains("No battery moved in this event. 3 homes were credited 1.20 kWh"))
      #expect(text.contains("One meter repeats its values."))
    }
    var terms = Example.terms
    terms.testsPaid = false
    #expect(
      Example.report(isTest: true, terms: terms).html().contains("reported only; nothing is paid"))
  }

  @Test func `has no chart where nothing was measured`() {
    var home = Example.home("H1", [0, 0])
    home.verdict = .refused(reason: "windowDataMissing")
    let report = Example.report(homes: [home])
    #expect(report.html().contains("so there is no chart"))
    #expect(report.html().contains("data-head=\"Baseline\">unknown</td>"))
  }

  @Test func `has a picture of each home that was measured`() {
    let page = Example.report().html()
    #expect(
      page.contains("aria-label=\"H1: baseline, adjusted baseline, target and metered power\""))
    // H3 was refused and has no baseline, so there is nothing to draw.
    #expect(!page.contains("H3: baseline"))
    #expect(page.contains("<figcaption><b>H1</b>"))
    #expect(!Example.report(homes: []).html().contains("What each home was measured against"))
  }

  @Test func `is the same each time`() {
    #expect(Example.report().html() == Example.report(homes: Example.homes.reversed()).html())
  }
}

@Suite struct `The Markdown of a report` {
  @Test func `has the figures in tables`() {
    let text = Example.report().markdown()
    #expect(
      text.hasPrefix("# Event E-17: initial settlement\n\nSurge premium. 15 July 2026, 17:00–18:00")
    )
    #expect(text.contains("| Surge premium | 5.00 USD | 3.00 USD |"))
    #expect(text.contains("| aggregator | 0.57 USD |"))
    #expect(
      text.contains("| 17:00 | 2.50 kWh | 4.00 kWh | 2.00 kWh | 2.65 kWh | 1.35 kWh | 4 of 5 |"))
    #expect(text.contains("    headroom ledger verify\n"))
  }

  @Test func `keeps text in its cell`() {
    var report = Example.report()
    report.exceptions = [ExceptionCount(kind: "a|b", reason: "<c>\nd", count: 1_234)]
    #expect(report.markdown().contains("| a\\|b | &lt;c> d | 1,234 |"))
  }
}

@Suite struct `An owner's statement` {
  private let day = CivilDate(text: "2026-07-15")!

  private func row(_ entry: Int64, _ amount: Int64, days: Int64 = 0) -> OwnerStatement.Row {
    OwnerStatement.Row(
      entry: entry, date: day.adding(days: days), text: "event E-\(entry)",
      amount: Money(millionths: amount * 1_000_000))
  }

  private func statement(
    _ rows: [OwnerStatement.Row], closing: Int64
  ) throws(OwnerStatement.Fault) -> OwnerStatement {
    try OwnerStatement(
      owner: OwnerID("O1")!, currency: Example.dollars, from: day, to: day.adding(days: 30),
      opening: Money(millionths: 123_310_000_000),
      closing: Money(millionths: closing * 1_000_000), rows: rows,
      pending: [row(8, -1_340), row(9, 1_500)])
  }

  @Test func `runs from opening to closing and keeps what is pending apart`() throws {
    let statement = try statement(
      [row(5, 10_000), row(6, -2_000, days: 1), row(7, 25_021, days: 2)], closing: 156_331)
    #expect(statement.moneyIn == Money(millionths: 35_021_000_000))
    #expect(statement.moneyOut == Money(millionths: 2_000_000_000))
    let text = statement.markdown()
    #expect(text.contains("| 2026-07-15 | event E-5 | 10,000.00 USD |  | 133,310.00 USD | 5 |"))
    #expect(text.contains("| 2026-07-16 | event E-6 |  | 2,000.00 USD | 131,310.00 USD | 6 |"))
    #expect(text.contains("| Closing balance | 156,331.00 USD |"))
    #expect(text.contains("| 2026-07-15 | event E-8 |  | 1,340.00 USD | 8 |"))
    #expect(text.contains("    headroom ledger prove 5"))
  }

  @Test func `that does not add up or is out of order is refused`() {
    #expect(
      throws: OwnerStatement.Fault.doesNotAdd(
        opening: Money(millionths: 123_310_000_000), movements: Money(millionths: 10_000_000_000),
        closing: Money(millionths: 156_331_000_000))
    ) { try statement([row(5, 10_000)], closing: 156_331) }
    #expect(throws: OwnerStatement.Fault.outOfOrder(entry: 5)) {
      try statement([row(6, 1), row(5, 1)], closing: 123_312)
    }
  }
}

extension String {
  /// How many bytes come before `text`, or nil without it.
  func firstPlace(of text: String) -> Int? {
    let bytes = Array(utf8)
    let wanted = Array(text.utf8)
    guard bytes.count >= wanted.count else { return nil }
    return (0...(bytes.count - wanted.count)).first { place in
      bytes[place] == wanted[0] && bytes[place..<place + wanted.count].elementsEqual(wanted)
    }
  }
}
