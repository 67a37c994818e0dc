public import Grid

/// A world that a fleet is run in: what the homes are like, and what goes wrong.
///
/// Plain values; one seed, one world.
public struct Scenario: Hashable, Sendable {
  /// What every home is like, where no real one is given.
  public struct Home: Hashable, Sendable {
    /// Load that is always there, in watts, before the home's own size.
    public var baseLoadW: Int64 = 250
    /// Height of the evening peak above it, in watts.
    public var eveningPeakW: Int64 = 1_100
    /// Most that a quarter of an hour differs from the home's habit, in percent either way.
    public var noisePercent: Int64 = 20
    /// Share of homes with photovoltaics, in percent.
    public var pvSharePercent: Int64 = 60
    /// Peak of their output, in watts.
    public var pvPeakW: Int64 = 4_000
    /// Most that clouds take from a day, in percent.
    public var cloudPercent: Int64 = 30
    /// Local time minus UTC of the day's curve, in minutes; a multiple of 15.
    public var utcOffsetMinutes: Int64 = -420

    /// A home of a sunny suburb.
    public init() {}
  }

  /// What every battery is like, where no fleet file is given.
  public struct Battery: Hashable, Sendable {
    /// Usable capacity.
    public var capacityWh: Int64 = 13_500
    /// Discharge rating.
    public var maxDischargeW: Int64 = 5_000
    /// Charge rating.
    public var maxChargeW: Int64 = 5_000
    /// What a battery does by itself when nobody commands it.
    public var recharge = Recharge.never
    /// AC energy out for energy in the cells.
    public var efficiencyPercent = Percent.hundred
    /// State of charge at the start.
    public var chargePercent = Percent(whole: 80)!
    /// The owner's reserve.
    public var reservePercent = Percent(whole: 20)!
    /// The site's export limit in watts, or nil.
    public var exportLimitW: Int64?

    /// How a battery gets back what it gave.
    public enum Recharge: String, Hashable, Sendable, CaseIterable {
      /// It does not: it rests.
      case never
      /// At once and with its full rating, from the grid, up to its charge at the start.
      case snapBack
      /// Only with what its own roof has left over, up to its charge at the start.
      case solar
    }

    /// 13.5 kWh, 5 kW, 80 % charged, 20 % kept for the owner.
    public init() {}
  }

  /// Shares of the batteries, in hundredths of a percent, that something is wrong with.
  ///
  /// A battery has one fault at most; which ones have it follows from the seed.
  public struct Faults: Hashable, Sendable {
    /// Never connects.
    public var offline = Percent.zero
    /// Connects and reports, but never hears a command or a notice.
    public var deaf = Percent.zero
    /// Hears commands `lateSeconds` late, and begins that much after a window's start.
    public var late = Percent.zero
    /// How late.
    public var lateSeconds: Int64 = 300
    /// Promises the setpoint and gives only `partialPercent` of it.
    public var partial = Percent.zero
    /// How much of it.
    public var partialPercent: Int64 = 50
    /// Claims full delivery and gives none: only the meter tells.
    public var liar = Percent.zero
    /// Its gateway's clock is `clockSkewSeconds` ahead, so it begins and ends too early.
    public var clockSkew = Percent.zero
    /// How far ahead; below zero behind.
    public var clockSkewSeconds: Int64 = 120
    /// Its owner opts out when the notice comes.
    public var optOut = Percent.zero
    /// Loses every third meter record; registers bridge them.
    public var lossyMeter = Percent.zero
    /// Is never handed back: after its last command it stays in Headroom's mode and rests.
    public var stuck = Percent.zero

    /// Nothing is wrong.
    public init() {}
  }

  /// How the homes hang together, where no feeder file is given.
  public struct Feeder: Hashable, Sendable {
    /// Homes behind one transformer; nil: all of them on one node that limits nothing.
    public var homesPerNode: Int64?
    /// What may flow through each transformer, in watts.
    public var nodeLimitW: Int64 = 150_000

    /// One node that limits nothing.
    public init() {}
  }

  /// The broker is away for a while.
  public struct BrokerOutage: Hashable, Sendable {
    /// Seconds after the event's start.
    public var afterStartSeconds: Int64
    /// How long.
    public var seconds: Int64

    /// An outage.
    public init(afterStartSeconds: Int64, seconds: Int64) {
      self.afterStartSeconds = afterStartSeconds
      self.seconds = seconds
    }
  }

  /// Its name.
  public var name: String
  /// Everything random follows from it.
  public var seed: UInt64 = 1
  /// Batteries behind one gateway, 1…100.
  public var batteriesPerGateway: Int = 1
  /// Telemetry every so many seconds.
  public var telemetrySeconds: Int64 = 150
  /// Lengths of a meter record that the contract knows, in minutes.
  public static let meterMinutesAllowed: [Int64] = [1, 5, 15, 30, 60]

  /// Meter records of 1, 5, 15, 30 or 60 minutes.
  public var meterMinutes: Int64 = 15
  /// Days of meter history before the start.
  public var historyDays: Int = 14
  /// What the homes are like.
  public var home = Home()
  /// What the batteries are like.
  public var battery = Battery()
  /// How the homes hang together.
  public var feeder = Feeder()
  /// What goes wrong.
  public var faults = Faults()
  /// When the broker is away, or nil.
  public var brokerOutage: BrokerOutage?

  /// A sunny day without faults.
  public init(name: String) { self.name = name }
}

/// A home's real load and photovoltaics, before any battery.
///
/// After its last slot it begins again with the first; whole weeks keep the days where they are.
public struct RealHome: Hashable, Sendable {
  /// Start of the first slot.
  public var start: Timestamp
  /// Length of a slot.
  public var slotSeconds: Int64
  /// Joules used in each slot.
  public var loadJ: [Int64]
  /// Joules generated in each slot.
  public var pvJ: [Int64]

  /// A home's series; both columns are equally long.
  public init(start: Timestamp, slotSeconds: Int64, loadJ: [Int64], pvJ: [Int64]) {
    precondition(
      loadJ.count == pvJ.count && !loadJ.isEmpty, "load and PV have the same slots, at least one")
    precondition(start.isWholeSecond && slotSeconds > 0, "slots are whole seconds")
    self.start = start
    self.slotSeconds = slotSeconds
    self.loadJ = loadJ
    self.pvJ = pvJ
  }
}
