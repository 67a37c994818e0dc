import Grid
import Settlement
import Testing

/// What is not paid and not punished.
@Suite struct `A penalty` {
  private var missed: HomePerformance { World.home(committed: [1_350], delivered: [0]) }
  private var freely: SettlementTerms {
    var terms = World.tenPercent
    terms.penalty?.caps = []
    return terms
  }

  @Test func `is charged with all five proofs`() {
    #expect(World.settled(missed, freely).penalties == Money("0.49"))
    #expect(World.settled(missed, freely).net == Money("-0.49"))
  }

  @Test func `S3: needs an acknowledged notice`() {
    var home = missed
    home.isNotified = false
    let line = World.settled(home, freely).line(.penalty)
    #expect(line?.amount == .zero)
    #expect(line?.reason?.code == "unnotified")
    var terms = freely
    terms.noticeRequired = false
    #expect(World.settled(home, terms).penalties == Money("0.49"))
  }

  @Test func `needs an answered command`() {
    var home = missed
    home.commandAnswered = false
    let line = World.settled(home, freely).line(.penalty)
    #expect(line?.amount == .zero)
    #expect(line?.reason?.code == "commandUnanswered")
  }

  @Test func `needs a valid meter interval`() {
    var home = missed
    home.intervals = [.missing()]
    let settled = World.settled(home, freely)
    #expect(settled.line(.penalty)?.amount == .zero)
    #expect(settled.line(.penalty)?.reason?.code == "eventIntervalsMissing")
    #expect(settled.line(.premium)?.reason == .eventIntervalsMissing)
    #expect(settled.intervals[0].shortfall == nil)
    #expect(settled.rewards == .zero)
  }

  @Test func `ends when the owner leaves, unless leaving late is missing`() {
    var home = World.home(committed: [1_000, 1_000], delivered: [1_000, 0])
    home.optedOutAt = World.start.adding(seconds: 3_600)
    let settled = World.settled(home, freely)
    #expect(settled.rewards == Money("2.00"))
    #expect(settled.penalties == .zero)
    #expect(settled.line(.penalty)?.reason?.code == "optedOut")
    var terms = freely
    terms.lateOptOutIsMissed = true
    #expect(World.settled(home, terms).penalties == Money("0.36"))
    home.optedOutAt = World.start.adding(seconds: -60)
    #expect(World.settled(home, terms).penalties == .zero)
  }

  @Test func `is taken away by an excusal that the policy lists`() {
    var home = missed
    home.intervals = [.verified(World.wh(200), excusal: .gridOutage)]
    let settled = World.settled(home, freely)
    #expect(settled.rewards == Money("0.40"))
    #expect(settled.line(.penalty)?.amount == .zero)
    #expect(settled.line(.penalty)?.reason?.code == "gridOutage")
    home.intervals = [.verified(World.wh(200), excusal: .weather)]
    #expect(World.settled(home, freely).penalties == Money("0.41"))
  }

  @Test func `S4: of a meter fault is none, and so is the reward`() {
    var home = World.home(committed: [1_000, 1_000], delivered: [1_000, 0])
    home.intervals[1] = .missing(excusal: .meterFault)
    let settled = World.settled(home, freely)
    #expect(settled.rewards == Money("2.00"))
    #expect(settled.penalties == .zero)
    #expect(settled.line(.premium)?.reason?.code == "meterFault")
    #expect(settled.line(.penalty)?.reason?.code == "meterFault")
  }

  @Test func `can forgive what goes below the baseline`() {
    let home = World.home(committed: [1_000], delivered: [-500])
    #expect(World.settled(home, freely).penalties == Money("0.56"))
    var terms = freely
    terms.penalty?.countsBelowBaseline = false
    #expect(World.settled(home, terms).penalties == Money("0.36"))
  }

  @Test func `can be netted over the event`() {
    let home = World.home(committed: [1_000, 1_000], delivered: [1_500, 0])
    #expect(World.settled(home, freely).penalties == Money("0.36"))
    var terms = freely
    terms.penalty?.netting = .event
    #expect(World.settled(home, terms).penalties == Money("0.12"))
  }

  @Test(arguments: [
    (SettlementTerms.Penalty.CapBasis.rewardsOfEvent, "0.10"), (.rewardsOfMonth, "0.15"),
    (.rewardsOfSeason, "0.20"), (.rewardsOfYear, "0.36"),
  ])
  func `is cut by the cap of each basis`(
    basis: SettlementTerms.Penalty.CapBasis, charged: String
  ) {
    var home = World.home(committed: [1_000, 1_000], delivered: [100, 0])
    home.earlierInMonth = .init(rewards: Money("0.10"))
    home.earlierInSeason = .init(rewards: Money("0.30"), penalties: Money("0.05"))
    home.earlierInYear = .init(rewards: Money("9.00"))
    var terms = freely
    terms.premium?.rate = .flat(Money("2.00"))
    terms.penalty?.price = .rate(.flat(Money("0.20")))
    terms.penalty?.caps = [.init(basis: basis, percent: 50)]
    // 1.7 kWh short at 0.20 is 0.34; the event's reward is 0.20.
    let settled = World.settled(home, terms)
    #expect(settled.rewards == Money("0.20"))
    #expect(settled.penalties == min(Money("0.34"), Money(charged)))
  }

  @Test func `of the cap 0 percent is none`() {
    var terms = freely
    terms.penalty?.caps = [.init(basis: .rewardsOfMonth, percent: 0)]
    let settled = World.settled(World.home(committed: [1_000], delivered: [300]), terms)
    #expect(settled.penalties == .zero)
    #expect(settled.line(.penalty)?.amount == Money("-0.24"))
  }
}

@Suite struct `A home that` {
  @Test func `was refused earns nothing, with the reason`() {
    var home = World.home(committed: [1_350], delivered: [1_350])
    home.verdict = .refused(reason: "tooFewDays")
    let settled = World.settled(home)
    #expect(settled.lines.map(\.type) == [.premium])
    #expect(settled.lines[0].amount == .zero)
    #expect(settled.lines[0].reason?.code == "tooFewDays")
    #expect(settled.credited == .zero)
    #expect(settled.committed == World.wh(1_350))
  }

  @Test func `is flagged waits, and is not punished while it waits`() {
    var home = World.home(committed: [1_350], delivered: [900])
    home.heldBy = "meterSuspect"
    let settled = World.settled(home)
    #expect(settled.rewards == .zero)
    #expect(settled.held == Money("1.80"))
    #expect(settled.penalties == .zero)
    #expect(settled.lines.map(\.status) == [.held, .held])
    #expect(settled.lines[0].reason?.code == "meterSuspect")
    let result = Settlement.settle(World.input([home]), terms: World.tenPercent)
    #expect(result.entries() == [])
    #expect(result.release(ofEscrow: Money("2.70")) == Money("0.90"))
  }

  @Test func `is estimated waits, unless the policy pays estimates`() {
    var home = World.home(committed: [1_350], delivered: [1_350])
    home.intervals = [.estimated(World.wh(1_350))]
    home.verdict = .estimated
    let settled = World.settled(home)
    #expect(settled.held == Money("2.70"))
    #expect(settled.lines[0].reason == .estimated)
    #expect(settled.verified == .zero)
    var terms = World.tenPercent
    terms.estimatedPayable = true
    #expect(World.settled(home, terms).rewards == Money("2.70"))
  }

  @Test func `lost an interval waits where the event is netted`() {
    var home = World.home(committed: [1_000, 1_000], delivered: [1_000, 0])
    home.intervals[1] = .missing()
    var terms = World.tenPercent
    terms.netting = .event
    let settled = World.settled(home, terms)
    #expect(settled.held == Money("2.00"))
    #expect(settled.lines[0].reason == .eventIntervalsMissing)
  }

  @Test func `was never asked earns nothing and owes nothing`() {
    let settled = World.settled(World.home(committed: [0], delivered: [700]))
    #expect(settled.lines.map(\.reason) == [.notCommitted])
    #expect(settled.net == .zero)
    #expect(settled.credited == .zero)
  }

  @Test func `took part in an unpaid test is only reported`() {
    var terms = World.tenPercent
    terms.testsPaid = false
    let home = World.home(committed: [1_350], delivered: [900])
    let settled = World.settled(home, terms, isTest: true)
    #expect(settled.lines.map(\.status) == [.reportedOnly, .reportedOnly])
    #expect(settled.lines[0].amount == Money("1.80"))
    #expect(settled.lines[0].reason == .testNotPaid)
    #expect(settled.net == .zero)
    #expect(World.settled(home, World.tenPercent, isTest: true).net == Money("1.67"))
  }
}

@Suite struct `A commitment` {
  @Test func `keeps the part of the interval that went before its end`() {
    let commitment = Commitment(
      over: World.intervals(3, minutes: 15), promised: Power(watts: 1_000),
      endsAt: World.start.adding(seconds: 900 + 300))
    #expect(
      commitment.intervals.map(\.rewardBase) == [900_000, 300_000, 0].map(Energy.init(joules:)))
  }

  @Test func `changes with the plan that is in force when an interval starts`() {
    let commitment = Commitment(
      over: World.intervals(4, minutes: 15), promised: Power(watts: 1_000),
      plans: [
        .init(from: World.start.adding(seconds: 600), power: Power(watts: 1_500)),
        .init(from: World.start.adding(seconds: 1_800), power: Power(watts: 400)),
      ])
    #expect(
      commitment.intervals.map(\.rewardBase.joules) == [900_000, 1_350_000, 900_000, 900_000])
    #expect(commitment.intervals.map(\.penaltyBase.joules) == [900_000, 900_000, 360_000, 360_000])
  }
}
