import Synchronization

/// A line on a terminal that says what goes on and how far it is; nothing elsewhere.
final class ProgressBar: Sendable {
  private let isShown: Bool
  private let start = ContinuousClock.now
  private let shown = Mutex("")

  init(isShown: Bool = Console.isTerminal) { self.isShown = isShown }

  /// Shows `part` of 1 of the whole work, and what is being done.
  func show(_ stage: String, _ part: Double) {
    guard isShown else { return }
    let width = 28
    let filled = Int(min(1, max(0, part)) * Double(width))
    let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: width - filled)
    let seconds = (ContinuousClock.now - start).components.seconds
    let text = "\(bar) \(Int(part * 100)) %  \(seconds) s  \(stage)"
    let isNew = shown.withLock { shown in
      defer { shown = text }
      return shown != text
    }
    if isNew { FileHandle.standardError.write("\r\u{1B}[2K" + text) }
  }

  /// Takes the line away.
  func clear() {
    guard isShown else { return }
    FileHandle.standardError.write("\r\u{1B}[2K")
  }
}
