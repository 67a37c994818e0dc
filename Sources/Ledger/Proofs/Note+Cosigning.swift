public import Signing

extension Note {
  /// The signature lines that a witness answers with, one a line: its own only.
  public static func lines(_ signatures: [Signature]) -> String {
    signatures.map { "— \($0.name) \(Base64.text($0.keyID + $0.bytes))\n" }.joined()
  }

  /// The note with what a witness answered, if a key of `keys` made it.
  ///
  /// Lines of unknown cosigners are ignored; one that does not verify is an error.
  public func adding(
    lines: String, by keys: [VerifierKey]
  ) throws(NoteFault) -> (note: Note, added: [Verified]) {
    let answer = try Note(text + "\n" + lines)
    var note = self
    var added: [Verified] = []
    for signature in answer.signatures {
      let known = keys.first { $0.name == signature.name && $0.keyID == signature.keyID }
      guard let key = known else { continue }
      var one = Note(text: text)
      one.add(signature)
      added += try one.verified(by: [key])
      note.add(signature)
    }
    if added.isEmpty { throw .noKnownKey }
    return (note, added)
  }

  /// The signatures of another note over the same text that this one lacks are added.
  public func merged(with other: Note) -> Note {
    guard other.text == text else { return self }
    var note = self
    for signature in other.signatures
    where !note.signatures.contains(where: { $0.lineName == signature.lineName }) {
      note.add(signature)
    }
    return note
  }
}

extension Note.Signature {
  /// By what the key of a line is found.
  var lineName: VerifierKey.LineName { VerifierKey.LineName(name: name, keyID: keyID) }
}
