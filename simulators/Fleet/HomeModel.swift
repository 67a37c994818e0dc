import Grid

/// Load and photovoltaics of simulated homes: a habit by the time of day, and differences that
/// follow from the seed alone.
///
/// Power is constant within a quarter of an hour, in milliwatts, so that every energy is exact.
struct HomeModel: Sendable {
  static let slotSeconds: Int64 = 900

  private let seed: UInt64
  private let home: Scenario.Home
  private let load: [Int64]
  private let sun: [Int64]

  init(_ scenario: Scenario) {
    seed = scenario.seed
    home = scenario.home
    // Hours of a day in percent of the evening peak, quarter hours between them on a straight line.
    let evening: [Int64] = [
      8, 5, 3, 2, 2, 5, 18, 35, 30, 20, 15, 16, 18, 17, 18, 25, 42, 68, 90, 100, 92, 70, 40, 18,
    ]
    let shine: [Int64] = [
      0, 0, 0, 0, 0, 0, 4, 16, 36, 58, 78, 92, 100, 98, 90, 76, 58, 38, 18, 5, 0, 0, 0, 0,
    ]
    func quarters(_ hours: [Int64]) -> [Int64] {
      (0..<96).map { quarter in
        let hour = quarter / 4
        let next = hours[(hour + 1) % 24]
        return hours[hour] * 100 + (next - hours[hour]) * Int64(quarter % 4) * 25
      }
    }
    load = quarters(evening).map {
      scenario.home.baseLoadW * 1_000 + scenario.home.eveningPeakW * 1_000 * $0 / 10_000
    }
    sun = quarters(shine).map { scenario.home.pvPeakW * 1_000 * $0 / 10_000 }
  }

  /// Load minus generation of home `row` in the slot that holds `second`, in milliwatts.
  func netMilliwatts(row: Int, atSecond second: Int64) -> Int64 {
    let local = second + home.utcOffsetMinutes * 60
    let slot = floorDivide(local, Self.slotSeconds)
    let day = floorDivide(local, 86_400)
    let quarter = Int(slot - day * 96)
    let own = UInt64(row)
    let size = percent(60, 150, own, 1)
    let habit = percent(92, 108, own &* 65_537 &+ UInt64(bitPattern: day), 2)
    let noise = percent(
      100 - home.noisePercent, 100 + home.noisePercent,
      own &* 1_048_583 &+ UInt64(bitPattern: slot), 3)
    let weekend: Int64 = (day + 3) % 7 >= 5 ? 108 : 100
    var net = load[quarter] * size / 100 * habit / 100 * noise / 100 * weekend / 100
    if Int64(hash(own, 4) % 100) < home.pvSharePercent {
      // Clouds are the same for the whole town, a roof's own shade is not.
      let cloud = percent(100 - home.cloudPercent, 100, UInt64(bitPattern: day), 5)
      let shade = percent(95, 100, own &* 1_048_583 &+ UInt64(bitPattern: slot), 6)
      net -= sun[quarter] * cloud / 100 * shade / 100
    }
    return net
  }

  private func percent(_ low: Int64, _ high: Int64, _ key: UInt64, _ kind: UInt64) -> Int64 {
    low + Int64(hash(key, kind) % UInt64(high - low + 1))
  }

  private func hash(_ key: UInt64, _ kind: UInt64) -> UInt64 {
    splitMix(seed &+ splitMix(key &+ kind &* 0x9E37_79B9_7F4A_7C15))
  }
}

/// SplitMix64 (Steele, Lea, Flood 2014): the same number for the same key on every machine.
func splitMix(_ key: UInt64) -> UInt64 {
  var z = key &+ 0x9E37_79B9_7F4A_7C15
  z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
  z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
  return z ^ (z >> 31)
}

/// `a` / `b` rounded toward negative infinity; `b` is positive.
func floorDivide(_ a: Int64, _ b: Int64) -> Int64 { a >= 0 ? a / b : -((-a + b - 1) / b) }
