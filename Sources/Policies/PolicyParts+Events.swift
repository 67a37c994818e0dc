import Engine
import Grid

extension PolicyParts {
  static func events(_ section: YAMLSection) -> DispatchTerms.EventTerms? {
    let lengths = section.optional(
      "allowedMinutes", YAMLForm<Set<Int64>>.set(of: .int(1...1_440), 1...48)
    )?.sorted()
    // A list that was refused is a list all the same.
    let isList = lengths != nil || section.has("allowedMinutes")
    let bounds = isList ? listed(section, lengths ?? []) : range(section)
    let step = section.optional("stepMinutes", .int(1...1_440)) ?? 1
    let perDay = section.optional("maximumPerDay", .int(1...1_000))
    let perMonth = section.optional("maximumPerMonth", .int(1...1_000))
    let perSeason = section.optional("maximumPerSeason", .int(1...1_000))
    let hours = section.optional(
      "maximumHoursPerSeason", .decimal(places: 2, 1...999_999))
    let rest = section.optional("minimumRestMinutes", .int(0...10_080), default: 0)
    let days = section.optional("maximumConsecutiveDays", .int(1...31))
    let isContracted = section.optional("durationFromEnrolment", .bool, default: false)
    let overlap = section.optional(
      "overlap", YAMLForm<DispatchTerms.EventTerms.Overlap>.word())
    let adjacent = section.optional(
      "adjacent", .words(["merge": true, "separate": false]), default: false)
    let countCancelled = section.optional(
      "countCancelled", YAMLForm<DispatchTerms.EventTerms.CountCancelled>.word(),
      default: .started)
    let tests = section.optional("tests", .section(tests), default: Tests())
    guard let bounds else { return nil }
    var terms = DispatchTerms.EventTerms(
      minimumMinutes: bounds.minimum, maximumMinutes: bounds.maximum,
      allowedMinutes: lengths ?? [], stepMinutes: step, maximumPerDay: perDay.map { Int($0) },
      maximumPerMonth: perMonth.map { Int($0) }, maximumPerSeason: perSeason.map { Int($0) },
      countCancelled: countCancelled, testsAllowed: tests.allowed, testsPaid: tests.paid)
    terms.testsCounted = tests.counted
    terms.testsMaximumPerSeason = tests.maximumPerSeason
    terms.testsMinimumMinutes = tests.minimumMinutes
    if let shortest = tests.minimumMinutes, shortest > bounds.maximum {
      section.reader.fault(
        at: "events.tests.minimumMinutes", found: "\(shortest)",
        allowed: "at most \(bounds.maximum), the longest event", code: YAMLFault.Code.badValue)
    }
    // A hundredth of an hour is 36 s.
    terms.maximumSecondsPerSeason = hours.map { $0 * 36 }
    terms.minimumRestMinutes = rest
    terms.maximumConsecutiveDays = days.map { Int($0) }
    terms.overlap = overlap
    terms.mergesAdjacent = adjacent
    terms.lengthIsContracted = isContracted
    return terms
  }

  private static func range(_ section: YAMLSection) -> (minimum: Int64, maximum: Int64)? {
    let minimum = section.required("minimumMinutes", .int(1...1_440))
    let maximum = section.required("maximumMinutes", .int(1...1_440))
    guard let minimum, let maximum else { return nil }
    guard minimum <= maximum else {
      section.fault("maximumMinutes", allowed: "\(minimum) or more, as minimumMinutes")
      return nil
    }
    return (minimum, maximum)
  }

  private static func listed(
    _ section: YAMLSection, _ lengths: [Int64]
  ) -> (minimum: Int64, maximum: Int64)? {
    for key in ["minimumMinutes", "maximumMinutes"] {
      if section.optional(key, .int(1...1_440)) != nil {
        section.fault(key, allowed: "nothing beside allowedMinutes, which stands instead of it")
      }
    }
    guard let first = lengths.first, let last = lengths.last else { return nil }
    return (first, last)
  }

  private struct Tests {
    var allowed = false
    var paid = true
    var counted = false
    var maximumPerSeason: Int?
    var minimumMinutes: Int64?
  }

  private static func tests(_ section: YAMLSection) -> Tests? {
    var tests = Tests()
    tests.allowed = section.optional("allowed", .bool, default: false)
    tests.paid = section.optional("paid", .bool, default: true)
    tests.counted = section.optional("counted", .bool, default: false)
    tests.maximumPerSeason = section.optional("maximumPerSeason", .int(1...1_000)).map { Int($0) }
    tests.minimumMinutes = section.optional("minimumMinutes", .int(1...1_440))
    return tests
  }

  static func signals(_ section: YAMLSection) -> DispatchTerms.SignalTerms? {
    typealias Terms = DispatchTerms.SignalTerms
    let issuer = YAMLForm.id.map { UtilityID($0) }
    let from = section.required("from", YAMLForm<Set<UtilityID>>.set(of: issuer, 1...100))
    let forms = section.required(
      "forms", YAMLForm<Set<Terms.Form>>.set(of: .word(), 1...4))
    let signed = section.optional(
      "signature", .words(["required": true, "channel": false]), default: true)
    let revise = section.optional("revise", YAMLForm<Terms.Until>.word(), default: .untilEnd)
    let cancel = section.optional(
      "cancel", YAMLForm<Terms.Until>.words(["untilStart": .untilStart, "untilEnd": .untilEnd]),
      default: .untilEnd)
    let joins = section.optional(
      "joinLate", .words(["join": true, "refuse": false]), default: true)
    let minimum = section.optional("minimumKW", kilowatts)
    let maximum = section.optional("maximumKW", kilowatts)
    if let minimum, let maximum, maximum < minimum {
      section.fault("maximumKW", allowed: "no less than minimumKW")
    }
    guard let from, let forms else { return nil }
    return Terms(
      from: from, forms: forms, signatureRequired: signed, revise: revise, cancel: cancel,
      joinsLate: joins, minimumTarget: minimum, maximumTarget: maximum)
  }

  /// A decimal of kilowatts down to the watt.
  static var kilowatts: YAMLForm<Power> {
    YAMLForm.decimal(places: 3, 0...999_999_999_999).map { Power(watts: $0) }
  }

  static func notice(_ section: YAMLSection) -> DispatchTerms.NoticeTerms? {
    let minimum = section.required("minimumMinutes", .int(0...10_080))
    let dayBefore = section.optional("dayBeforeBy", .clock())
    let late = section.optional(
      "late", .words(["refuse": false, "dispatchWithoutPenalty": true]), default: false)
    let proof = section.optional(
      "acknowledgement", .words(["required": true, "notRequired": false]), default: true)
    let reminders = section.optional(
      "reminderMinutes", YAMLForm<Set<Int64>>.set(of: .int(1...10_080), 0...24), default: [])
    return minimum.map {
      var terms = DispatchTerms.NoticeTerms(
        minimumMinutes: $0, dayBeforeBySecond: dayBefore.map { $0 * 60 },
        acknowledgementRequired: proof, lateIsDispatched: late)
      terms.reminderMinutes = reminders.sorted(by: >)
      return terms
    }
  }
}
