import Grid
public import Ledger

extension Commodity {
  /// A commodity of a kind, counted as that kind is: money in millionths, energy in thousandths.
  ///
  /// - Parameter digits: Decimals in which money is paid; nil for what is not money.
  public static func counted(
    _ code: String, _ kind: CommodityKind, digits: Int? = nil, isTransferable: Bool = true
  ) -> Commodity {
    let scale =
      switch kind {
      case .money: 6
      case .energy, .obligation, .certificate: 3
      case .points: 0
      }
    return Commodity(
      code: code, kind: kind, scale: scale, minor: digits, isTransferable: isTransferable)
  }

  /// What a code stands for by custom: a currency of ISO 4217 with its digits, `kWh`, or the
  /// obligations `kWFlex` and `kWhFlex`; else nil.
  public static func customary(_ code: String) -> Commodity? {
    if code == "kWh" { return .measuredEnergy }
    if code == "kWFlex" || code == "kWhFlex" {
      return Commodity(code: code, kind: .obligation, scale: 3)
    }
    return Currency(code: code, digits: digits(of: code)).map { .money($0) }
  }

  /// Decimals of a currency's minor unit (ISO 4217).
  private static func digits(of code: String) -> Int {
    switch code {
    case "BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND",
      "VUV", "XAF", "XOF", "XPF":
      0
    case "BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND": 3
    default: 2
    }
  }

  /// An amount in smallest units as a decimal, with the digits in which it is paid.
  public func text(_ amount: Int128) -> String {
    FixedDecimal.text(amount, places: scale, minimumPlaces: minor ?? 0)
  }

  /// The same for one posting.
  public func text(_ amount: Int64) -> String { text(Int128(amount)) }
}
