public import Grid

/// Doubts about a meter that its own values raise.
public enum MeterHealth {
  /// What was found.
  public enum Code: String, Hashable, Comparable, Sendable, CaseIterable {
    /// More energy than the connection can carry.
    case spike
    /// More than 24 h of zeros.
    case zeroRun
    /// More than eight equal values other than zero in a row.
    case frozen
    /// In more than half of all night hours, or in nine tenths of those of the first weeks, the house
    /// takes nothing.
    case noNightImport
    /// In more than a tenth of all night hours the house takes nothing, and something in the rest.
    case nightDropouts
    /// Export is weak beside import and repeats itself from day to day: the solar channel or the
    /// load channel reads short.
    case weakExport
    /// Intervals are missing.
    case gaps
    /// Records came before their interval was over: the device's clock is off.
    case clock
    /// The energies of a day are not what its registers advanced by: the day counts as estimated.
    case sumCheck

    /// Orders by name.
    public static func < (a: Code, b: Code) -> Bool { a.rawValue < b.rawValue }
  }

  /// One finding.
  public struct Finding: Hashable, Sendable {
    /// What was found.
    public let code: Code
    /// When first.
    public let at: Timestamp
    /// One sentence with the figures.
    public let sentence: String
    /// True when nothing should be paid on this meter before a person has looked.
    public let isSevere: Bool
  }
}
