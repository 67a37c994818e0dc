import ArgumentParser
import Policies

/// The home, the fleet and the event with which a policy is worked out.
struct ExampleOptions: ParsableArguments {
  @Option(
    help: "Capacity in kWh, rating in kW, state of charge and reserve in percent.",
    transform: HomeArgument.parse)
  var home = ExampleHome()
  @Option(help: "Length of the example event.") var minutes: Int64 = 120
  @Option(help: "Homes like this one.") var fleet: Int64 = 50_000
  @Option(help: "Stress level of the example event, 0 to 3.") var level = 2

  mutating func validate() throws {
    if !(1...1_440).contains(minutes) {
      throw ValidationError("--minutes is \(minutes); allowed: 1 to 1440")
    }
    if !(1...1_000_000).contains(fleet) {
      throw ValidationError("--fleet is \(fleet); allowed: 1 to 1000000")
    }
    if !(0...3).contains(level) { throw ValidationError("--level is \(level); allowed: 0 to 3") }
  }
}
