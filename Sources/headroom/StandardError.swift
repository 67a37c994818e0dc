import Logging

/// Logs go to standard error, one line each.
enum StandardError {
  static func logger(_ level: Logger.Level = .info) -> Logger {
    var logger = Logger(label: "headroom") { StreamLogHandler.standardError(label: $0) }
    logger.logLevel = level
    return logger
  }
}
