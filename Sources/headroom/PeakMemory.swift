import FoundationEssentials

/// The most memory that this program had at one time, as the system counts it.
enum PeakMemory {
  /// Forgets what was needed before. Where the system does not let it, the peak is that since the
  /// program began.
  static func forget() {
    try? Data("5".utf8).write(to: URL(filePath: "/proc/self/clear_refs"))
  }

  /// In MiB, rounded up; nil where the system does not say it.
  static var mebibytes: Int64? {
    guard let status = try? String(contentsOf: URL(filePath: "/proc/self/status"), encoding: .utf8)
    else { return nil }
    return mebibytes(in: status)
  }

  /// What `VmHWM` says, in kB of 1,024 bytes.
  static func mebibytes(in status: String) -> Int64? {
    guard let line = status.split(separator: "\n").first(where: { $0.hasPrefix("VmHWM:") }),
      let number = line.split(whereSeparator: { $0 == " " || $0 == "\t" }).dropFirst().first,
      let kibibytes = Int64(number)
    else { return nil }
    return (kibibytes + 1_023) / 1_024
  }
}
