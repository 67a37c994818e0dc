import Testing

@Suite struct `A policy with broken money` {
  @Test(arguments: [
    Edit("unit: home", "unit: fleet", "reward.unit", "notYet"),
    Edit("unit: home", "unit: site", "reward.unit"),
    Edit("netting: event", "netting: day", "reward.netting"),
    Edit("amount: 0.25, per: kWh", "amount: 0.25, per: Wh", "reward.energy.rate.per"),
    Edit("amount: 0.25, per: kWh", "amount: 0.25, per: kW-month", "reward.energy.rate.per"),
    Edit("amount: 0.25, per: kWh", "amount: 0.25", "reward.energy.rate.per", "missing"),
    Edit("amount: 0.25, ", "", "reward.energy.rate.amount", "missing"),
    Edit("amount: 0.25,", "amount: 2.50,", "reward.energy.rate.amount"),
    Edit("amount: 0.25,", "amount: 0.0000001,", "reward.energy.rate.amount"),
    Edit("amount: 0.25,", "amount: .25,", "reward.energy.rate.amount"),
    Edit("amount: 0.25,", "amount: -0.25,", "reward.energy.rate.amount"),
    Edit("amount: 0.25,", "amount: 0.25 USD,", "reward.energy.rate.amount"),
    Edit("amount: 0.25,", "fromSignal: false,", "reward.energy.rate.fromSignal"),
    Edit("amount: 0.25,", "byZone: {north: 1},", "reward.energy.rate", "notYet"),
    Edit("capPercent: 110", "capPercent: 99", "reward.energy.capPercent"),
    Edit(
      "capPercent: 110", "capPercent: unlimited", "reward.energy.capPercent",
      "exposureUnbounded"),
    Edit(
      "byLevel: {0: 0, 1: 500, 2: 2000.001, 3: 3000}", "byLevel: {1: 500, 2: 200, 3: 300}",
      "reward.premium.rate.byLevel", "levelWithoutValue"),
    Edit("2: 2000.001", "2: 2000.0001", "reward.premium.rate.byLevel.2"),
    Edit(
      "byLevel: {0: 0, 1: 500, 2: 2000.001, 3: 3000}", "amount: 99999999",
      "reward.premium.rate", "overflow"),
    Edit(
      "rate: {amount: 0.40, per: kWh}", "rate: {amount: 10000, per: kWh}",
      "reward.penalty.rate", "overflow"),
    Edit(
      "rate: {amount: 0.40, per: kWh}", "multiple: 1.5", "reward.penalty.rate",
      "missing", down: -1),
    Edit(
      "rate: {amount: 0.40, per: kWh}", "multipleOf: [energy]",
      "reward.penalty.multiple", "missing", down: -1),
    Edit(
      "rate: {amount: 0.40, per: kWh}", "rate: {amount: 0.40, per: kWh}\n    multiple: 1",
      "reward.penalty.multiple", down: 1),
    Edit("deadbandPercent: 5", "deadbandPercent: 5.555", "reward.penalty.deadbandPercent"),
    Edit("belowBaseline: zero", "belowBaseline: drop", "reward.penalty.belowBaseline"),
    Edit("belowBaseline: zero", "to: nobody", "reward.penalty.to"),
    Edit("basis: rewardsOfMonth", "basis: rewardsOfDay", "reward.penalty.caps[0].basis"),
    Edit("percent: 50}", "percent: 501}", "reward.penalty.caps[1].percent"),
    Edit(
      "caps: [{basis: rewardsOfMonth, percent: 100}, {basis: rewardsOfEvent, percent: 50}]",
      "missingData: noPenalty", "reward.penalty.caps", "penaltyUncapped", down: -5),
    Edit("excusals: [gridOutage, weather]", "excusals: [gridOutage, mood]", "reward.excusals[1]"),
    Edit(
      "excusals: [gridOutage, weather]", "rateLockYears: 0", "reward.excusals",
      "missing", down: -15),
    Edit(
      "excusals: [gridOutage, weather]",
      "excusals: []\n  caps: {homePerDay: 1}", "reward.caps.homePerDay", "unknownField", down: 1),
    Edit("owner: 70,", "owner: 69.99,", "splits.shares", "splitNot100"),
    Edit("owner: 70,", "grid: 70,", "splits.shares", "ownerMissing"),
    Edit("tax: 2.5", "bank: 2.5", "splits.shares.bank"),
    Edit(
      "disputeDays: 90", "payerBasis: fleetTotal", "settlement.payerBasis", "notYet"),
    Edit("required: true", "required: maybe", "escrow.required"),
    Edit("coverPercent: 120", "coverPercent: 99", "escrow.coverPercent"),
    Edit("coverPercent: 120", "releaseAt: final", "escrow.releaseAt", "notYet"),
    Edit("coverPercent: 120", "releaseAt: provisional", "escrow.releaseAt"),
    Edit("coverPercent: 120", "releaseAt: never", "escrow.releaseAt"),
    Edit("name: initial", "name: final", "settlement.runs[2].name", down: 1),
    Edit("afterDays: 7", "afterDays: 401", "settlement.runs[1].afterDays"),
    Edit(
      "afterDays: 1, payable: false}\n    - {name: initial, afterDays: 7",
      "afterDays: 0, payable: false}\n    - {name: initial, afterDays: 1",
      "settlement.runs[1].afterDays", "runTooEarly", down: 1),
    Edit("afterDays: 90", "afterDays: 7", "settlement.runs[2].afterDays"),
    Edit("payable: false", "payable: later", "settlement.runs[0].payable"),
    Edit("disputeDays: 90", "disputeDays: 731", "settlement.disputeDays"),
    Edit("disputeDays: 90", "reconcilePercent: 101", "settlement.reconcilePercent"),
    Edit("disputeDays: 90", "evidence: baseline", "settlement.evidence"),
    Edit("disputeDays: 90", "minimumPosting: -0.05", "settlement.minimumPosting"),
  ]) func `is refused for its money`(_ edit: Edit) throws { try edit.check() }
}
