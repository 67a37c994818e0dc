import ArgumentParser
import Controller
import Grid

/// Homes whose flags came again.
struct ReportReviewCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "review", abstract: "List homes whose flags came again and deserve a look.",
    discussion: """
      adjustmentCapped in three events in a row: the hours before events may have been inflated. \
      adjustmentSkipped twice in a season: window data that is lost can hide a downward \
      adjustment. A flag punishes nobody: this is for people. Seasons are those of the policies \
      of --config; with --data alone a season is a calendar year. Ends with 1 if there is a home.

      EXAMPLE
        headroom report review --config config/headroom.yaml
      """)

  @OptionGroup var place: ReportPlace
  @Flag(help: "Print the result as JSON.") var json = false

  func run() throws {
    let policies = try place.configuration().map { try DisputePlace.policies($0) } ?? []
    let review: FlagReview
    do {
      review = try FlagReview(try place.folder(), policies: policies)
    } catch let error as ReportFolder.Fault {
      throw Outcome.badInput.failure("\(error)")
    }
    if json {
      OrderedJSON.write(to: { Console.result($0) }) { json in
        json.array("homes") { json in
          for finding in review.findings {
            json.object(nil) { json in
              json.text("siteId", finding.site.text)
              json.text("flag", finding.flag)
              json.texts("events", finding.events.map(\.text))
            }
          }
        }
      }
    } else {
      if review.findings.isEmpty { Console.note("no home's flags came again") }
      for finding in review.findings {
        let events = finding.events.map(\.text).joined(separator: ", ")
        Console.result("\(finding.site)  \(finding.flag)  \(events)")
      }
    }
    if !review.findings.isEmpty {
      throw Outcome.no.failure("\(review.findings.count) findings deserve a look")
    }
  }
}
