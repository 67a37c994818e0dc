/// The messages that the contract shows, byte for byte.
enum Examples {
  static let releaseSignal = #"""
    {"schema":"headroom.signal/1","signalId":"peak-0915","revision":1,"status":"active",\#
    "issuedAt":"2026-09-14T18:00:00Z","startsAt":"2026-09-15T17:00:00Z",\#
    "endsAt":"2026-09-15T18:00:00Z","level":2,"programmeId":"summer-peak","priority":1,\#
    "releasePercent":10,"of":"storedEnergy","premium":{"currency":"USD","perKwh":"2.00"},\#
    "note":"evening peak"}
    """#

  static let powerSignal = #"""
    {"schema":"headroom.signal/1","signalId":"f7-0915","revision":1,"status":"active",\#
    "issuedAt":"2026-09-15T16:50:00Z","startsAt":"2026-09-15T17:00:00Z",\#
    "endsAt":"2026-09-15T18:00:00Z","level":3,"alert":"ALERT_GRID_EMERGENCY",\#
    "targets":["feeder-7"],"priority":0,"requestedReductionW":1200000,\#
    "premium":{"currency":"USD","perKwh":"1.35"},"penalty":{"currency":"USD","perKwh":"0.40"},\#
    "test":false}
    """#

  static let cancelSignal = #"""
    {"schema":"headroom.signal/1","signalId":"peak-0915","revision":3,"status":"cancelled",\#
    "issuedAt":"2026-09-15T17:30:00Z"}
    """#

  static let signalAcknowledgement = #"""
    {"schema":"headroom.signal-ack/1","signalId":"peak-0915","revision":1,\#
    "status":"committed","code":101,"at":"2026-09-14T18:00:01.204Z","requestedW":54000000,\#
    "committedW":54000000,"shortfallW":0,"batteries":50000,"skipped":0}
    """#

  static let notice = #"""
    {"schema":"headroom.notice/1","noticeId":"peak-0915.bat-00017.n1","eventId":"peak-0915",\#
    "batteryId":"bat-00017","revision":1,"status":"scheduled",\#
    "issuedAt":"2026-09-14T18:00:02Z","startsAt":"2026-09-15T17:00:00Z",\#
    "endsAt":"2026-09-15T18:00:00Z","level":2,"ackBy":"2026-09-15T16:00:00Z","plannedW":1080,\#
    "plannedWh":1080,"request":{"percent":10,"of":"storedEnergy"},"minSocPct":20,\#
    "optOutBy":"2026-09-15T17:00:00Z","preCharge":{"mode":"none"},"premium":{"currency":"USD",\#
    "perKwh":"2.00"}}
    """#

  static let notices = #"""
    {"schema":"headroom.notices/1","notices":[{"noticeId":"peak-0915.bat-20001.n2",\#
    "eventId":"peak-0915","batteryId":"bat-20001","revision":2,"status":"cancelled",\#
    "issuedAt":"2026-09-15T17:30:01Z"}]}
    """#

  static let command = #"""
    {"schema":"headroom.cmd/1","commandId":"peak-0915.bat-00017.42","seq":42,\#
    "type":"discharge","batteryId":"bat-00017","eventId":"peak-0915",\#
    "issuedAt":"2026-09-15T16:59:30.120Z","startsAt":"2026-09-15T17:00:00Z",\#
    "endsAt":"2026-09-15T18:00:00Z","notAfter":"2026-09-15T17:30:00Z","setpointW":1080,\#
    "energyLimitWh":1080,"minSocPct":20,"exportLimitW":5000,"rampS":60,"graceS":900,\#
    "handBack":"priorMode","request":{"percent":10,"of":"storedEnergy"},"boundBy":"request"}
    """#

  static let commands = #"""
    {"schema":"headroom.cmds/1","commands":[{"commandId":"peak-0915.bat-20001.7","seq":7,\#
    "type":"hold","batteryId":"bat-20001","eventId":"peak-0915",\#
    "issuedAt":"2026-09-15T17:50:00Z","startsAt":"2026-09-15T18:00:00Z",\#
    "endsAt":"2026-09-15T18:12:00Z","notAfter":"2026-09-15T18:05:00Z","setpointW":0},\#
    {"commandId":"peak-0915.bat-20002.9","seq":9,"type":"cancel","batteryId":"bat-20002",\#
    "eventId":"peak-0915","issuedAt":"2026-09-15T17:30:01Z","startsAt":"2026-09-15T17:30:01Z",\#
    "endsAt":"2026-09-15T18:00:00Z","notAfter":"2026-09-15T18:00:00Z","rampS":60}]}
    """#

  static let acknowledgement = #"""
    {"schema":"headroom.ack/1","commandId":"peak-0915.bat-00017.42","batteryId":"bat-00017",\#
    "status":"started","at":"2026-09-15T17:00:03.400Z","acceptedW":1080}
    """#

  static let acknowledgements = #"""
    {"schema":"headroom.acks/1","acks":[{"commandId":"peak-0915.bat-20002.8",\#
    "batteryId":"bat-20002","status":"cancelled","at":"2026-09-15T17:31:02Z",\#
    "deliveredWh":531,"socPct":76,"mode":"timeOfUse"},{"noticeId":"peak-0915.bat-20003.n1",\#
    "batteryId":"bat-20003","status":"optOut","at":"2026-09-15T09:02:11Z",\#
    "reason":"ownerOverride"}]}
    """#

  static let birth = #"""
    {"schema":"headroom.state/1","online":true,"session":1789,"at":"2026-09-15T05:12:44Z",\#
    "clock":"synced","schemas":["headroom.cmd/1","headroom.cmds/1","headroom.notice/1",\#
    "headroom.notices/1","headroom.ask/1"],"maxBatch":100,"maxCommandsPerS":200,\#
    "firmware":"2.4.1"}
    """#

  static let death = #"""
    {"schema":"headroom.state/1","online":false,"session":1789}
    """#

  static let controllerState = #"""
    {"schema":"headroom.ctl/1","online":true,"session":311,"at":"2026-09-15T16:59:00Z",\#
    "heartbeatS":60}
    """#

  static let battery = #"""
    {"schema":"headroom.battery/1","at":"2026-09-15T05:12:45Z","online":true,\#
    "siteId":"site-8841","capacityWh":13500,"maxDischargeW":5000,"maxChargeW":5000,\#
    "canExport":true,"canCharge":true,"remoteControl":true,"minSocPct":5,"exportLimitW":5000,\#
    "siteMeterId":"m-8841"}
    """#

  static let preference = #"""
    {"schema":"headroom.pref/1","revision":12,"at":"2026-09-01T07:30:00Z","reservePct":20,\#
    "optOutFrom":null,"optOutUntil":null,"gridCharge":false,"maxEventsPerWeek":5}
    """#

  static let telemetry = #"""
    {"schema":"headroom.tele/1","session":1789,"seq":90211,\#
    "batteries":[{"batteryId":"bat-00017","at":"2026-09-15T17:01:10Z","dischargeW":1080,\#
    "socPct":79.91,"state":"discharging","mode":"remote","availableDischargeW":5000,\#
    "availableWh":8087,"netImportW":320,"commandId":"peak-0915.bat-00017.42"}]}
    """#

  static let meter = #"""
    {"schema":"headroom.meter/1","meterId":"m-8841","seq":3312,"start":"2026-09-15T17:00:00Z",\#
    "durationS":60,"quality":"A","importRegisterWh":18422121,"exportRegisterWh":2210998,\#
    "importWh":14,"exportWh":0}
    """#

  static let meters = #"""
    {"schema":"headroom.meters/1","readings":[{"meterId":"m-20001","seq":88,\#
    "start":"2026-09-15T17:00:00Z","durationS":60,"quality":"A","importWh":4,"exportWh":0},\#
    {"meterId":"m-20002","seq":91,"start":"2026-09-15T17:00:00Z","durationS":60,\#
    "quality":"M"}]}
    """#

  static let ask = #"""
    {"schema":"headroom.ask/1","askId":"a-5521","at":"2026-09-15T18:03:00Z","want":"readings",\#
    "meterId":"m-8841","from":"2026-09-15T17:29:00Z","to":"2026-09-15T17:32:00Z"}
    """#

  static let errorReply = #"""
    {"schema":"headroom.err/1","about":"meter","code":"badField","at":"2026-09-15T17:05:00Z",\#
    "count":17,"id":"m-8841","field":"durationS","found":"45","allowed":"60, 300, 900,\#
     1800 or 3600"}
    """#

  /// All of them.
  static let all = [
    releaseSignal,
    powerSignal,
    cancelSignal,
    signalAcknowledgement,
    notice,
    notices,
    command,
    commands,
    acknowledgement,
    acknowledgements,
    birth,
    death,
    controllerState,
    battery,
    preference,
    telemetry,
    meter,
    meters,
    ask,
    errorReply,
  ]
}
