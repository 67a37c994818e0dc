import Signing

/// What is wrong with a line of a trust policy.
public struct TrustPolicyFault: Error, Hashable, Sendable, CustomStringConvertible {
  /// The line, from 1; 0 for what is missing in all of it.
  public let line: Int
  /// What was found.
  public let found: String
  /// What is allowed.
  public let allowed: String

  /// What was found and what is allowed.
  public var description: String {
    line == 0 ? "\(found); allowed: \(allowed)" : "line \(line): \(found); allowed: \(allowed)"
  }
}

/// Every fault of a trust policy.
public struct TrustPolicyFaults: Error, Hashable, Sendable, CustomStringConvertible {
  /// In the order of the lines.
  public let list: [TrustPolicyFault]

  /// One fault a line.
  public var description: String { list.map(\.description).joined(separator: "\n") }
}

extension TrustPolicy {
  /// Bytes of a policy that is read; twenty ML-DSA keys fit.
  public static let maximumBytes = 65_536

  /// A policy from its text.
  ///
  /// Lines `log <vkey> [url]`, `witness <name> <vkey> [url]`, `group <name> <k|any|all> <member>…`,
  /// `quorum <name|none>`; names are defined before they are used and belong to one group at most.
  /// - Throws: every fault at once.
  public init(text: String) throws(TrustPolicyFaults) {
    self.init()
    var reading = Reading()
    for (place, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
    {
      let words = line.split { $0 == " " || $0 == "\t" || $0 == "\r" }.map(String.init)
      guard let first = words.first, !first.hasPrefix("#") else { continue }
      reading.line = place + 1
      switch first {
      case "log": reading.log(words, &self)
      case "witness": reading.witness(words, &self)
      case "group": reading.group(words, &self)
      case "quorum": reading.quorum(words, &self)
      default: reading.fault("'\(first)'", "log, witness, group or quorum")
      }
    }
    reading.line = 0
    if logs.isEmpty { reading.fault("no log", "one line log <vkey> or more") }
    if !reading.hasQuorum { reading.fault("no quorum", "one line quorum <name|none>") }
    if !reading.faults.isEmpty { throw TrustPolicyFaults(list: reading.faults) }
  }

  private struct Reading {
    var line = 0
    var faults: [TrustPolicyFault] = []
    var hasQuorum = false
    var grouped: Set<String> = []

    mutating func fault(_ found: String, _ allowed: String) {
      faults.append(TrustPolicyFault(line: line, found: found, allowed: allowed))
    }

    mutating func log(_ words: [String], _ policy: inout TrustPolicy) {
      guard (2...3).contains(words.count) else {
        return fault("\(words.count - 1) words after log", "log <vkey> [url]")
      }
      do throws(KeyFault) {
        let key = try VerifierKey(words[1])
        guard key.kind == .note else { return fault("a cosignature key", "the key of a log") }
        guard !policy.logs.contains(where: { $0.key.name == key.name }) else {
          return fault("the log \(key.name) twice", "each log once")
        }
        policy.logs.append(Log(key: key, url: words.count > 2 ? words[2] : nil))
      } catch { fault("\(error)", "the vkey of a log") }
    }

    mutating func witness(_ words: [String], _ policy: inout TrustPolicy) {
      guard (3...4).contains(words.count) else {
        return fault("\(words.count - 1) words after witness", "witness <name> <vkey> [url]")
      }
      guard isNew(words[1], policy) else { return }
      do throws(KeyFault) {
        let line = try VerifierKey.lineName(ofWitness: words[2])
        guard !policy.witnesses.contains(where: { $0.line == line }) else {
          return fault("the key of \(words[1]) twice", "each key once")
        }
        policy.witnesses.append(
          Witness(
            name: words[1], key: try? VerifierKey(words[2]), line: line,
            url: words.count > 3 ? words[3] : nil))
      } catch { fault("\(error)", "a key of type 4, or of type 6 (ML-DSA-44)") }
    }

    mutating func group(_ words: [String], _ policy: inout TrustPolicy) {
      guard words.count >= 4 else {
        return fault(
          "\(words.count - 1) words after group", "group <name> <k|any|all> <member>…")
      }
      guard isNew(words[1], policy) else { return }
      let members = Array(words[3...])
      for member in members {
        if !policy.knows(member) {
          fault("'\(member)'", "a witness or group that was defined before")
        } else if !grouped.insert(member).inserted {
          fault("'\(member)' a second time", "each member in one group")
        }
      }
      let needed: Int? =
        switch words[2] {
        case "any": 1
        case "all": members.count
        default: Int(words[2])
        }
      guard let needed, (1...members.count).contains(needed) else {
        return fault("'\(words[2])' of \(members.count)", "any, all or 1…\(members.count)")
      }
      policy.groups[words[1]] = Group(needed: needed, members: members)
    }

    mutating func quorum(_ words: [String], _ policy: inout TrustPolicy) {
      guard words.count == 2, !hasQuorum else {
        return fault(hasQuorum ? "a second quorum" : "quorum", "one line quorum <name|none>")
      }
      hasQuorum = true
      if words[1] == "none" { return }
      guard policy.knows(words[1]) else {
        return fault("'\(words[1])'", "none, or a witness or group that was defined before")
      }
      policy.quorum = words[1]
    }

    private mutating func isNew(_ name: String, _ policy: TrustPolicy) -> Bool {
      if name == "none" || policy.knows(name) {
        fault("the name '\(name)'", "a new name, not none")
        return false
      }
      return true
    }
  }

  private func knows(_ name: String) -> Bool {
    groups[name] != nil || witnesses.contains { $0.name == name }
  }
}
