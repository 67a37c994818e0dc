import Grid

extension SiteData {
  /// Everything that a result under `plan` may depend on, as lines of UTF-8 that are hashed: whoever
  /// has the same readings comes to the same digest.
  ///
  /// `headroom-inputs-v1`, site, event in UTC microseconds; for each meter its name, the seconds of
  /// an interval, and `second joules quality` of every value from the oldest candidate day to the
  /// last moment that may be asked for; then the days that do not count, and a digest of what was
  /// declared.
  public func inputBytes(of plan: PreparedEvent) -> [UInt8] {
    let event = plan.event.window
    var lines = [
      "headroom-inputs-v1", site.text, "\(event.start.microseconds) \(event.end.microseconds)",
    ]
    let oldest = plan.candidates.last?.startSecond ?? event.start.seconds
    // A day more on either side: windows, and a candidate's hours after midnight.
    let seconds = (oldest - 86_400)..<(plan.dataEnd.seconds + 86_400)
    for (name, series) in [("site", siteMeter), ("battery", batteryMeter)] {
      guard let series else { continue }
      lines.append("\(name) \(series.meter) \(series.intervalSeconds)")
      for place in series.joules.indices where series.qualities[place] != .missing {
        let second = series.startSecond + Int64(place) * series.intervalSeconds
        guard seconds.contains(second) else { continue }
        lines.append("\(second) \(series.joules[place]) \(series.qualities[place].letter)")
      }
    }
    for (name, dates) in [("event days", eventDays), ("excluded", excludedDates)] {
      lines.append("\(name) " + dates.sorted().map { "\($0)" }.joined(separator: " "))
    }
    if let declared { lines.append("declared \(declared.digest)") }
    if let control {
      lines.append("control " + control.means.map { "\($0)" }.joined(separator: " "))
    }
    return Array(lines.map { $0 + "\n" }.joined().utf8)
  }
}
