public import Grid

extension ESPIFile {
  /// The readings as a feed; they are in order of meter and start.
  ///
  /// Each meter is a UsagePoint with a MeterReading for either direction; a block is a run of
  /// readings of one UTC day. What is missing has no value. `updated` is the version of the values;
  /// the same readings and `updated` give the same bytes.
  public static func encode(_ readings: [Reading], updated: Timestamp) -> [UInt8] {
    var xml = XMLWriter(encoding: .utf8)
    let power = power(readings)
    let stamp = "<published>\(updated)</published><updated>\(updated)</updated>"
    var number = 0
    func entry(_ xml: inout XMLWriter, _ own: String, up: String, related: [String]) {
      number += 1
      let digits = String(number)
      xml.raw("<entry><id>urn:uuid:00000000-0000-5000-8000-")
      xml.raw(String(repeating: "0", count: max(0, 12 - digits.utf8.count)) + digits)
      xml.raw("</id><link rel=\"self\" href=\"\(own)\"/><link rel=\"up\" href=\"\(up)\"/>")
      for link in related { xml.raw("<link rel=\"related\" href=\"\(link)\"/>") }
      xml.raw("<title></title><content>")
    }
    xml.raw("<feed xmlns=\"\(atom)\"><id>urn:uuid:00000000-0000-5000-8000-000000000000</id>")
    xml.raw("<title>Headroom</title><updated>\(updated)</updated>\n")
    let root = "/espi/1_1/resource"
    for (name, flow) in [("import", "1"), ("export", "19")] {
      entry(&xml, "\(root)/ReadingType/\(name)", up: "\(root)/ReadingType", related: [])
      xml.raw("<ReadingType xmlns=\"\(espi)\"><accumulationBehaviour>4</accumulationBehaviour>")
      xml.raw("<commodity>1</commodity><flowDirection>\(flow)</flowDirection><kind>12</kind>")
      xml.raw("<powerOfTenMultiplier>\(power)</powerOfTenMultiplier><uom>72</uom></ReadingType>")
      xml.raw("</content>\(stamp)</entry>\n")
    }
    var place = 0
    while place < readings.count {
      let meter = readings[place].meter
      var next = place
      while next < readings.count, readings[next].meter == meter { next += 1 }
      let own = readings[place..<next]
      place = next
      let points = "\(root)/UsagePoint"
      let streams = "\(points)/\(meter)/MeterReading"
      entry(&xml, "\(points)/\(meter)", up: points, related: [streams])
      xml.raw("<UsagePoint xmlns=\"\(espi)\"><ServiceCategory><kind>0</kind></ServiceCategory>")
      xml.raw("</UsagePoint></content>\(stamp)</entry>\n")
      for (name, side) in [("import", \Reading.imported), ("export", \Reading.exported)] {
        let blocks = "\(streams)/\(name)/IntervalBlock"
        entry(
          &xml, "\(streams)/\(name)", up: streams,
          related: [blocks, "\(root)/ReadingType/\(name)"])
        xml.raw("<MeterReading xmlns=\"\(espi)\"/></content>\(stamp)</entry>\n")
        var first = own.startIndex
        while first < own.endIndex {
          var last = first
          while last + 1 < own.endIndex,
            own[last + 1].window.start == own[last].window.end,
            CivilDate(utc: own[last + 1].window.start) == CivilDate(utc: own[first].window.start)
          { last += 1 }
          let start = own[first].window.start.seconds
          entry(&xml, "\(blocks)/\(start)", up: blocks, related: [])
          xml.raw("<IntervalBlock xmlns=\"\(espi)\"><interval><duration>")
          xml.raw("\(own[last].window.end.seconds - start)</duration><start>\(start)</start>")
          xml.raw("</interval>\n")
          for reading in own[first...last] { append(reading, side, power, &xml) }
          xml.raw("</IntervalBlock></content>\(stamp)</entry>\n")
          first = last + 1
        }
      }
    }
    xml.raw("</feed>\n")
    return xml.bytes
  }

  private static func append(
    _ reading: Reading, _ side: KeyPath<Reading, Energy?>, _ power: Int64, _ xml: inout XMLWriter
  ) {
    xml.raw("<IntervalReading>")
    let energy = reading[keyPath: side]
    let code: String? =
      switch reading.quality {
      case _ where reading.isNonCommercial: "10"
      case .actual, .missing: nil
      case .edited: "7"
      case .estimated: "16"
      }
    if let code, energy != nil {
      xml.raw("<ReadingQuality><quality>\(code)</quality></ReadingQuality>")
    }
    xml.raw("<timePeriod><duration>\(reading.window.seconds)</duration><start>")
    xml.raw("\(reading.window.start.seconds)</start></timePeriod>")
    if let energy { xml.raw("<value>\(value(energy, power))</value>") }
    xml.raw("</IntervalReading>\n")
  }

  /// Watt-hours times 10 to the minus `power`, to the nearest.
  private static func value(_ energy: Energy, _ power: Int64) -> Int64 {
    let scale = (0..<(-power)).reduce(Int128(1)) { scale, _ in scale * 10 }
    return Int64((Int128(energy.joules) * scale * 2 + 3_600) / 7_200)
  }

  /// The coarsest unit in which every energy comes back: 10^-4 Wh is finer than a joule.
  private static func power(_ readings: [Reading]) -> Int64 {
    var power: Int64 = 0
    var unit: Int64 = 3_600
    let units: [(power: Int64, joules: Int64)] = [(0, 3_600), (-1, 360), (-2, 36)]
    for reading in readings {
      for case let energy? in [reading.imported, reading.exported] {
        while unit > 1, !energy.joules.isMultiple(of: unit) {
          let next = units.firstIndex { $0.joules == unit }! + 1
          (power, unit) = next < units.count ? (units[next].power, units[next].joules) : (-4, 1)
        }
      }
    }
    return power
  }
}
