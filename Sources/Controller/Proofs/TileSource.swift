public import HTTP
import Ledger

/// Where static files of a log are read: a folder, or a web server.
public enum TileSource: Sendable {
  /// A folder.
  case folder(TileFolder)
  /// A server over HTTP.
  case server(HTTPAddress)

  /// `http://…`, or else a folder.
  public init(_ text: String) throws(HTTPFault) {
    if text.contains("://") {
      self = .server(try HTTPAddress(text))
    } else {
      self = .folder(TileFolder(text))
    }
  }

  /// A file's bytes, or nil when there is none.
  public func read(_ path: String) throws -> [UInt8]? {
    switch self {
    case .folder(let folder): return try folder.read(path)
    case .server(let address):
      let response = try HTTPClient.send(
        HTTPRequest("GET", "/" + path), to: address, seconds: 60,
        limit: TileFolder.maximumBytes)
      switch response.status {
      case 200: return response.body
      case 404: return nil
      default: throw HTTPFault.malformed("status \(response.status) for \(path)")
      }
    }
  }

  /// The entries of a bundle, from the full one when the partial one is gone; nil for neither.
  func bundle(
    _ name: TileName, _ read: (String) throws -> [UInt8]?
  ) throws -> [[UInt8]]? {
    if let bytes = try read(name.description) {
      return try EntryBundle.entries(bytes, width: Int(name.width))
    }
    return try read(name.full.description).map {
      try EntryBundle.entries($0, width: Int(name.width), takesMore: true)
    }
  }
}
