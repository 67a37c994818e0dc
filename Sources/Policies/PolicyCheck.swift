/// What `policy check` prints, and the exit code that says the same to a program.
public struct PolicyCheck: Hashable, Sendable {
  /// Lines for people, ending with a line feed.
  public let text: String
  /// 0 sound, 1 faults, 65 not YAML.
  public let exitCode: Int32

  /// Checks the bytes of one policy file.
  ///
  /// Warnings, and fields that are still to be confirmed, are printed and leave the code at 0.
  public static func report(bytes: [UInt8], file: String) -> PolicyCheck {
    do {
      let policy = try Policy.load(bytes: bytes, file: file, allowsProgramme: true)
      var text = "\(file): sound: \(policy.id) \(policy.version), SHA-256 \(policy.hash)\n"
      for warning in policy.warnings { text += "\(warning)\n" }
      if !policy.isServed {
        text +=
          "\(file): headroom settle carries out its rules of a programme; serve refuses them yet\n"
      }
      if policy.isDraft {
        text += "\(file): a draft: it can be tried, but serve refuses it. To be confirmed:\n"
        for item in policy.unconfirmed { text += "  \(item)\n" }
      }
      return PolicyCheck(text: text, exitCode: 0)
    } catch {
      let count = error.list.count
      let summary = count == 1 ? "1 fault" : "\(count) faults"
      return PolicyCheck(
        text: "\(error)\n\(file): \(summary)\n", exitCode: error.isNotYAML ? 65 : 1)
    }
  }
}
