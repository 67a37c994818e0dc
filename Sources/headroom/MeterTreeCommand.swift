import ArgumentParser
import Controller
import Grid
import Verification
import Wire

/// What a company, a site, a delivery point or a meter took, and what is lost below its meters.
struct MeterTreeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tree",
    abstract: "Sum a node of a consumer tree, and say what its sub-meters do not account for.",
    discussion: """
      The tree is a CSV file, node_id,parent_id,kind,from,to: a line says where a company, site, \
      deliveryPoint or meter hangs, from one day to another. A meter that moves counts where it was \
      on each day. Meters below a meter are parts of it: they are not added, and its net less \
      theirs is the loss. What is missing is left out, and never 0.

      EXAMPLE
        headroom meter tree --tree tree.csv --readings data/readings.db \\
          --zone Europe/Moscow --node plant --group 1mo --from 2025-05-01 \\
          --to 2025-05-31
      """)

  @Option(help: "The tree, CSV.") var tree: String
  @Option(help: "Readings, CSV; or --readings.") var meters: String?
  @Option(help: "The readings database; or --meters.") var readings: String?
  @Option(help: "The node.") var node: String
  @Option(help: "Sum to 30m, 1h, 1d or 1mo.") var group: GroupArgument = .day
  @Option(help: "First day, YYYY-MM-DD.") var from: String
  @Option(help: "Last day, YYYY-MM-DD.") var to: String
  @Option(help: "IANA zone of the days.") var zone = "UTC"
  @ArgumentParser.Flag(help: "Print the result as JSON.") var json = false

  func validate() throws {
    try MeterDays.requireOneSource(meters: meters, readings: readings)
  }

  mutating func run() throws {
    let zone = try ZoneArgument.load(zone)
    let (first, last) = try MeterDays.parse(from: from, to: to)
    try MeterGroups.requireWholeMonths(group, first, last)
    try InputFiles.oneStandardInput([tree, meters])
    var files = InputFiles()
    let tree = files.parse(tree) { try ConsumerTreeFile.parse($0, file: $1) }
    let sent = meters.flatMap { files.meters($0) }
    try files.finish()
    guard let tree else { return }
    guard let node = ConsumerID(node), tree.knows(node) else {
      throw Outcome.badInput.failure("--node is \(node); allowed: a node of \(self.tree)")
    }
    let window = Window(
      start: zone.startOfDay(first), end: zone.startOfDay(last.adding(days: 1)))!
    let wanted = Self.meters(of: node, in: tree, first, last)
    var found: [Reading] = (sent?.readings ?? []).filter { wanted.contains($0.meter) }
    if let readings { found += try MeterDays.archived(readings, startingIn: window, of: wanted) }
    let sums = NodeSum.sums(
      of: node, in: tree, found, borders: MeterGroups.borders(group, zone, first, last), zone: zone)
    json ? write(sums, node) : print(sums)
  }

  private static func meters(
    of node: ConsumerID, in tree: ConsumerTree, _ first: CivilDate, _ last: CivilDate
  ) -> Set<MeterID> {
    var all: Set<MeterID> = []
    var day = first
    while day <= last {
      let meters = tree.meters(of: node, on: day)
      all.formUnion(meters.upper)
      all.formUnion(meters.lower)
      day = day.adding(days: 1)
    }
    return all
  }

  private func print(_ sums: [NodeSum]) {
    func part(_ energy: Energy, _ amount: NodeSum.Amount) -> String {
      amount.isWhole ? MeterGroups.kilowattHours(energy.joules) : ""
    }
    var text =
      "node_id,start,end,import_kwh,export_kwh,quality,known_import_kwh,known_export_kwh,"
      + "missing_seconds,below_import_kwh,below_export_kwh,loss_kwh\n"
    for sum in sums {
      let total = sum.total
      let cells = [
        node, "\(sum.window.start)", "\(sum.window.end)", part(total.imported, total),
        part(total.exported, total), total.quality.letter,
        MeterGroups.kilowattHours(total.imported.joules),
        MeterGroups.kilowattHours(total.exported.joules),
        "\(total.wantedSeconds - total.knownSeconds)",
        sum.hasParts ? part(sum.parts.imported, sum.parts) : "",
        sum.hasParts ? part(sum.parts.exported, sum.parts) : "",
        sum.loss.map { MeterGroups.kilowattHours($0.joules) } ?? "",
      ]
      text += cells.joined(separator: ",") + "\n"
    }
    Console.result(Array(text.utf8))
  }

  private func write(_ sums: [NodeSum], _ node: ConsumerID) {
    func amount(_ amount: NodeSum.Amount, _ name: String, _ json: inout OrderedJSON) {
      json.object(name) { json in
        json.integer("importJ", amount.isWhole ? amount.imported.joules : nil)
        json.integer("exportJ", amount.isWhole ? amount.exported.joules : nil)
        json.text("quality", amount.quality.letter)
        json.integer("knownImportJ", amount.imported.joules)
        json.integer("knownExportJ", amount.exported.joules)
        json.integer("missingSeconds", amount.wantedSeconds - amount.knownSeconds)
      }
    }
    OrderedJSON.write(to: { Console.result($0) }) { json in
      json.text("nodeId", node.text)
      json.array("groups") { json in
        for sum in sums {
          json.object(nil) { json in
            json.text("start", "\(sum.window.start)")
            json.text("end", "\(sum.window.end)")
            amount(sum.total, "total", &json)
            if sum.hasParts { amount(sum.parts, "below", &json) }
            json.integer("lossJ", sum.loss?.joules)
          }
        }
      }
    }
  }
}
