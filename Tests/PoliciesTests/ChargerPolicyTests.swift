import Engine
import Foundation
import Grid
import Testing

@testable import Policies

@Suite struct `A policy with chargers` {
  static func shipped(_ edits: [(String, String)]) throws -> [String] {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("policies/surge-ten-percent.yaml")
    var text = try String(contentsOf: file, encoding: .utf8)
    for (old, new) in [("otherProgrammes: none ", "kinds: [evCharger]\n  otherProgrammes: none ")]
      + edits
    {
      #expect(text.contains(old))
      text = text.replacing(old, with: new)
    }
    do {
      let policy = try Policy.load(bytes: Array(text.utf8), file: "p")
      #expect(policy.dispatch.enrolment.kinds == [.evCharger])
      return policy.explain().lines.filter { $0.field == "enrolment.kinds" }.map(\.sentence)
    } catch {
      return error.list.map { "\($0.path) \($0.found) \($0.code)" }
    }
  }

  @Test func `needs a meter for which charging is something`() throws {
    let net = ("  floorAtZero: false", "  charging: net\n  floorAtZero: false")
    let uncapped = ("capAtDeviceOutput: true", "capAtDeviceOutput: false")
    let sentences = [
      "A level, percent or price signal pauses chargers of electric cars as a whole; a power target "
        + "leaves them alone.", "Batteries do not take part.",
    ]
    #expect(try Self.shipped([net]) == sentences)
    #expect(try Self.shipped([uncapped]) == sentences)
    #expect(
      try Self.shipped([]) == [
        "enrolment.kinds evCharger with capAtDeviceOutput and baseline.charging zero "
          + "measurementMismatch"
      ])
    let device = [
      ("mode: premises ", "mode: deviceOutput "), ("kind: dayMatching", "kind: typicalOutput"),
    ]
    #expect(
      try Self.shipped(device) == [
        "enrolment.kinds evCharger with baseline.charging zero measurementMismatch"
      ])
    #expect(try Self.shipped(device + [net]) == sentences)
    let gross = [("mode: premises ", "mode: deviceGross "), ("kind: dayMatching", "kind: none")]
    #expect(
      try Self.shipped(gross + [net]) == [
        "enrolment.kinds evCharger with measurement.mode deviceGross measurementMismatch"
      ])
  }
}
