import Grid

/// Collects the entries of a feed; they are joined when all of them are there.
struct ESPIScan {
  private var scanner: XMLScanner
  private(set) var faults: FaultCollector
  private(set) var entries: [ESPIFile.Entry] = []
  private(set) var blocks: [ESPIFile.Block] = []
  private(set) var readings: [ESPIFile.RawReading] = []
  private(set) var ignored: [String: Int] = [:]
  private var base = ""
  private var entry: ESPIFile.Entry?
  private var reading: ESPIFile.RawReading?
  /// The depth at which the resource of the present entry began.
  private var resourceDepth = 0

  init(scanner: XMLScanner) {
    self.scanner = scanner
    faults = FaultCollector(file: scanner.file)
  }

  private mutating func fault(_ field: String, _ found: String, _ allowed: String) {
    faults.add(
      line: scanner.line(of: scanner.tokenPlace), field: field,
      found: found.isEmpty ? "empty" : Excerpt.of(Array(found.utf8)), allowed: allowed)
  }

  mutating func run() throws(FileFault) {
    while true {
      switch try scanner.next() {
      case .start: start()
      case .text: text()
      case .end: end()
      case .finished: return
      }
    }
  }

  private mutating func start() {
    if scanner.openCount == 1 {
      let isFeed = scanner.name == "feed" || scanner.name == "entry"
      if !isFeed || scanner.namespace != ESPIFile.atom {
        fault("feed", scanner.name, "an Atom feed")
      }
      base = scanner.attributeList.first { $0.name == "base" }?.value ?? ""
    }
    if scanner.namespace == ESPIFile.atom {
      switch scanner.name {
      case "entry":
        entry = ESPIFile.Entry(line: scanner.line(of: scanner.tokenPlace))
      case "link": link()
      default: break
      }
    } else if scanner.namespace == ESPIFile.espi {
      resource()
    }
  }

  private mutating func link() {
    guard let href = scanner.attribute("href"), let relation = scanner.attribute("rel") else {
      return
    }
    if entry == nil, relation == "self", base.isEmpty { base = href }
    let path = ESPILink.path(href, base: base)
    switch relation {
    case "self": entry?.selfLink = path
    case "up": entry?.up = path
    case "related": entry?.related.append(path)
    default: break
    }
  }

  private mutating func resource() {
    guard entry != nil else { return }
    if resourceDepth == 0 || scanner.openCount == resourceDepth {
      resourceDepth = scanner.openCount
      switch scanner.name {
      case "UsagePoint": entry?.kind = .usagePoint
      case "MeterReading": entry?.kind = .meterReading
      case "ReadingType": entry?.kind = .readingType
      case "LocalTimeParameters": entry?.kind = .localTime
      case "IntervalBlock":
        entry?.kind = .intervalBlocks
        entry?.blocks.append(blocks.count)
        blocks.append(
          ESPIFile.Block(
            line: scanner.line(of: scanner.tokenPlace), readings: readings.count..<readings.count))
      default: ignored[scanner.name, default: 0] += 1
      }
    } else if scanner.name == "IntervalReading", scanner.openCount == resourceDepth + 1 {
      reading = ESPIFile.RawReading(
        line: Int32(truncatingIfNeeded: scanner.line(of: scanner.tokenPlace)))
    }
  }

  private mutating func text() {
    guard entry != nil else { return }
    if scanner.namespaceOfOpen == ESPIFile.atom {
      if scanner.openName == "updated" {
        guard let moment = Timestamp(rfc3339: String(scanner.text.trimmed)) else {
          fault("entry/updated", scanner.text, "RFC 3339 with an offset")
          return
        }
        entry?.updated = moment.microseconds
      }
      return
    }
    guard scanner.namespaceOfOpen == ESPIFile.espi, let kind = entry?.kind else { return }
    let text = String(scanner.text.trimmed)
    let depth = scanner.openCount - resourceDepth
    switch kind {
    case .readingType, .localTime:
      if depth == 1 { entry?.fields[scanner.openName] = text }
    case .intervalBlocks: block(text, depth)
    case .usagePoint, .meterReading: break
    }
  }

  private mutating func block(_ text: String, _ depth: Int) {
    let parent = scanner.parentName
    if var reading = self.reading {
      switch (parent, scanner.openName) {
      case ("timePeriod", "start"): reading.start = integer(text, 0...4_133_980_800)
      case ("timePeriod", "duration"): reading.duration = integer(text, 1...86_400)
      case ("IntervalReading", "value"):
        reading.value = integer(text, -140_737_488_355_328...140_737_488_355_327)
      case ("ReadingQuality", "quality"):
        guard let quality = ESPIFile.quality(text) else {
          fault("ReadingQuality/quality", text, "0, 7...19")
          return
        }
        reading.quality = max(reading.quality ?? .actual, quality)
      default: break
      }
      self.reading = reading
    } else if parent == "interval", depth == 2 {
      let value = integer(text, 0...4_133_980_800)
      if scanner.openName == "start" { blocks[blocks.count - 1].start = value }
      if scanner.openName == "duration" { blocks[blocks.count - 1].duration = value }
    }
  }

  private mutating func integer(_ text: String, _ range: ClosedRange<Int64>) -> Int64? {
    let digits = text.hasPrefix("-") ? text.dropFirst() : text[...]
    if !digits.isEmpty, digits.utf8.count <= DecimalEnergy.characters,
      digits.utf8.allSatisfy({ $0 &- 48 < 10 }), let value = Int64(text), range.contains(value)
    {
      return value
    }
    fault(scanner.path, text, "an integer of \(range.lowerBound)...\(range.upperBound)")
    return nil
  }

  private mutating func end() {
    if scanner.namespace == ESPIFile.atom, scanner.name == "entry", let entry {
      if entry.kind != nil { entries.append(entry) }
      self.entry = nil
      resourceDepth = 0
    } else if scanner.namespace == ESPIFile.espi, scanner.name == "IntervalReading",
      let reading, !blocks.isEmpty
    {
      if readings.count < MetersFile.rows {
        readings.append(reading)
      } else {
        fault("IntervalReading", "one more", "\(MetersFile.rows) a file")
      }
      let start = blocks[blocks.count - 1].readings.lowerBound
      blocks[blocks.count - 1].readings = start..<readings.count
      self.reading = nil
    }
  }
}

/// Links of a feed as paths that can be compared.
enum ESPILink {
  /// The path of `href`, resolved against `base`, without host and trailing `/`.
  static func path(_ href: String, base: String) -> String {
    var path = withoutHost(href)
    if !path.hasPrefix("/") {
      var folder = withoutHost(base).split(separator: "/", omittingEmptySubsequences: false)
      if !folder.isEmpty { folder.removeLast() }
      path = folder.joined(separator: "/") + "/" + path
    }
    var parts: [Substring] = []
    for part in path.split(separator: "/") where part != "." {
      if part == ".." { _ = parts.popLast() } else { parts.append(part) }
    }
    return "/" + parts.joined(separator: "/")
  }

  private static func withoutHost(_ link: String) -> String {
    guard let scheme = link.firstRange(of: "://") else { return link }
    let rest = link[scheme.upperBound...]
    return rest.firstIndex(of: "/").map { String(rest[$0...]) } ?? "/"
  }
}
