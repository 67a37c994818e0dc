public import Grid

/// Who takes part in what and since when, as CSV: `site_id,programme_id,step,from,to,by,consent`.
///
/// A line is a step and stays for ever: `enrol`, `suspend`, `resume` or `withdraw`, the first local
/// day on which it holds, the last day of a suspension (may be empty, and the column absent), who
/// decided it, and the owner's consent, which every `enrol` has. The lines of one site and
/// programme are in the order of their days.
public enum EnrolmentsFile {
  /// Characters of a person's or document's name.
  static let nameLimit = 200

  private enum Column: Int, CSVColumn {
    case site, programme, step, from, to, by, consent

    static let names = ["site_id", "programme_id", "step", "from", "to", "by", "consent"]
    static let optional: [Column] = [.to]
    static let ignored: [String] = []
  }

  /// The enrolments of the file.
  /// - Throws: every fault, also of steps that cannot follow the ones before them.
  public static func parse(_ bytes: [UInt8], file: String) throws(FileFaults) -> Enrolments {
    var table = CSVTable<Column>(bytes, file: file)
    var steps: [EnrolmentStep] = []
    var lines: [Int] = []
    while table.next() {
      guard let step = row(&table) else { continue }
      steps.append(step)
      lines.append(table.line)
    }
    var enrolments: Enrolments?
    do throws(Enrolments.Faults) {
      enrolments = try Enrolments(steps)
    } catch {
      for fault in error.list {
        table.fault(line: lines[fault.step], .step, found: fault.found, allowed: fault.allowed)
      }
    }
    guard table.faults.isEmpty, let enrolments else { throw table.faults.faults }
    return enrolments
  }

  private static func row(_ table: inout CSVTable<Column>) -> EnrolmentStep? {
    let site = table.id(.site, as: SiteKind.self)
    let programme = table.id(.programme, as: ProgrammeKind.self)
    let kind = EnrolmentStep.Kind(rawValue: table.text(.step))
    if kind == nil {
      let words = EnrolmentStep.Kind.allCases.map(\.rawValue).joined(separator: ", ")
      table.fault(.step, allowed: words)
    }
    let from = date(.from, &table)
    let to = table.isEmpty(.to) ? nil : date(.to, &table)
    if !table.isEmpty(.to), let kind, kind != .suspend {
      table.fault(.to, allowed: "empty, unless the step is suspend")
    }
    let by = name(.by, &table)
    if kind == .enrol, table.isEmpty(.consent) {
      table.fault(.consent, allowed: "the owner's consent, for every enrol")
    }
    let consent = table.isEmpty(.consent) ? nil : name(.consent, &table)
    guard table.rowIsGood, let site, let programme, let kind, let from, let by else { return nil }
    return EnrolmentStep(
      site: site, programme: programme, kind: kind, from: from, to: to, by: by, consent: consent)
  }

  private static func date(_ column: Column, _ table: inout CSVTable<Column>) -> CivilDate? {
    if let date = CivilDate(text: table.text(column)) { return date }
    table.fault(column, allowed: "a date YYYY-MM-DD")
    return nil
  }

  private static func name(_ column: Column, _ table: inout CSVTable<Column>) -> String? {
    let text = table.text(column)
    if (1...nameLimit).contains(text.utf8.count) { return text }
    table.fault(column, allowed: "1 to \(nameLimit) bytes")
    return nil
  }
}
