import Grid

/// Turns meter data, an event and a policy's terms into a verified reduction.
///
/// A pure function: the same inputs give the same answer on every machine. Kilowatt-hours only.
public enum Verifier {
  /// What one site did in one event.
  ///
  /// For more than one site prepare the event once and use `verify(_:using:)`.
  public static func verify(
    _ site: SiteData, event: MeasuredEvent, terms: MeasurementTerms
  ) -> Performance {
    verify(site, using: PreparedEvent(event, terms: terms))
  }

  /// What one site did in a prepared event.
  ///
  /// Costs some tens of microseconds a meter; it never looks at the calendar or the clock table.
  public static func verify(_ site: SiteData, using plan: PreparedEvent) -> Performance {
    SiteMeasurement(site, plan: plan).performance
  }

  /// How the answer came about, day by day and interval by interval; on demand, for one site.
  public static func explain(
    _ site: SiteData, event: MeasuredEvent, terms: MeasurementTerms
  ) -> Explanation {
    explain(site, using: PreparedEvent(event, terms: terms))
  }

  /// The same for a prepared event.
  public static func explain(_ site: SiteData, using plan: PreparedEvent) -> Explanation {
    Explanation(SiteMeasurement(site, plan: plan), plan: plan)
  }
}
