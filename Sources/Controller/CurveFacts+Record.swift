import Engine
import Reports

extension CurveFacts {
  /// The curve of a record.
  init(_ record: EventRecord) {
    self.init(
      points: record.curve.map {
        Point(
          at: $0.at, delivered: $0.delivered, target: $0.target, committed: $0.committed,
          commands: $0.commands)
      })
  }
}
