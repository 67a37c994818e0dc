import Grid
import Policies
import Verification

extension EventCase {
  /// The event with what its sites declared, where the policy measures against that.
  func declared(by book: ScheduleBook, policy: Policy) -> EventCase {
    let baseline = policy.measurement.baseline
    guard baseline.kind == .declared else { return self }
    var event = self
    for place in event.homes.indices {
      let site = event.homes[place].site
      event.homes[place].declared = book.inForce(
        site, event: id, window: window, gateClosureMinutes: baseline.gateClosureMinutes)
      event.homes[place].declaredHistory = book.history(of: site)
    }
    return event
  }
}
