import Engine
import Grid
import Wire

/// A message to publish, and until when it is of use.
struct Outgoing: Hashable, Sendable {
  var topic: String
  var payload: [UInt8]
  var expiresAt: Timestamp?
}

extension Decider {
  /// The effects as the logbook keeps them.
  func frames(for effects: [Effect]) -> [Frame] {
    frames(for: effects, messages: messages(for: effects))
  }

  /// The same, when their messages are made already.
  func frames(for effects: [Effect], messages: [Outgoing]) -> [Frame] {
    messages.map { Frame(.publish, $0.topic, $0.payload) } + effects.compactMap(Self.frame(of:))
  }

  /// What is to be published: answers, then commands, then notices, so that nothing that moves a
  /// battery waits behind words; envelopes for a gateway that takes them.
  func messages(for effects: [Effect]) -> [Outgoing] {
    var messages: [Outgoing] = []
    var words: [Outgoing] = []
    var commands: [GatewayID: [Command]] = [:]
    var notices: [GatewayID: [Notice]] = [:]
    var order: [GatewayID] = []
    for effect in effects {
      switch effect {
      case .answer(let answer, let utility):
        messages.append(
          Outgoing(
            topic: Topic.signalAcknowledgement(utility).text,
            payload: SignalAcknowledgementCodec.encode(answer),
            expiresAt: answer.at.adding(seconds: 86_400)))
      case .notice(let notice, let gateway):
        if batchLimits[gateway] != nil {
          if commands[gateway] == nil, notices[gateway] == nil { order.append(gateway) }
          notices[gateway, default: []].append(notice)
        } else {
          words.append(
            Outgoing(
              topic: Topic.notice(gateway).text, payload: NoticeCodec.encode(notice),
              expiresAt: notice.schedule?.window.end))
        }
      case .command(let command, let gateway), .resend(let command, let gateway):
        if batchLimits[gateway] != nil {
          if commands[gateway] == nil, notices[gateway] == nil { order.append(gateway) }
          commands[gateway, default: []].append(command)
        } else {
          messages.append(
            Outgoing(
              topic: Topic.command(gateway).text, payload: CommandCodec.encode(command),
              expiresAt: command.notAfter))
        }
      case .holdEscrow, .settle, .reject, .alarm: break
      }
    }
    for gateway in order {
      let limit = batchLimits[gateway] ?? 1
      for batch in (commands[gateway] ?? []).chunks(of: limit) {
        let expiry = batch.map(\.notAfter).max()
        for payload in CommandCodec.encode(envelope: batch) {
          messages.append(
            Outgoing(topic: Topic.command(gateway).text, payload: payload, expiresAt: expiry))
        }
      }
      for batch in (notices[gateway] ?? []).chunks(of: limit) {
        let expiry = batch.compactMap(\.schedule?.window.end).max()
        for payload in NoticeCodec.encode(envelope: batch) {
          words.append(
            Outgoing(topic: Topic.notice(gateway).text, payload: payload, expiresAt: expiry))
        }
      }
    }
    return messages + words
  }

  /// What is not published; nil for what is.
  private static func frame(of effect: Effect) -> Frame? {
    switch effect {
    case .answer, .notice, .command, .resend: nil
    case .holdEscrow(let event, let revision): Frame(.holdEscrow, event.text, "\(revision)")
    case .settle(let event): Frame(.settle, event.text)
    case .reject(let rejection, let sender, let about):
      Frame(.reject, sender, "\(about.rawValue) \(rejection)")
    case .alarm(let text): Frame(.alarm, "", text)
    }
  }
}

extension Array {
  /// Slices of at most `count`, in order.
  func chunks(of count: Int) -> [[Element]] {
    stride(from: 0, to: self.count, by: Swift.max(1, count)).map {
      Array(self[$0..<Swift.min(self.count, $0 + count)])
    }
  }
}
