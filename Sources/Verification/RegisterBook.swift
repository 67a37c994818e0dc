public import Grid

/// Turns the records of one meter into readings: the difference of two registers is the energy.
///
/// Between two registers of one epoch the sum is exact however many records were lost; only its
/// split over the lost time is not known. Energies without registers leave gaps. The result does
/// not depend on the order of the records. Source: the MQTT contract, §10.
public enum RegisterBook {
  /// Why a record was kept aside.
  public enum Fault: String, Hashable, Sendable, CaseIterable {
    /// Registers and energies differ by more than 1 Wh, or a register falls within an epoch.
    case registerMismatch
    /// Two records of one window and revision differ.
    case conflict
    /// It overlaps an earlier record without being the same window.
    case overlap
    /// It is of another meter.
    case otherMeter
  }

  /// A record that was not used, until a higher revision comes.
  public struct Aside: Hashable, Sendable {
    /// The record.
    public let record: MeterRecord
    /// Why.
    public let fault: Fault
  }

  /// What the records say.
  public struct Outcome: Hashable, Sendable {
    /// In order of time, without overlap; what is not there is missing.
    public var readings: [Reading] = []
    /// In order of time.
    public var aside: [Aside] = []
    /// Records that came again with equal content.
    public var duplicates = 0
    /// Records that a higher revision replaced.
    public var replaced = 0
  }

  /// Registers and energies may differ by this much: both are rounded to whole watt-hours.
  static let tolerance: Int64 = 3_600
  /// Longest time bridged between two registers: 35 days.
  static let maximumBridgeSeconds: Int64 = 35 * 86_400

  /// The readings of `meter`.
  ///
  /// - Parameters:
  ///   - intervalSeconds: The programme's interval. Lost time that lies within one of them becomes
  ///     one reading as good as its registers, since its sum is exact; what crosses a border is
  ///     split there by time, `estimated`. Nil: every lost record is `estimated` on its own.
  ///   - gridSecond: Any Unix second at which such an interval starts.
  public static func readings(
    of meter: MeterID, from records: [MeterRecord], intervalSeconds: Int64? = nil,
    gridSecond: Int64 = 0
  ) -> Outcome {
    var walk = RegisterWalk(intervalSeconds: intervalSeconds, gridSecond: gridSecond)
    for record in current(records, of: meter, &walk.outcome) { walk.take(record) }
    walk.outcome.readings.sort { $0.window.start < $1.window.start }
    walk.outcome.aside.sort {
      ($0.record.window.start, $0.record.seq, $0.record.revision)
        < ($1.record.window.start, $1.record.seq, $1.record.revision)
    }
    return walk.outcome
  }

  /// What a register without epoch advanced when it may have rolled over, or nil: the meter was
  /// exchanged, which leaves a gap.
  ///
  /// `modulus` is what the register counts to, 10 to the number of its digits in its unit. Accepted
  /// only if the meter could carry it: at most `maximum` held for `seconds`.
  public static func advance(
    from old: Energy, to new: Energy, modulus: Energy, maximum: Power, seconds: Int64
  ) -> Energy? {
    let difference = new.joules - old.joules
    let advance = difference < 0 ? difference + modulus.joules : difference
    guard advance >= 0, advance <= maximum.held(forSeconds: seconds).joules else { return nil }
    return Energy(joules: advance)
  }

  /// One record a window, the highest revision, in order of time.
  private static func current(
    _ records: [MeterRecord], of meter: MeterID, _ outcome: inout Outcome
  ) -> [MeterRecord] {
    var own: [MeterRecord] = []
    for record in records {
      if record.meter == meter {
        own.append(record)
      } else {
        outcome.aside.append(Aside(record: record, fault: .otherMeter))
      }
    }
    own.sort { a, b in
      (a.window.start, a.window.end, b.revision, a.seq)
        < (b.window.start, b.window.end, a.revision, b.seq)
    }
    var kept: [MeterRecord] = []
    var place = 0
    while place < own.count {
      let best = own[place]
      var next = place + 1
      var isDisputed = false
      while next < own.count, own[next].window == best.window {
        if own[next].revision < best.revision {
          outcome.replaced += 1
        } else if isSame(own[next], best) {
          outcome.duplicates += 1
        } else {
          isDisputed = true
          outcome.aside.append(Aside(record: own[next], fault: .conflict))
        }
        next += 1
      }
      if isDisputed {
        outcome.aside.append(Aside(record: best, fault: .conflict))
      } else if let last = kept.last, best.window.start < last.window.end {
        outcome.aside.append(Aside(record: best, fault: .overlap))
      } else {
        kept.append(best)
      }
      place = next
    }
    return kept
  }

  private static func isSame(_ a: MeterRecord, _ b: MeterRecord) -> Bool {
    a.quality == b.quality && a.registers == b.registers && a.energies == b.energies
      && a.epoch == b.epoch
  }
}
