/// What one battery reported of itself; never evidence for pay.
///
/// Source: the MQTT contract, §9. What is not known is nil, never zero.
public struct Telemetry: Hashable, Sendable {
  /// What the battery is doing.
  public enum State: String, Hashable, Sendable, CaseIterable {
    case charging, discharging, holding, islanded, fault, offline
  }

  /// Who decides what it does; `remote` is Headroom.
  public enum Mode: String, Hashable, Sendable, CaseIterable {
    case selfConsumption, timeOfUse, backup, manual, remote, unknown
  }

  /// The battery.
  public let battery: BatteryID
  /// When it was so.
  public let at: Timestamp
  /// Battery power, discharge positive.
  public let discharge: Power?
  /// State of charge.
  public let charge: Percent?
  /// What it is doing.
  public let state: State
  /// Deliverable above floor and reserve.
  public let available: Energy?
  /// Power at its site's meter, import positive.
  public let netImport: Power?
  /// The mode as the device reads it back.
  public let mode: Mode?

  /// A report.
  public init(
    battery: BatteryID, at: Timestamp, discharge: Power?, charge: Percent?, state: State,
    available: Energy? = nil, netImport: Power? = nil, mode: Mode? = nil
  ) {
    self.battery = battery
    self.at = at
    self.discharge = discharge
    self.charge = charge
    self.state = state
    self.available = available
    self.netImport = netImport
    self.mode = mode
  }
}

/// A gateway's birth or death.
///
/// Source: the MQTT contract, §8.
public struct GatewayState: Hashable, Sendable {
  /// What a living gateway says of itself.
  public struct Birth: Hashable, Sendable {
    /// When it was born.
    public let at: Timestamp
    /// False: its clock is not synchronised, and it is never planned.
    public let clockSynced: Bool
    /// The schemas it reads.
    public let schemas: [String]
    /// Items it takes in an envelope, 1…100; 1 is never an envelope.
    public let maxBatch: Int
    /// Commands it takes in a second; nil was not said.
    public let maxCommandsPerSecond: Int64?

    /// A birth.
    public init(
      at: Timestamp, clockSynced: Bool, schemas: [String], maxBatch: Int = 1,
      maxCommandsPerSecond: Int64? = nil
    ) {
      self.at = at
      self.clockSynced = clockSynced
      self.schemas = schemas
      self.maxBatch = maxBatch
      self.maxCommandsPerSecond = maxCommandsPerSecond
    }
  }

  /// Rises with each connection; a death counts only for the session of the last birth.
  public let session: Int64
  /// Nil is a death.
  public let birth: Birth?

  /// A birth or, without one, a death.
  public init(session: Int64, birth: Birth?) {
    self.session = session
    self.birth = birth
  }
}

/// What a gateway says of a battery; it may lower an enrolled figure, never raise it.
///
/// Source: the MQTT contract, §8.
public struct BatteryDescription: Hashable, Sendable {
  /// When it was so.
  public let at: Timestamp
  /// False: the battery behind a living gateway cannot be reached.
  public let online: Bool
  /// Its site.
  public let site: SiteID
  /// Usable capacity.
  public let capacity: Energy
  /// Present discharge rating.
  public let maxDischarge: Power
  /// Present charge rating, as a magnitude.
  public let maxCharge: Power
  /// May power leave the site.
  public let canExport: Bool
  /// Can it be charged on command.
  public let canCharge: Bool
  /// Can it be commanded at all.
  public let remoteControl: Bool
  /// The device's own minimum.
  public let floor: Percent?
  /// The site's export limit.
  public let exportLimit: Power?
  /// The site's meter.
  public let siteMeter: MeterID?
  /// The battery's own meter.
  public let batteryMeter: MeterID?

  /// A description.
  public init(
    at: Timestamp, online: Bool, site: SiteID, capacity: Energy, maxDischarge: Power,
    maxCharge: Power, canExport: Bool, canCharge: Bool, remoteControl: Bool,
    floor: Percent? = nil, exportLimit: Power? = nil, siteMeter: MeterID? = nil,
    batteryMeter: MeterID? = nil
  ) {
    self.at = at
    self.online = online
    self.site = site
    self.capacity = capacity
    self.maxDischarge = maxDischarge
    self.maxCharge = maxCharge
    self.canExport = canExport
    self.canCharge = canCharge
    self.remoteControl = remoteControl
    self.floor = floor
    self.exportLimit = exportLimit
    self.siteMeter = siteMeter
    self.batteryMeter = batteryMeter
  }
}

/// An owner's will for one battery; what is nil was not said.
///
/// Source: the MQTT contract, §8.
public struct Preference: Hashable, Sendable {
  /// Rises with each change.
  public let revision: Int64
  /// When it was said.
  public let at: Timestamp
  /// Kept for the owner.
  public let reserve: Percent?
  /// No events from here…
  public let optOutFrom: Timestamp?
  /// …until here.
  public let optOutUntil: Timestamp?

  /// A preference.
  public init(
    revision: Int64, at: Timestamp, reserve: Percent? = nil, optOutFrom: Timestamp? = nil,
    optOutUntil: Timestamp? = nil
  ) {
    self.revision = revision
    self.at = at
    self.reserve = reserve
    self.optOutFrom = optOutFrom
    self.optOutUntil = optOutUntil
  }
}

/// The controller's own birth or death.
///
/// Source: the MQTT contract, §8.
public struct ControllerState: Hashable, Sendable {
  /// Rises with each start.
  public let session: Int64
  /// When, and how often it is said again; nil is a death.
  public let birth: Birth?

  /// What a living controller says of itself.
  public struct Birth: Hashable, Sendable {
    /// When it was so.
    public let at: Timestamp
    /// Said again this often; three missed ones mean silence.
    public let heartbeatSeconds: Int64

    /// A birth.
    public init(at: Timestamp, heartbeatSeconds: Int64) {
      self.at = at
      self.heartbeatSeconds = heartbeatSeconds
    }
  }

  /// A birth or, without one, a death.
  public init(session: Int64, birth: Birth?) {
    self.session = session
    self.birth = birth
  }
}

/// One settlement-grade meter message: one meter, one interval.
///
/// Source: the MQTT contract, §10. A site meter imports from the grid; a battery's own meter
/// imports when it charges and exports when it discharges.
public struct MeterRecord: Hashable, Sendable {
  /// A pair of directions; export is nil for a meter that only imports.
  public struct Pair: Hashable, Sendable {
    /// From the grid, or charge; never negative.
    public let imported: Energy
    /// Into the grid, or discharge; never negative.
    public let exported: Energy?

    /// A pair.
    public init(imported: Energy, exported: Energy?) {
      self.imported = imported
      self.exported = exported
    }
  }

  /// The meter.
  public let meter: MeterID
  /// Rises by 1 for each new record of the meter; a resend keeps it.
  public let seq: Int64
  /// The interval: 60, 300, 900, 1,800 or 3,600 s, aligned to UTC.
  public let window: Window
  /// `estimated` for the wire's `E`.
  public let quality: Quality
  /// Cumulative energies at the end of the interval.
  public let registers: Pair?
  /// Energies of the interval.
  public let energies: Pair?
  /// Rises when the meter is exchanged, reset or rolls over.
  public let epoch: Int64
  /// A higher one replaces the reading; both are kept.
  public let revision: Int64

  /// A record.
  public init(
    meter: MeterID, seq: Int64, window: Window, quality: Quality, registers: Pair?,
    energies: Pair?, epoch: Int64 = 0, revision: Int64 = 1
  ) {
    self.meter = meter
    self.seq = seq
    self.window = window
    self.quality = quality
    self.registers = registers
    self.energies = energies
    self.epoch = epoch
    self.revision = revision
  }
}
