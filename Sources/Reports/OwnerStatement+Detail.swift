public import Grid

extension OwnerStatement {
  /// What one run of one event came to for the owner's homes.
  public struct Detail: Hashable, Sendable {
    /// The event.
    public var event: String
    /// When it was.
    public var window: Window
    /// The run.
    public var run: String
    /// An earlier run of the event was posted for this owner before.
    public var isCorrection: Bool
    /// His homes in it.
    public var sites: [SiteID] = []
    /// What they were asked for; nil without the run's tables.
    public var asked: Energy?
    /// What counts as delivered.
    public var credited: Energy?
    /// The days of their baselines.
    public var baselineDays: [String] = []
    /// Intervals without a value.
    public var missing = 0
    /// Lines of money before they are divided over the parties.
    public var lines: [Line] = []
    /// The owner's part, as posted.
    public var amount: Money

    /// A detail without lines.
    public init(event: String, window: Window, run: String, isCorrection: Bool, amount: Money) {
      self.event = event
      self.window = window
      self.run = run
      self.isCorrection = isCorrection
      self.amount = amount
    }
  }

  /// One line of money of one home.
  public struct Line: Hashable, Sendable {
    /// The home.
    public var site: String
    /// `directReward`, `premium`, `penalty` …
    public var type: String
    /// The field of the policy that made it.
    public var field: String
    /// Kilowatt-hours as the run's table has them.
    public var quantity: String
    /// Price of a kilowatt-hour; empty where it differs between the intervals.
    public var rate: String
    /// Rounded once.
    public var amount: Money
    /// What is left after holds and caps.
    public var charged: Money
    /// What this run posted of it.
    public var difference: Money
    /// `payable`, `held` …
    public var status: String
    /// A code, or empty.
    public var reason: String
    /// The entry, or nil where nothing was posted.
    public var entry: Int64?

    /// A line.
    public init(
      site: String, type: String, field: String, quantity: String, rate: String, amount: Money,
      charged: Money, difference: Money, status: String, reason: String, entry: Int64?
    ) {
      self.site = site
      self.type = type
      self.field = field
      self.quantity = quantity
      self.rate = rate
      self.amount = amount
      self.charged = charged
      self.difference = difference
      self.status = status
      self.reason = reason
      self.entry = entry
    }

    /// The rule in a sentence.
    public func sentence(in currency: Currency) -> String {
      let what =
        switch type {
        case "directReward": "Energy reward: \(quantity) kWh that count"
        case "premium": "Surge premium: \(quantity) kWh that count"
        case "penalty": "Penalty: \(quantity) kWh short of what was promised"
        case "additionalReward" where field == "reward.bonusPool":
          "A part of the penalties of others"
        case "additionalReward": "Energy reward: \(quantity) kWh that count"
        case "fee":
          "Fee \(field.dropFirst("fees.".count))" + (rate.isEmpty ? "" : ": \(quantity) kWh")
        default: "\(type): \(quantity) kWh"
        }
      let isOfEnergy = type != "fee" && field != "reward.bonusPool"
      let price =
        rate.isEmpty
        ? isOfEnergy ? ", each interval at its own price" : ""
        : ", at \(rate) \(currency.code) a kWh"
      var text = "\(what)\(price) (\(field))."
      if status == "held" {
        text += " \(People.money(amount, currency)) wait for a decision: \(reason)."
      } else if amount != charged {
        text += " Computed \(People.money(amount, currency)), charged"
        text += " \(People.money(charged, currency)): \(reason)."
      } else if !reason.isEmpty {
        text += " \(reason)."
      }
      return text
    }
  }
}
