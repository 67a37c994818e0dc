import Grid
import Ledger
import Signing
import Testing

@Suite struct `A tile` {
  static func level(_ json: JSON) -> Int? { json.text == "entries" ? nil : json.int }

  @Test func `lies where the vectors say`() throws {
    let paths = Vectors.tlog["tiles"]["paths"].list
    #expect(paths.count == 9)
    for vector in paths {
      let name = TileName(
        level: Self.level(vector["level"]), number: UInt64(vector["index"].int),
        width: UInt64(vector["width"].int))
      #expect(name.description == vector["path"].text)
      #expect(TileName(path: vector["path"].text) == name)
    }
  }

  @Test(arguments: [
    "tile/0/5", "tile/0/0005", "tile/0/x005", "tile/0/x000/005", "tile/0/005.p/256",
    "tile/0/005.p/0", "tile/0/005.p/01", "tile/64/000", "tile/-1/000", "tile/+1/000", "tile/0",
    "tile/leaves/000", "checkpoint", "tile/0/001/005", "tile/0/1000", "tile/0/x1/005", "",
    "tile/0/005.p", "tile/00/005", "tile/0/x001/x001/x001/x001/x001/x001/001",
  ]) func `is not read from another way of writing it`(path: String) {
    #expect(TileName(path: path) == nil)
  }

  @Test func `is full or as wide as the size leaves it`() {
    for vector in Vectors.tlog["tiles"]["widths"].list {
      let size = UInt64(vector["size"].int)
      let all = TileName.all(size: size)
      for (levels, isFull) in [(vector["full"], true), (vector["partial"], false)] {
        for level in levels.keys {
          let found = all.filter { $0.level == Int(level) && $0.isFull == isFull }
          let expected = levels[level].int
          if isFull {
            #expect(found.count == expected, "\(size) at level \(level)")
          } else {
            #expect(found.map { Int($0.width) } == [expected], "\(size) at level \(level)")
          }
        }
      }
      #expect(
        all.filter { $0.level == nil }.map(\.range) == all.filter { $0.level == 0 }.map(\.range))
    }
  }

  @Test func `is written again only when it changed`() {
    #expect(TileName.all(size: 300, after: 300) == [])
    #expect(
      TileName.all(size: 513, after: 300).map(\.description) == [
        "tile/entries/001", "tile/entries/002.p/1", "tile/0/001", "tile/0/002.p/1",
        "tile/1/000.p/2",
      ])
    #expect(
      TileName.all(size: 257, after: 256).map(\.description) == [
        "tile/entries/001.p/1", "tile/0/001.p/1",
      ])
  }

  @Test func `of the reference ledger has the published bytes`() throws {
    let ledger = Vectors.tlog["ledger"]
    let tree = try Vectors.book().tree
    let names = TileName.all(size: 30)
    #expect(
      names.map(\.description) == [ledger["entryBundle"]["path"].text, ledger["tile"]["path"].text])
    #expect(SHA256.hash(tree.tile(names[1])) == ledger["tile"]["sha256"].digest)
    var bundle: [UInt8] = []
    for entry in Vectors.entries { EntryBundle.append(entry, to: &bundle) }
    #expect(bundle.count == ledger["entryBundle"]["bytes"].int)
    #expect(SHA256.hash(bundle) == ledger["entryBundle"]["sha256"].digest)
    #expect(try EntryBundle.entries(bundle, width: 30) == Vectors.entries)
    #expect(try EntryBundle.entries(bundle, width: 7, takesMore: true).count == 7)
  }

  @Test func `of entries is refused when it is cut or has another count`() {
    #expect(throws: EntryBundle.Fault.cutShort(place: 1)) {
      try EntryBundle.entries([0, 1, 7, 0], width: 2)
    }
    #expect(throws: EntryBundle.Fault.cutShort(place: 0)) {
      try EntryBundle.entries([0, 2, 7], width: 1)
    }
    #expect(throws: EntryBundle.Fault.count(found: 1, expected: 2)) {
      try EntryBundle.entries([0, 1, 7], width: 2)
    }
    #expect(throws: EntryBundle.Fault.count(found: 2, expected: 1)) {
      try EntryBundle.entries([0, 0, 0, 0], width: 1)
    }
  }

  @Test func `of a level above is the root of 256 below`() {
    var tree = MerkleTree()
    for number in 0..<70_000 { tree.append(leafHash: Self.hash(number)) }
    let name = TileName(level: 1, number: 0, width: 256)
    var third = MerkleTree()
    for number in 512..<768 { third.append(leafHash: Self.hash(number)) }
    #expect(Array(tree.tile(name)[64..<96]) == third.root.bytes)
    #expect(TileName.all(size: 70_000).count == 274 + 274 + 2 + 1)
  }

  static func hash(_ number: Int) -> Digest {
    SHA256.hash([UInt8(number >> 16), UInt8(number >> 8 & 255), UInt8(number & 255)])
  }
}
