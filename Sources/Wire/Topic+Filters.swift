public import Grid

extension Topic {
  /// What the controller subscribes to: all that utilities and gateways send, and its own state.
  ///
  /// Its own state tells it that another controller has taken over.
  public static let controllerFilters: [String] = [
    "headroom/v1/signal/+/native", "headroom/v1/gw/+/ack", "headroom/v1/gw/+/tele",
    "headroom/v1/gw/+/meter", "headroom/v1/gw/+/state", "headroom/v1/gw/+/battery/+",
    "headroom/v1/gw/+/pref/+", "headroom/v1/ctl/state",
  ]

  /// What a gateway subscribes to.
  public static func gatewayFilters(_ gateway: GatewayID) -> [String] {
    [
      Topic.command(gateway).text, Topic.notice(gateway).text, Topic.error(gateway).text,
      Topic.controllerState.text,
    ]
  }
}
