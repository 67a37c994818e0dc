import Ledger
import Storage
import Synchronization

// An operator may post while a controller runs: a deposit that an event waits for.
extension LedgerKeeper {
  /// Runs `work` on the book as the store has it.
  ///
  /// Entries that somebody else wrote meanwhile are taken over first, each checked against its leaf
  /// and every rule. Should he write between that and our own append, ours was refused as a whole:
  /// the book is read anew and `work` runs once more.
  func onNewest<Value>(_ work: (inout State) throws -> Value) throws -> Value {
    try state.withLock { state in
      if let lost = state.lost { throw Fault.notWritten(reason: lost) }
      try catchUp(&state)
      let before = Int64(state.book.size)
      do { return try work(&state) } catch Fault.notWritten(let reason) {
        guard try store.size() > before else { throw Fault.notWritten(reason: reason) }
        state = try Self.read(store)
        return try work(&state)
      }
    }
  }

  /// Takes over what the store has beyond the book; a store that has less is left to the next append,
  /// which it refuses.
  private func catchUp(_ state: inout State) throws {
    guard try store.size() > Int64(state.book.size) else { return }
    try Self.extend(&state.book, from: store)
    try state.remember(try store.names())
  }

  /// The book as the store has it, with the names of its accounts.
  static func read(_ store: any LedgerStore) throws -> State {
    var state = State()
    state.book = try replay(store)
    try state.remember(try store.names())
    return state
  }
}

extension LedgerKeeper.State {
  /// Names that were not erased.
  ///
  /// Each must be the one that the log has the hash of, or money would go to whoever was exchanged.
  mutating func remember(_ names: [AccountPath]) throws(LedgerKeeper.Fault) {
    for name in names {
      if let found = book.contradiction(name) { throw .nameDiffers(found) }
      // Another writer's account may come later than its name was read.
      guard let id = AccountID(bytes: name.id), book.account(id) != nil else { continue }
      accounts[name.path] = (id, name.salt)
      paths[id] = name.path
    }
  }
}
