import Grid

/// Load and photovoltaics of simulated homes: a habit by the time of day, and differences that
/// follow from the seed alone.
///
/// Power is a whole number of watts within each quarter of an hour, so that every energy is exact.
struct HomeModel: Sendable {
  static let slotSeconds: Int64 = 900

  /// What stays the same for one home.
  struct Character {
    /// The home's own random key.
    let key: UInt64
    /// 60…150 % of the habit.
    let sizePercent: Int64
    let hasSun: Bool
  }

  /// What stays the same for one home and one local day.
  struct Day {
    let number: Int64
    /// Millionths of the habit: size, the day's mood and the weekend.
    let load: Int64
    /// Percent of a clear sky; 0 without photovoltaics.
    let sky: Int64
  }

  private let seed: UInt64
  private let home: Scenario.Home
  /// Milliwatts of a home of 100 %, by local quarter hour.
  private let load: [Int64]
  private let sun: [Int64]

  /// Hours of a day in percent of the evening peak.
  private static let evening: [Int64] = [
    8, 5, 3, 2, 2, 5, 18, 35, 30, 20, 15, 16, 18, 17, 18, 25, 42, 68, 90, 100, 92, 70, 40, 18,
  ]
  /// Hours of a day in percent of the photovoltaic peak.
  private static let shine: [Int64] = [
    0, 0, 0, 0, 0, 0, 4, 16, 36, 58, 78, 92, 100, 98, 90, 76, 58, 38, 18, 5, 0, 0, 0, 0,
  ]

  init(_ scenario: Scenario) {
    seed = splitMix(scenario.seed)
    home = scenario.home
    // Quarter hours lie between the hours on a straight line, in hundredths of a percent.
    func quarters(_ hours: [Int64]) -> [Int64] {
      (0..<96).map { quarter in
        let hour = quarter / 4
        let next = hours[(hour + 1) % 24]
        return hours[hour] * 100 + (next - hours[hour]) * Int64(quarter % 4) * 25
      }
    }
    load = quarters(Self.evening).map {
      scenario.home.baseLoadW * 1_000 + scenario.home.eveningPeakW * $0 / 10
    }
    sun = quarters(Self.shine).map { scenario.home.pvPeakW * $0 / 10 }
  }

  func character(_ row: Int) -> Character {
    let key = splitMix(seed &+ UInt64(row) &* 0x9E37_79B9_7F4A_7C15)
    let bits = splitMix(key ^ 0x5349_5A45)
    return Character(
      key: key, sizePercent: within(60, 150, bits),
      hasSun: within(0, 99, bits >> 32) < home.pvSharePercent)
  }

  /// Local day of a moment.
  func dayNumber(atSecond second: Int64) -> Int64 {
    floorDivide(second + home.utcOffsetMinutes * 60, 86_400)
  }

  func day(_ number: Int64, of character: Character) -> Day {
    let mood = within(92, 108, splitMix(character.key ^ UInt64(bitPattern: number) &<< 20))
    // 1970 began on a Thursday.
    let week: Int64 = floorModulo(number + 3, 7) >= 5 ? 108 : 100
    // Clouds are the same for the whole town, a roof's own shade is not.
    let sky = within(
      100 - home.cloudPercent, 100, splitMix(seed ^ UInt64(bitPattern: number) &<< 24))
    return Day(
      number: number, load: character.sizePercent * mood * week,
      sky: character.hasSun ? sky : 0)
  }

  /// Load minus generation in the quarter hour that holds `second` of `day`, in whole watts.
  func netWatts(_ character: Character, _ day: Day, atSecond second: Int64) -> Int64 {
    let slot = floorDivide(second + home.utcOffsetMinutes * 60, Self.slotSeconds)
    let quarter = Int(slot - day.number * 96)
    let bits = splitMix(character.key &+ UInt64(bitPattern: slot))
    let noise = within(100 - home.noisePercent, 100 + home.noisePercent, bits)
    let used = load[quarter] * day.load * noise / 100_000_000_000
    guard day.sky > 0 else { return used }
    let shade = within(95, 100, bits >> 32)
    return used - sun[quarter] * day.sky * shade / 10_000_000
  }

  /// The same for a single moment.
  func netWatts(row: Int, atSecond second: Int64) -> Int64 {
    let character = character(row)
    let day = day(dayNumber(atSecond: second), of: character)
    return netWatts(character, day, atSecond: second)
  }

  /// A whole number of `low…high`, from the lower half of `bits`; a multiplication, no division.
  private func within(_ low: Int64, _ high: Int64, _ bits: UInt64) -> Int64 {
    low + Int64(((bits & 0xFFFF_FFFF) &* UInt64(high - low + 1)) >> 32)
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

/// What `floorDivide` leaves, 0 or more.
func floorModulo(_ a: Int64, _ b: Int64) -> Int64 { a - floorDivide(a, b) * b }
