import FoundationEssentials
import Glibc

/// What the system says when a file cannot be read or written, in words for a person.
public enum SystemReason {
  /// The reason alone: `no such file`, `it is a folder`. What is no error of a file speaks for
  /// itself.
  public static func text(_ error: any Error) -> String {
    guard let error = error as? CocoaError else { return "\(error)" }
    if let number = number(of: error) { return text(ofErrno: number) }
    return error.code == .fileReadNoSuchFile ? text(ofErrno: ENOENT) : "code \(error.code.rawValue)"
  }

  /// The same with the file before it, where the error names one.
  public static func sentence(_ error: any Error) -> String {
    guard let cocoa = error as? CocoaError, let path = cocoa.filePath else { return text(error) }
    return "\(path): file or folder cannot be used (\(text(error)))"
  }

  /// The words for one of the system's error numbers.
  public static func text(ofErrno number: Int32) -> String {
    switch number {
    case ENOENT: "no such file"
    case EISDIR: "it is a folder"
    case ENOTDIR: "a part of its path is no folder"
    case EACCES, EPERM: "no permission"
    case EEXIST: "something else has that name"
    case ENOSPC: "the disk is full"
    case EROFS: "the disk takes no writing"
    // Sound: the text of an error number is copied at once.
    default: unsafe String(cString: strerror(number))
    }
  }

  /// True when the place is wrong rather than the disk: another path would do.
  public static func isOfPlace(errno number: Int32) -> Bool {
    [ENOENT, EISDIR, ENOTDIR, EACCES, EPERM, EEXIST, EROFS, ELOOP, ENAMETOOLONG].contains(number)
  }

  /// The system's number behind an error, where it has one.
  public static func number(of error: any Error) -> Int32? {
    ((error as? CocoaError)?.underlying as? POSIXError)?.code.rawValue
  }
}
