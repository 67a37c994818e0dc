/// What MQTT allows as a topic name and as a topic filter (MQTT 5, 4.7).
enum TopicRules {
  static let allowedName = "1...65535 bytes without +, # and NUL"
  static let allowedFilter = "1...65535 bytes, + alone in its level, # alone and last, no NUL"

  /// Whether a message can be published on `topic`.
  static func isName(_ topic: String) -> Bool {
    var count = 0
    for byte in topic.utf8 {
      if byte == 0 || byte == UInt8(ascii: "+") || byte == UInt8(ascii: "#") { return false }
      count += 1
    }
    return count >= 1 && count <= 65_535
  }

  /// Whether `filter` can be subscribed to.
  static func isFilter(_ filter: String) -> Bool {
    let bytes = filter.utf8
    guard (1...65_535).contains(bytes.count), !bytes.contains(0) else { return false }
    let levels = bytes.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    for (position, level) in levels.enumerated() {
      if level.contains(UInt8(ascii: "#")) {
        if level.count != 1 || position != levels.count - 1 { return false }
      }
      if level.contains(UInt8(ascii: "+")), level.count != 1 { return false }
    }
    return true
  }
}
