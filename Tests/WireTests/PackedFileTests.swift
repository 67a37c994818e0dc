import Foundation
import Testing

@testable import Wire

/// What `gzip` and `zip` make of bytes.
enum Packer {
  static func run(_ tool: String, _ arguments: [String], in folder: URL) throws {
    let process = Process()
    process.executableURL = URL(filePath: tool)
    process.arguments = arguments
    process.currentDirectoryURL = folder
    process.standardOutput = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    try #require(process.terminationStatus == 0, "\(tool) failed")
  }

  static func gzip(_ bytes: [UInt8], level: Int = 6) throws -> [UInt8] {
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = folder.appending(path: "day.csv")
    try Data(bytes).write(to: file)
    try run("/usr/bin/env", ["gzip", "-\(level)", "day.csv"], in: folder)
    return [UInt8](try Data(contentsOf: folder.appending(path: "day.csv.gz")))
  }

  /// A zip of one member, around the DEFLATE stream or the bytes themselves.
  static func zip(
    _ bytes: [UInt8], stream: [UInt8]? = nil, name: String = "day.csv", method: UInt16 = 8,
    flags: UInt16 = 0, members: UInt16 = 1
  ) -> [UInt8] {
    func two(_ value: UInt16) -> [UInt8] { [UInt8(value & 255), UInt8(value >> 8)] }
    func four(_ value: Int) -> [UInt8] { (0..<4).map { UInt8(value >> ($0 * 8) & 255) } }
    let packed = stream ?? bytes
    let method = stream == nil && method == 8 ? 0 : method
    let sums = four(Int(CRC32.of(bytes))) + four(packed.count) + four(bytes.count)
    let head = two(20) + two(flags) + two(method) + [0, 0, 0, 0] + sums
    let local = [0x50, 0x4B, 3, 4] + head + two(UInt16(name.utf8.count)) + two(0) + name.utf8
    var entry: [UInt8] = [0x50, 0x4B, 1, 2] + two(20) + head
    entry += two(UInt16(name.utf8.count)) + two(0) + two(0) + two(0) + two(0) + four(0) + four(0)
    entry += name.utf8
    var end: [UInt8] = [0x50, 0x4B, 5, 6] + two(0) + two(0) + two(members) + two(members)
    end += four(entry.count) + four(local.count + packed.count) + two(0)
    return local + packed + entry + end
  }

  /// The DEFLATE stream inside of a gzip file without a stored name.
  static func stream(_ gzip: [UInt8]) -> [UInt8] {
    let start = gzip[3] & 8 == 0 ? 10 : gzip[10...].firstIndex(of: 0)! + 1
    return Array(gzip[start..<gzip.count - 8])
  }
}

@Suite struct `A packed file` {
  private func refusal(_ bytes: [UInt8]) -> String {
    do throws(FileFault) {
      _ = try PackedFile.unpack(bytes, file: "f")
      return "taken"
    } catch {
      return "\(error)"
    }
  }

  @Test func `is what was packed, at every level`() throws {
    var bytes = try MeterExample.bytes("same_day_espi.xml")
    var state: UInt32 = 7
    for _ in 0..<70_000 {
      state = state &* 1_664_525 &+ 1_013_904_223
      bytes.append(UInt8(state >> 24))
    }
    for level in [1, 6, 9] {
      let packed = try Packer.gzip(bytes, level: level)
      #expect(try PackedFile.unpack(packed, file: "f").bytes == bytes)
    }
    // Short ones have fixed codes.
    for short in ["", "a", "abcabcabcabcabc"] {
      #expect(try PackedFile.unpack(try Packer.gzip(short.bytes), file: "f").bytes == short.bytes)
    }
    let zip = Packer.zip(bytes, stream: Packer.stream(try Packer.gzip(bytes)))
    let contents = try PackedFile.unpack(zip, file: "f")
    #expect(contents.bytes == bytes && contents.name == "day.csv" && contents.packing == .zip)
    #expect(try PackedFile.unpack(Packer.zip(bytes), file: "f").bytes == bytes)
    #expect(try PackedFile.unpack(bytes, file: "f").packing == .none)
  }

  @Test func `is read like the file inside of it`() throws {
    let plain = try MeterExample.bytes("same_day.csv")
    let expected = try MeterExample.read(plain).readings
    #expect(try MeterExample.read(try Packer.gzip(plain)).readings == expected)
    let name = "80020_7700000001_20250814_418.xml"
    let zip = Packer.zip(try MeterExample.bytes(name), name: name)
    let day = try MeterExample.read(zip, "mail.zip")
    #expect(day.readings == expected && day.receipt?.isZipped == true)
    // The member's name is compared with the content as a file's is.
    let other = Packer.zip(
      try MeterExample.bytes(name), name: "80020_7700000001_20250814_419.xml")
    #expect(MeterExample.refusal(other)?.receipt?.status == .formatError)
  }

  @Test func `that unpacks to far more than it is, is refused`() throws {
    let bomb = try Packer.gzip([UInt8](repeating: 0x30, count: 4_000_000), level: 9)
    #expect(refusal(bomb).contains("bytes when unpacked; allowed: up to 67108864 bytes, and 100"))
    let zip = Packer.zip(
      [UInt8](repeating: 0x30, count: 1_000_000),
      stream: Packer.stream(try Packer.gzip([UInt8](repeating: 0x30, count: 1_000_000))))
    #expect(refusal(zip).contains("1000000 bytes when unpacked"))
    let large = [0x1F, 0x8B, 8, 0] + [UInt8](repeating: 0, count: 16_777_300)
    #expect(refusal(large).contains("allowed: up to 16777216 packed bytes"))
  }

  @Test func `is refused for what it must not be`() throws {
    let bytes = try MeterExample.bytes("same_day.csv")
    let packed = try Packer.gzip(bytes)
    #expect(refusal(packed + packed).contains("after the first member; allowed: one member"))
    var wrong = packed
    wrong[wrong.count - 6] ^= 1
    #expect(refusal(wrong).contains("another checksum or length"))
    #expect(refusal([0x1F, 0x8B, 9] + packed[3...]).contains("another gzip header"))
    #expect(refusal(Packer.zip(bytes, name: "../day.csv")).contains("a name without a path"))
    #expect(refusal(Packer.zip(bytes, name: "a\\day.csv")).contains("a name without a path"))
    #expect(refusal(Packer.zip(bytes, flags: 1)).contains("an encrypted member"))
    #expect(refusal(Packer.zip(bytes, stream: bytes, method: 12)).contains("packing method 12"))
    #expect(refusal(Packer.zip(bytes, members: 2)).contains("2 members; allowed: one member"))
    #expect(refusal(Packer.zip(bytes, stream: [0x07, 1, 2])).contains("not DEFLATE"))
  }

  @Test func `tells a stream that is cut from one that is none and one that is too long`() throws {
    let stream = Packer.stream(try Packer.gzip([UInt8](repeating: 65, count: 1_000)))
    func unpack(_ bytes: [UInt8], limit: Int = 1_000) throws(Inflate.Fault) -> Int {
      try Inflate.unpack(bytes, from: 0, to: bytes.count, limit: limit).output.count
    }
    #expect(try unpack(stream) == 1_000)
    #expect(throws: Inflate.Fault.cut) { try unpack(Array(stream.dropLast())) }
    #expect(throws: Inflate.Fault.malformed) { try unpack([7]) }
    #expect(throws: Inflate.Fault.tooLong) { try unpack(stream, limit: 999) }
  }

  @Test func `cut or changed anywhere is refused and never more`() throws {
    let bytes = try MeterExample.bytes("meters_example.csv")
    let gzip = try Packer.gzip(bytes)
    for file in [gzip, Packer.zip(bytes, stream: Packer.stream(gzip))] {
      for end in 4..<file.count { #expect(refusal(Array(file[..<end])) != "taken", "\(end)") }
      for place in file.indices {
        var changed = file
        changed[place] ^= 0x11
        if let contents = try? PackedFile.unpack(changed, file: "f") {
          #expect(contents.packing == .none || contents.bytes == bytes, "\(place)")
        }
      }
    }
  }
}
