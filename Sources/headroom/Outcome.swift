import ArgumentParser
import FoundationEssentials
import Policies
import Storage
import Wire

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// How a command ends, in the codes of sysexits.
enum Outcome: Int32 {
  /// The answer is no: a verification failed, a check found faults.
  case no = 1
  /// Bad input: what was found, where, and what is allowed has been said.
  case badInput = 65
  /// A service cannot be reached.
  case unreachable = 69
  /// An invariant broke; nothing was guessed.
  case broken = 70

  /// Says `text` on standard error and ends the command.
  func failure(_ text: String) -> ExitCode {
    Console.note(text)
    return ExitCode(rawValue)
  }
}

/// Where a command writes.
enum Console {
  /// A line for a person, on standard error.
  static func note(_ text: String) {
    FileHandle.standardError.write(text + "\n")
  }

  /// The result, on standard output.
  static func result(_ text: String) {
    FileHandle.standardOutput.write(text.hasSuffix("\n") ? text : text + "\n")
  }

  /// The result as bytes.
  static func result(_ bytes: [UInt8]) { FileHandle.standardOutput.write(bytes) }

  /// True when standard error is a terminal, where progress may be shown.
  static var isTerminal: Bool { isatty(STDERR_FILENO) == 1 }
}

/// A descriptor that is written whole, whatever the other side does.
struct FileHandle {
  static let standardOutput = FileHandle(descriptor: STDOUT_FILENO)
  static let standardError = FileHandle(descriptor: STDERR_FILENO)
  static let standardInput = FileHandle(descriptor: STDIN_FILENO)
  let descriptor: Int32

  func write(_ text: String) { write(Array(text.utf8)) }

  func write(_ bytes: [UInt8]) {
    var rest = bytes[...]
    while !rest.isEmpty {
      // Sound: the buffer outlives the call, which reads at most its count.
      let count = unsafe rest.withUnsafeBytes {
        unsafe Glibc.write(descriptor, $0.baseAddress, $0.count)
      }
      if count < 0 {
        if errno == EINTR { continue }
        return
      }
      rest = rest.dropFirst(count)
    }
  }

  /// Everything until the other side closes, or nil beyond `limit`; a pipe has no length to ask for.
  func readAll(limit: Int) -> [UInt8]? {
    var bytes: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      // Sound: the buffer outlives the call, which writes at most its count.
      let count = unsafe piece.withUnsafeMutableBytes {
        unsafe Glibc.read(descriptor, $0.baseAddress, $0.count)
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return bytes }
      guard bytes.count + count <= limit else { return nil }
      bytes += piece[..<count]
    }
  }
}

/// Files that the user names.
enum InputFile {
  /// Most bytes of any file that is not of meters: a fleet of a million homes fits.
  static let limit = 268_435_456

  /// All bytes of a file; `-` is standard input. What is longer than `limit` is not held.
  /// - Throws: exit 65 with the file's name and the reason.
  static func read(_ path: String, limit: Int = InputFile.limit) throws -> [UInt8] {
    let tooLong = "\(path):1: file is longer than it may be; allowed: up to \(limit) bytes"
    if path == "-" {
      guard let bytes = FileHandle.standardInput.readAll(limit: limit) else {
        throw Outcome.badInput.failure(tooLong)
      }
      return bytes
    }
    let size = (try? FileManager.default.attributesOfItem(atPath: path))?[.size] as? UInt64
    if let size, size > UInt64(limit) { throw Outcome.badInput.failure(tooLong) }
    do {
      return Array(try Data(contentsOf: URL(filePath: path)))
    } catch {
      throw Outcome.badInput.failure(
        "\(path): file is not readable; allowed: an existing file (\(SystemReason.text(error)))")
    }
  }

  /// True when a folder is there.
  static func isFolder(_ path: String) -> Bool {
    var isFolder = false
    return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder
  }

  /// Runs `parse` on a file and ends with 65 and every fault when it is refused.
  static func parse<Value>(
    _ path: String, limit: Int = InputFile.limit, _ parse: ([UInt8], String) throws -> Value
  ) throws -> Value {
    let bytes = try read(path, limit: limit)
    do {
      return try parse(bytes, path)
    } catch let error as ExitCode {
      throw error
    } catch {
      throw Outcome.badInput.failure("\(error)")
    }
  }
}
