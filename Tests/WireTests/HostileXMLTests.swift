import Foundation
import Testing

@testable import Wire

@Suite struct `Hostile XML` {
  /// The fault of a text, or what its tokens say.
  private func scan(_ bytes: [UInt8]) -> String {
    do throws(FileFault) {
      var scanner = try XMLScanner(bytes, file: "f")
      var said = ""
      while true {
        switch try scanner.next() {
        case .start:
          said += "<\(scanner.namespace.isEmpty ? "" : "{\(scanner.namespace)}")\(scanner.name)"
          for attribute in scanner.attributeList {
            said += " \(attribute.namespace)|\(attribute.name)=\(attribute.value)"
          }
          said += ">"
        case .end: said += "</>"
        case .text: said += scanner.text
        case .finished: return said
        }
      }
    } catch {
      return "\(error)"
    }
  }

  @Test(arguments: [
    (
      "<!DOCTYPE a [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><a>&x;</a>",
      "file is <!DOCTYPE; allowed: no document type"
    ),
    ("<a>\n<!-- <!doctype --></a>", "f:2: file is <!DOCTYPE"),
    ("<a>&x;</a>", "f:1: a is &x;; allowed: &amp; &lt;"),
    ("<a>&#0;</a>", "is &#0;"), ("<a>&#x110000;</a>", "is &#x110000;"),
    ("<a>&#xD800;</a>", "is &#"),
    ("<a>&#-1;</a>", "is &#-1;"), ("<a>& b</a>", "an & that is no reference"),
    ("<?xml version=\"1.0\"?><?php x?><a/>", "a processing instruction"),
    ("<a><?x?></a>", "a processing instruction"),
    ("<a><!ENTITY></a>", "a declaration"),
    ("<a></b>", "is </b; allowed: </a>"), ("<a>", "the end of the file; allowed: </a>"),
    ("<a/><b/>", "a second root element"), ("<a/>x", "text outside"), ("", "the end of the file"),
    ("<a b=\"1\" b=\"2\"/>", "attribute b twice"), ("<a b=1/>", "an attribute without quotes"),
    ("<a b/>", "an attribute without value"), ("<a b=\"<\"/>", "< in an attribute"),
    ("<a b=\"1\"c=\"2\"/>", "what is no attribute"), ("<1a/>", "what is no name"),
    ("<x:a/>", "prefix x; allowed: a prefix that is declared"),
    ("<a:b:c/>", "a name with one prefix at most"), ("<a><!-- -- --></a>", "a comment"),
    ("<a><![CDATA[x</a>", "CDATA that does not end"), ("<a>]]></a>", "]]> in text"),
    ("<a b=\"x", "an attribute that does not end"), ("<a b=\"x\"", "a tag that does not end"),
    ("<?xml version=\"1.0\" encoding=\"UTF-16\"?><a/>", "encoding utf-16; allowed: UTF-8"),
    ("<?xml version=\"1.0\" encoding=\"koi8-r\"?><a/>", "encoding koi8-r"),
    ("<?xml version=\"1.1\"?><a/>", "XML declaration is"),
    ("<?xml version=\"1.0\"", "one that does not end"),
  ])
  func `is refused with the place`(_ text: String, _ said: String) {
    #expect(scan(text.bytes).contains(said), "\(scan(text.bytes))")
  }

  /// Scenario W9.
  @Test func `stays within its limits`() {
    let deep = String(repeating: "<a>", count: 1_000)
    #expect(scan(deep.bytes).contains("more than 32 elements"))
    let long = "<a b=\"\(String(repeating: "x", count: 2_000_000))\"/>"
    #expect(scan(long.bytes).contains("an attribute of more than 1024 bytes"))
    let digits = "<a>\(String(repeating: "9", count: 1_000_000))</a>"
    #expect(scan(digits.bytes).contains("more than 4096 bytes of text"))
    let name = "<\(String(repeating: "n", count: 200))/>"
    #expect(scan(name.bytes).contains("a name of up to 128 bytes"))
    let many = "<a \((0..<70).map { "a\($0)=\"\"" }.joined(separator: " "))/>"
    #expect(scan(many.bytes).contains("up to 64 attributes"))
    #expect(scan([0xFF, 0xFE, 0x3C, 0]).contains("UTF-16"))
    #expect(scan([0x3C, 0, 0x61, 0]).contains("UTF-16"))
    #expect(scan("<a>".bytes + [0xC3, 0x28]).contains("byte 4 is byte 195; allowed: UTF-8"))
    #expect(scan("<a>\n".bytes + [0x01]).contains("f:2: byte 5 is byte 1"))
    let undefined = "<?xml version='1.0' encoding='windows-1251'?><a>".bytes + [0x98]
    #expect(scan(undefined).contains("a character of windows-1251"))
  }

  @Test func `is read by name and namespace, with references resolved`() {
    let text = """
      <?xml version="1.0" encoding="utf-8"?><!-- x --><n:a xmlns:n="u" xmlns="v" n:q='1&apos;' r="&#x416;">
        <b>&lt;&amp;&gt;<![CDATA[<x>]]></b><c xmlns=""/></n:a>
      """
    #expect(
      scan([0xEF, 0xBB, 0xBF] + text.bytes)
        == "<{u}a u|q=1' |r=Ж><{v}b><&><x></><c></></>")
    let bytes = "<?xml version='1.0' encoding='windows-1251'?><a>".bytes + [0xC6, 0xA8, 0xB9]
    #expect(scan(bytes + "</a>".bytes) == "<a>ЖЁ№</>")
    for byte in UInt8(0x80)...0xFF where byte != 0x98 {
      let decoded = Windows1251.decode([byte]).utf8.string
      #expect(decoded.unicodeScalars.map { Windows1251.byte($0) } == [byte])
    }
  }
}

@Suite struct `Every example` {
  static let names = [
    "80020_7700000001_20250814_417.xml", "80020_7700000001_20250814_418.xml", "espi_example.xml",
    "nem12_example.csv", "meters_example.csv", "same_day.csv", "same_day_espi.xml",
    "uk_d0379_long_day.txt", "uk_hh_wide.csv",
  ]

  /// All places with `HEADROOM_EVERY_BYTE` in the environment, which takes some minutes.
  private func places(_ count: Int) -> StrideTo<Int> {
    let isWhole = ProcessInfo.processInfo.environment["HEADROOM_EVERY_BYTE"] != nil
    return stride(from: 0, to: count, by: isWhole ? 1 : max(1, count / 50) | 1)
  }

  @Test(arguments: names)
  func `cut at any byte is refused or the same`(_ name: String) throws {
    let bytes = try MeterExample.bytes(name)
    let whole = try MeterExample.read(bytes, name).readings
    // A file of plain CSV has no end of its own: whole rows are whole.
    let isOpenEnded = ["meters_example.csv", "same_day.csv", "uk_hh_wide.csv"].contains(name)
    for end in places(bytes.count) {
      guard let part = try? MeterExample.read(Array(bytes[..<end]), name) else { continue }
      if isOpenEnded {
        #expect(part.readings.count <= whole.count)
      } else {
        #expect(part.readings == whole, "cut at \(end) of \(bytes.count)")
      }
    }
  }

  @Test(arguments: names)
  func `with any byte changed is read or refused, and nothing else happens`(_ name: String) throws {
    let bytes = try MeterExample.bytes(name)
    for place in places(bytes.count) {
      var changed = bytes
      changed[place] ^= place.isMultiple(of: 2) ? 0x01 : 0x80
      if let refusal = MeterExample.refusal(changed, name) {
        #expect(refusal.faults.total > 0)
      }
    }
  }
}
