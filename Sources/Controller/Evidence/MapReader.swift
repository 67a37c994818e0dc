import Grid
import Ledger

/// The fields of a CBOR map with numbers as keys, each taken with its type.
struct MapReader {
  typealias Fault = HomeEvidence.Fault

  var values: [UInt64: CBOR.Value] = [:]

  func value(_ key: UInt64) throws(Fault) -> CBOR.Value {
    guard let value = values[key] else { throw Fault("field \(key) is absent") }
    return value
  }

  func text(_ key: UInt64) throws(Fault) -> String {
    let value = try value(key)
    guard case .text(let text) = value else {
      throw Fault("field \(key) is \(value); allowed: text")
    }
    return text
  }

  func name<ID>(_ key: UInt64, _ make: (String) -> ID?) throws(Fault) -> ID {
    let text = try text(key)
    guard let id = make(text) else { throw Fault("field \(key) is \(text); allowed: a name") }
    return id
  }

  func bool(_ key: UInt64) throws(Fault) -> Bool {
    let value = try value(key)
    guard case .bool(let bool) = value else {
      throw Fault("field \(key) is \(value); allowed: true, false")
    }
    return bool
  }

  func digest(_ key: UInt64) throws(Fault) -> Digest {
    let value = try value(key)
    guard case .bytes(let bytes) = value, let digest = Digest(bytes: bytes) else {
      throw Fault("field \(key) is \(value); allowed: 32 bytes")
    }
    return digest
  }

  func integer(_ key: UInt64, in allowed: ClosedRange<Int64>) throws(Fault) -> Int64 {
    let value = try value(key)
    guard let integer = Self.integer(value), allowed.contains(integer) else {
      throw Fault(
        "field \(key) is \(value); allowed: \(allowed.lowerBound) to \(allowed.upperBound)")
    }
    return integer
  }

  func moment(_ key: UInt64) throws(Fault) -> Timestamp {
    Timestamp(microseconds: try integer(key, in: 0...Self.lastMoment))
  }

  func array(_ key: UInt64, count: Int? = nil) throws(Fault) -> [CBOR.Value] {
    let value = try value(key)
    guard case .array(let parts) = value, count == nil || parts.count == count else {
      throw Fault(
        "field \(key) is \(value); allowed: an array" + (count.map { " of \($0)" } ?? ""))
    }
    return parts
  }

  static func integer(_ value: CBOR.Value) -> Int64? {
    switch value {
    case .unsigned(let number): Int64(exactly: number)
    case .negative(let number): number
    default: nil
    }
  }

  static func integers(
    _ value: CBOR.Value, count: Int, field key: UInt64
  ) throws(Fault) -> [Int64] {
    if case .array(let parts) = value, parts.count == count {
      let integers = parts.compactMap(integer)
      if integers.count == count { return integers }
    }
    throw Fault("field \(key) has \(value); allowed: \(count) numbers")
  }

  static func window(_ start: Int64, _ end: Int64, field key: UInt64) throws(Fault) -> Window {
    guard start >= 0, end <= lastMoment,
      let window = Window(
        start: Timestamp(microseconds: start), end: Timestamp(microseconds: end))
    else { throw Fault("field \(key) is from \(start) to \(end); allowed: a time that ends later") }
    return window
  }

  /// 48 bits of milliseconds, as in the keys of settlements.
  private static let lastMoment: Int64 = ((1 << 48) - 1) * 1_000
}
