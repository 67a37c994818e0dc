/// The messages between handing over to libmosquitto and their end, oldest first.
///
/// A ring of fixed size. Brokers acknowledge in order (MQTT 5, 4.6), so the slot that is looked for
/// is nearly always the first. A slot is given back only when all before it are finished: what has
/// left the window is finished without a gap.
struct InFlightWindow {
  struct Slot {
    /// libmosquitto's number of the message; nil while it has none.
    var packetID: Int32?
    var isFinished = false
    var receipt: Receipt?
    var index: Int
    /// A QoS 0 message that is not written yet: libmosquitto forgets it with the connection.
    var unwritten: Message?
    var expiresAtMilliseconds: Int64?
  }

  let capacity: Int
  private var ring: [Slot?]
  private var head = 0
  private(set) var count = 0

  init(capacity: Int) {
    self.capacity = capacity
    ring = Array(repeating: nil, count: capacity)
  }

  var hasRoom: Bool { count < capacity }
  var free: Int { capacity - count }

  /// Adds a slot behind the last one and returns its position.
  mutating func append(_ slot: Slot) -> Int {
    precondition(count < capacity, "the window is full")
    let position = (head + count) % capacity
    ring[position] = slot
    count += 1
    return position
  }

  /// Positions from the oldest to the newest slot.
  var positions: [Int] { (0..<count).map { (head + $0) % capacity } }

  subscript(position: Int) -> Slot {
    get {
      guard let slot = ring[position] else { preconditionFailure("the window's slot is empty") }
      return slot
    }
    set { ring[position] = newValue }
  }

  /// The unfinished slot of a packet, or nil when there is none.
  func position(of packetID: Int32) -> Int? {
    var position = head
    for _ in 0..<count {
      if let slot = ring[position], slot.packetID == packetID, !slot.isFinished { return position }
      position += 1
      if position == capacity { position = 0 }
    }
    return nil
  }

  /// Gives back the finished slots at the front and returns how many there were.
  mutating func popFinished() -> Int {
    var popped = 0
    while count > 0, ring[head]?.isFinished == true {
      ring[head] = nil
      head = head + 1 == capacity ? 0 : head + 1
      count -= 1
      popped += 1
    }
    return popped
  }
}
