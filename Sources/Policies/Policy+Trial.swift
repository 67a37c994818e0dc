import Engine
import Grid
import Verification

extension Policy {
  /// The same policy as if it were in force on every day, for trying it on days gone by.
  ///
  /// - Parameter intervalMinutes: Settle in these intervals instead of the policy's, where the
  ///   meters of old days are coarser. That is another meaning, so whoever asks has to say it.
  public func onTrial(intervalMinutes: Int64? = nil) -> Policy {
    var trial = self
    trial.dispatch.effectiveFrom = CivilDate(year: 1, month: 1, day: 1)!
    trial.dispatch.effectiveTo = nil
    if let intervalMinutes { trial.measurement.intervalMinutes = intervalMinutes }
    return trial
  }
}
