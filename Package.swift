// swift-tools-version: 6.2
import PackageDescription

/// The house rules every room is built with.
let common: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .treatAllWarnings(as: .error),
]
let strict = common + [.strictMemorySafety()]

func room(_ name: String, _ dependencies: [Target.Dependency] = [], path: String? = nil) -> Target {
  .target(name: name, dependencies: dependencies, path: path, swiftSettings: strict)
}

func tests(
  _ name: String, _ dependencies: [Target.Dependency], exclude: [String] = []
) -> Target {
  .testTarget(name: name, dependencies: dependencies, exclude: exclude, swiftSettings: common)
}

let package = Package(
  name: "headroom",
  products: [.executable(name: "headroom", targets: ["headroom"])],
  traits: [
    .trait(name: "PostgreSQL", description: "Ledgers in a PostgreSQL database; needs libpq-dev.")
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.5.0"),
    .package(url: "https://github.com/apple/swift-log", from: "1.6.3"),
    .package(url: "https://github.com/apple/swift-system", from: "1.5.0"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.0.0"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.0.0"),
    .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.0"),
  ],
  targets: [
    // The core decides: no clock, no I/O, no randomness, no async, no Foundation.
    room("Grid"),
    room("Wire", ["Grid"]),
    room("Engine", ["Grid"]),
    room("Verification", ["Grid"]),
    room("Settlement", ["Grid"]),
    room("Ledger", ["Grid", "Signing"]),
    room("Signing", ["Grid", "COpenSSL"]),

    // The shell acts.
    room(
      "Policies",
      [
        "Grid", "Engine", "Verification", "Settlement", "Signing",
        .product(name: "Yams", package: "Yams"),
      ]),
    room("MQTT", ["CMosquitto"]),
    room("HTTP"),
    room(
      "Storage",
      [
        "Grid", "Ledger", "Signing", .product(name: "GRDB", package: "GRDB.swift"),
        .product(name: "GRDBSQLite", package: "GRDB.swift"),
        .target(name: "CPostgres", condition: .when(traits: ["PostgreSQL"])),
      ]),
    room("Reports", ["Grid", "Settlement"]),
    room(
      "Controller",
      [
        "Grid", "Wire", "Engine", "Verification", "Settlement", "Ledger", "Signing", "Policies",
        "MQTT", "HTTP",
        "Storage", "Reports", .product(name: "Logging", package: "swift-log"),
      ]),
    room("Fleet", ["Grid", "Wire"], path: "simulators/Fleet"),
    .executableTarget(
      name: "headroom",
      dependencies: [
        "Controller", "Engine", "Fleet", "Grid", "HTTP", "Ledger", "MQTT", "Policies", "Reports",
        "Settlement",
        "Signing", "Storage", "Verification", "Wire",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "Subprocess", package: "swift-subprocess"),
        .product(name: "SystemPackage", package: "swift-system"),
      ],
      swiftSettings: strict),

    // C libraries of the system.
    .systemLibrary(
      name: "CMosquitto", pkgConfig: "libmosquitto", providers: [.apt(["libmosquitto-dev"])]),
    .systemLibrary(name: "COpenSSL", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
    .systemLibrary(name: "CPostgres", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),

    tests("GridTests", ["Grid"]),
    tests("WireTests", ["Wire", "Grid"], exclude: ["Files"]),
    tests("EngineTests", ["Engine", "Grid"]),
    tests("VerificationTests", ["Verification", "Grid"], exclude: ["Cases"]),
    tests("SettlementTests", ["Settlement", "Grid"]),
    tests("SigningTests", ["Signing", "Grid"]),
    tests("LedgerTests", ["Ledger", "Signing", "Grid"]),
    tests(
      "PoliciesTests", ["Policies", "Grid", "Engine", "Verification", "Settlement", "Signing"]),
    tests("MQTTTests", ["MQTT"]),
    tests("HTTPTests", ["HTTP"]),
    tests("StorageTests", ["Storage", "Ledger", "Signing", "Grid", "Controller"]),
    tests("ReportsTests", ["Reports", "Grid", "Settlement"]),
    tests("FleetTests", ["Fleet", "Grid", "Wire"]),
    tests(
      "ControllerTests",
      [
        "Controller", "Grid", "Wire", "Engine", "Verification", "Settlement", "Ledger", "Signing",
        "Policies", "MQTT", "HTTP", "Storage", "Reports", "Fleet", "headroom",
        .product(name: "Logging", package: "swift-log"),
      ]),
    // They run the built program.
    tests("HeadroomTests", ["headroom"]),
    tests("HouseTests", []),
  ]
)
