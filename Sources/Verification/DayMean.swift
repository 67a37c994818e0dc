import Grid

/// The weighted mean of the selected days for each target, over one common denominator.
struct DayMean {
  /// By target; meaningless where `isKnown` is false.
  private(set) var numerators: [Int128]
  private(set) var isKnown: [Bool]
  private(set) var denominator: Int128

  /// The mean of rows of doubled values; `weights` is empty for equal ones.
  init(matrix: [Int64], rows: [Int], width: Int, weights: [Int64]) {
    numerators = Array(repeating: 0, count: width)
    isKnown = Array(repeating: true, count: width)
    var denominators: [Int64] = []
    var common: Int64 = 0
    var differ = false
    for target in 0..<width {
      var sum: Int128 = 0
      var weight: Int64 = 0
      for (place, row) in rows.enumerated() {
        let value = matrix[row + target]
        if value == DayMatcher.gap { continue }
        let share = weights.isEmpty ? 1 : weights[place]
        sum += Int128(value) * Int128(share)
        weight += share
      }
      numerators[target] = sum
      isKnown[target] = weight > 0
      if weight > 0, common == 0 { common = weight }
      if weight > 0, weight != common { differ = true }
      denominators.append(weight)
    }
    denominator = 2 * Int128(max(common, 1))
    if differ { level(denominators) }
  }

  /// Brings targets with different denominators (a day whose clock skipped one) to the same.
  private mutating func level(_ denominators: [Int64]) {
    var multiple: UInt128 = 1
    for each in denominators where each > 0 {
      multiple = leastCommonMultiple(multiple, UInt128(each))
    }
    for (target, each) in denominators.enumerated() where each > 0 {
      numerators[target] *= Int128(multiple) / Int128(each)
    }
    denominator = 2 * Int128(multiple)
  }

  /// The mean of one target, or nil where no day has it.
  func mean(_ target: Int) -> Fraction? {
    isKnown[target] ? Fraction(numerators[target], denominator) : nil
  }
}
