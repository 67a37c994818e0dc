import Foundation
import MQTT
import Synchronization
import Testing

@Suite struct `A mailbox` {
  @Test func `gives everything back in order, in one batch`() async {
    let box = Mailbox<Int>(capacity: 10)
    #expect(box.post([1, 2]))
    #expect(box.post(3))
    #expect(box.count == 3)
    #expect(await box.drain() == [1, 2, 3])
    var batch = [9, 9]
    box.drain(into: &batch)
    #expect(batch == [])
  }

  @Test func `says that it is full, and drops only what is superseded`() async {
    let box = Mailbox<Int>(capacity: 3, supersedable: { $0 < 0 })
    #expect(box.post([1, -2]) == true)
    #expect(box.post(3) == false)
    #expect(box.post([-4, 5, -6, 7]) == false)
    #expect(box.superseded == 2)
    #expect(await box.drain() == [1, -2, 3, 5, 7])
    #expect(box.post(-8) == true)
    #expect(box.superseded == 2)
  }

  @Test func `tells a poster once that there is room`() async {
    let box = Mailbox<Int>(capacity: 1)
    let calls = Atomic(0)
    box.whenRoom { calls.add(1, ordering: .relaxed) }
    #expect(calls.load(ordering: .relaxed) == 1)
    box.post(1)
    box.whenRoom { calls.add(1, ordering: .relaxed) }
    #expect(calls.load(ordering: .relaxed) == 1)
    _ = await box.drain()
    box.post(2)
    _ = await box.drain()
    #expect(calls.load(ordering: .relaxed) == 2)
  }

  @Test func `wakes a task that waits`() async {
    let box = Mailbox<Int>(capacity: 10)
    async let batch = box.drain()
    try? await Task.sleep(for: .milliseconds(20))
    box.post(5)
    #expect(await batch == [5])
  }

  @Test func `lets a task wait only so long`() async {
    let box = Mailbox<Int>(capacity: 10)
    #expect(await box.drain(waitingAtMost: .milliseconds(20)) == [])
    #expect(await box.drain(waitingAtMost: .zero) == [])
    async let batch = box.drain(waitingAtMost: .seconds(60))
    try? await Task.sleep(for: .milliseconds(20))
    box.post(6)
    #expect(await batch == [6])
  }

  @Test func `lets a cancelled task go`() async {
    let box = Mailbox<Int>(capacity: 10)
    let task = Task { await box.drain() }
    try? await Task.sleep(for: .milliseconds(20))
    task.cancel()
    #expect(await task.value == [])
  }

  @Test func `wakes a thread that waits, or lets it go after its time`() async {
    let box = Mailbox<Int>(capacity: 10)
    let answer = Mailbox<[Int]>(capacity: 10)
    // On a busy machine this test may be put off for minutes: the second wait must outlast that.
    Thread.detachNewThread {
      answer.post(box.drainBlocking(timeoutMilliseconds: 20))
      answer.post(box.drainBlocking(timeoutMilliseconds: 3_600_000))
    }
    #expect(await answer.drain() == [[]])
    box.post(7)
    #expect(await answer.drain() == [[7]])
  }

  @Test func `that is closed gives what it holds and takes no more`() async {
    let box = Mailbox<Int>(capacity: 10)
    box.post(1)
    box.close()
    box.post(2)
    #expect(box.isClosed)
    #expect(await box.drain() == [1])
    #expect(await box.drain() == [])
    #expect(box.drainBlocking(timeoutMilliseconds: 60_000) == [])
  }

  @Test func `loses and repeats nothing between four posting threads and its consumer`() async {
    let box = Mailbox<Int>(capacity: 100)
    for poster in 0..<4 {
      Thread.detachNewThread {
        for number in 0..<5000 {
          let room = DispatchSemaphore(value: 0)
          if !box.post(poster * 5000 + number) {
            box.whenRoom { room.signal() }
            room.wait()
          }
        }
      }
    }
    var all: [Int] = []
    while all.count < 20_000 {
      let batch = await box.drain()
      // The bound, and one more from each of the four that were in the middle of posting.
      #expect(batch.count <= 104)
      all += batch
    }
    #expect(all.sorted() == Array(0..<20_000))
    for poster in 0..<4 {
      let own = all.filter { $0 / 5000 == poster }
      #expect(own == own.sorted())
    }
  }
}
