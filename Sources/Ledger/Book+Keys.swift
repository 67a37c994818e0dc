public import Signing

extension Book {
  /// A key that was ever enrolled, with what it may do now.
  public struct KeyStanding: Hashable, Sendable {
    /// The author that entries name.
    public let author: AuthorID
    /// The public key.
    public let verifier: VerifierKey
    /// What it may do while it is enrolled.
    public let rights: [Right]
    /// Whether it counts.
    public let state: KeyState
  }

  /// Every key that was ever enrolled, by name and then by author.
  public var keyStandings: [KeyStanding] {
    keys.map {
      KeyStanding(
        author: $0.key, verifier: $0.value.verifier, rights: $0.value.rights,
        state: $0.value.state)
    }.sorted { ($0.verifier.name, "\($0.author)") < ($1.verifier.name, "\($1.author)") }
  }

  /// How many distinct keys each right needs, where it is more than the author's own.
  public var quorumRules: [(right: Right, needs: Int)] {
    quorums.map { ($0.key, $0.value) }.sorted { $0.right.rawValue < $1.right.rawValue }
  }
}
