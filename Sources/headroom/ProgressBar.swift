/// A line on a terminal that says what goes on and how far it is; nothing elsewhere.
final class ProgressBar {
  private let isShown: Bool
  private let start = ContinuousClock.now
  private var stage = ""
  private var shown = ""

  init(isShown: Bool = Console.isTerminal) { self.isShown = isShown }

  /// Shows `part` of 1 of the whole work, and what is being done.
  func show(_ stage: String, _ part: Double) {
    self.stage = stage
    guard isShown else { return }
    let width = 28
    let filled = Int(min(1, max(0, part)) * Double(width))
    let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: width - filled)
    let seconds = (ContinuousClock.now - start).components.seconds
    let text = "\(bar) \(Int(part * 100)) %  \(seconds) s  \(stage)"
    guard text != shown else { return }
    shown = text
    FileHandle.standardError.write("\r\u{1B}[2K" + text)
  }

  /// Takes the line away.
  func clear() {
    guard isShown else { return }
    FileHandle.standardError.write("\r\u{1B}[2K")
  }
}
