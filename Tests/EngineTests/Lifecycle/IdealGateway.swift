import Grid

@testable import Engine

/// What a battery behind a gateway without faults does with the commands that it was sent, by §6 of
/// the contract: a command is cut where one of higher `seq` begins whose window overlaps its own,
/// and ends where a cancel of its event and of higher `seq` takes effect.
struct IdealGateway {
  /// Commands for one battery, in any order.
  let commands: [Command]

  init(_ effects: [Effect], row: Int) {
    commands = effects.commands.filter { $0.battery == World.battery(row) }
  }

  /// Watts that it gives at `moment`, energy limits and ramps left out.
  func watts(at moment: Timestamp) -> Int64 { discharge(at: moment)?.watts ?? 0 }

  /// The command that it discharges by.
  func discharge(at moment: Timestamp) -> Command? {
    commands.last { $0.watts != nil && $0.window.start <= moment && moment < end(of: $0) }
  }

  private func end(of command: Command) -> Timestamp {
    var end = command.window.end
    for newer in commands where newer.seq > command.seq {
      if newer.action == .cancel {
        if newer.event == command.event { end = min(end, newer.window.start) }
      } else if newer.window.intersection(command.window) != nil {
        end = min(end, newer.window.start)
      }
    }
    return end
  }
}
