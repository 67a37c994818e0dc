import Grid

/// One piece of a turn as the logbook keeps it: a kind, a name and bytes.
///
/// On disk: kind 1 byte, length of the name 2 bytes, name, length of the body 4 bytes, body;
/// lengths big-endian.
struct Frame: Hashable, Sendable {
  enum Kind: UInt8, CaseIterable {
    // Inputs
    /// A message: its topic and its bytes as received.
    case message = 1
    /// All telemetry of the turn lies in the telemetry store; told before everything else.
    case telemetry = 2
    case escrowHeld = 3
    case escrowRefused = 4
    case settled = 5
    case restarted = 6
    /// What follows was told to the engine after it had answered what went before.
    case nextStep = 7
    /// A settlement run was carried out: its event and its name.
    case run = 8
    /// A settlement run began: its event, its name and the number of the last record that it reads.
    case begun = 9
    /// What many gateways say of the controller's clock: milliseconds or `right`, and their number.
    case clock = 10
    /// The storm warnings that stand from now on, as a file.
    case storms = 11
    case budgetSpent = 12
    /// Rows of declared schedules that came or went since the last such frame, as a file: `added`
    /// or `removed`.
    case schedules = 13
    /// The schedules in force at an event's gate closure: the moment of the gate, then a file of
    /// digests.
    case frozen = 14
    // Effects
    /// A message to publish: its topic and its bytes.
    case publish = 20
    case holdEscrow = 21
    case settle = 22
    case reject = 23
    case alarm = 24
  }

  var kind: Kind
  var name: String
  var body: [UInt8]

  init(_ kind: Kind, _ name: String = "", _ body: [UInt8] = []) {
    self.kind = kind
    self.name = name
    self.body = body
  }

  init(_ kind: Kind, _ name: String, _ text: String) {
    self.init(kind, name, Array(text.utf8))
  }

  var text: String { String(decoding: body, as: UTF8.self) }

  func append(to bytes: inout [UInt8]) {
    let nameBytes = name.utf8
    precondition(nameBytes.count <= 65_535, "a frame's name is a topic or an event")
    bytes.append(kind.rawValue)
    bytes.append(UInt8(nameBytes.count >> 8))
    bytes.append(UInt8(nameBytes.count & 255))
    bytes.append(contentsOf: nameBytes)
    for shift in [24, 16, 8, 0] { bytes.append(UInt8(body.count >> shift & 255)) }
    bytes.append(contentsOf: body)
  }

  static func encode(_ frames: [Frame]) -> [UInt8] {
    var bytes: [UInt8] = []
    for frame in frames { frame.append(to: &bytes) }
    return bytes
  }

  /// The frames of `bytes`; nil when they are damaged.
  static func decode(_ bytes: [UInt8]) -> [Frame]? {
    var frames: [Frame] = []
    var place = 0
    func number(_ count: Int) -> Int? {
      guard place + count <= bytes.count else { return nil }
      var value = 0
      for byte in bytes[place..<place + count] { value = value << 8 | Int(byte) }
      place += count
      return value
    }
    func take(_ count: Int) -> ArraySlice<UInt8>? {
      guard place + count <= bytes.count else { return nil }
      defer { place += count }
      return bytes[place..<place + count]
    }
    while place < bytes.count {
      guard let raw = number(1), let kind = Kind(rawValue: UInt8(raw)), let nameCount = number(2),
        let name = take(nameCount), let bodyCount = number(4), let body = take(bodyCount)
      else { return nil }
      frames.append(Frame(kind, String(decoding: name, as: UTF8.self), Array(body)))
    }
    return frames
  }
}
