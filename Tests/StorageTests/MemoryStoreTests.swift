import Grid
import Storage
import Testing

@Suite struct `The store in memory` {
  @Test func `keeps the archive of readings`() throws {
    let archive = MemoryReadingStore()
    try StoreConformance.archive { archive }
    let gaps = MemoryReadingStore()
    try StoreConformance.missing { gaps }
  }

  @Test func `keeps live records`() throws {
    let store = MemoryReadingStore()
    try StoreConformance.records { store }
  }

  @Test func `writes whole days of a block once`() throws {
    let store = MemoryReadingStore()
    var block = ArchiveBlock(firstDay: 20_000, dayCount: 3, slotMinutes: 60)
    for slot in block.imported.indices {
      block.imported[slot] = Int32(slot % 1_000) - 1
      block.exported[slot] = 0
      block.quality[slot] = 0
    }
    try store.archive(block, number: 4)
    #expect(try store.block(4, days: 20_000..<20_003, slotMinutes: 60) == block)
    #expect(throws: StoreError.self) { try store.archive(block, number: 4) }
    #expect(try store.slotMinutes(ofBlock: 4) == [60])
    #expect(try store.slotMinutes(ofBlock: 3).isEmpty)
  }
}
