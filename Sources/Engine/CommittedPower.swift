public import Grid

/// What one battery owes over time: pieces in order of time that do not overlap.
public struct CommittedPower: Hashable, Sendable {
  /// A power that is owed for one stretch of time.
  public struct Piece: Hashable, Sendable {
    /// When it is owed.
    public let window: Window
    /// At the battery's AC terminals, discharge positive, above 0.
    public let power: Power

    /// A piece.
    public init(window: Window, power: Power) {
      self.window = window
      self.power = power
    }
  }

  /// In order of time.
  public private(set) var pieces: [Piece]

  /// Nothing owed.
  public init() { pieces = [] }

  /// Energy owed in `window`, rounded down to a whole joule where a piece ends within a second.
  public func energy(in window: Window) -> Energy {
    var wattMicroseconds: Int128 = 0
    for piece in pieces {
      guard let shared = piece.window.intersection(window) else { continue }
      let micros = shared.end.microseconds - shared.start.microseconds
      wattMicroseconds += Int128(micros) * Int128(piece.power.watts)
    }
    return Energy(joules: Int64(wattMicroseconds / 1_000_000))
  }

  /// Power owed at `moment`; 0 when nothing is.
  public func power(at moment: Timestamp) -> Power {
    pieces.last { $0.window.contains(moment) }?.power ?? .zero
  }

  /// Nothing is owed from `moment` on.
  mutating func end(at moment: Timestamp) {
    while let last = pieces.last, last.window.end > moment {
      pieces.removeLast()
      if let kept = Window(start: last.window.start, end: moment) {
        pieces.append(Piece(window: kept, power: last.power))
        return
      }
    }
  }

  /// From `moment` on only this is owed: `power` in `window`, which does not begin before `moment`;
  /// without window nothing.
  mutating func replace(from moment: Timestamp, with power: Power, in window: Window?) {
    end(at: moment)
    if let window, power > .zero { pieces.append(Piece(window: window, power: power)) }
  }

  /// What is owed at `now` goes on until `moment`, from which on only this is owed: `power` in
  /// `window`, which does not begin before; what was to begin between the two never does.
  mutating func step(from moment: Timestamp, at now: Timestamp, to power: Power, in window: Window?)
  {
    let given = pieces.last { $0.window.contains(now) }
    end(at: given?.window.start ?? now)
    let rest = given.flatMap { Window(start: $0.window.start, end: moment) }
    replace(from: moment, with: given?.power ?? .zero, in: rest)
    replace(from: moment, with: power, in: window)
  }

  /// From `moment` on no piece owes more than `power`.
  mutating func lower(from moment: Timestamp, to power: Power) {
    let later = pieces.compactMap { piece in
      Window(start: max(piece.window.start, moment), end: piece.window.end).map {
        Piece(window: $0, power: min(piece.power, power))
      }
    }
    end(at: moment)
    if power > .zero { pieces += later }
  }

  /// In `window` this is owed and nothing else; what lies before and after stands.
  mutating func set(_ power: Power, in window: Window) {
    var parts: [Piece] = []
    for piece in pieces {
      if let before = Window(start: piece.window.start, end: min(piece.window.end, window.start)) {
        parts.append(Piece(window: before, power: piece.power))
      }
      if let after = Window(start: max(piece.window.start, window.end), end: piece.window.end) {
        parts.append(Piece(window: after, power: piece.power))
      }
    }
    if power > .zero { parts.append(Piece(window: window, power: power)) }
    pieces = parts.sorted { $0.window.start < $1.window.start }
  }

  /// The same without what other events have of it.
  func less(_ concessions: [Participation.Concession]) -> CommittedPower {
    var rest = self
    for given in concessions {
      for piece in rest.pieces {
        guard piece.power > given.left, let shared = piece.window.intersection(given.window)
        else { continue }
        rest.set(given.left, in: shared)
      }
    }
    return rest
  }
}
