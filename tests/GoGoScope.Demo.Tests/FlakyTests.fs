module GoGoScope.Demo.Tests.FlakyTests

open System
open FolderIndex
open Xunit

/// The faults of every item's first requests, and of so many after its own.
let private faults seed = [
    let plan = FaultPlan seed

    for item in 0 .. FaultPlan.AllItems - 1 do
        for _ in 1..3 do
            plan.Next item
]

[<Fact>]
let ``the seed decides the faults`` () =
    Assert.Equal<Fault list>(faults 1, faults 1)
    Assert.NotEqual<Fault list>(faults 1, faults 2)

[<Fact>]
let ``each run meets each fault as often, whatever the seed`` () =
    Assert.Equal<(Fault * int) list>(
        faults 1 |> List.countBy id |> List.sort,
        faults 2 |> List.countBy id |> List.sort
    )

    Assert.Equal(6, faults 3 |> List.distinct |> List.length)

[<Fact>]
let ``what was not seen is said, and answered with 1`` () =
    let tally = Tally.New()

    for counter in tally.All do
        if counter.Label <> tally.Hedged.Label then
            counter.Add()

    let lines, code = Flaky.report 1 tally (TimeSpan.FromSeconds 2.)
    Assert.Equal(1, code)
    Assert.Equal($"not seen: {tally.Hedged.Label}", List.last lines)
    tally.Hedged.Add()
    Assert.Equal(0, snd (Flaky.report 1 tally TimeSpan.Zero))

let tool: TheoryData<string> = TheoryData<string> Tool.both

/// The numbers of the table, by their labels.
let private table (output: string) =
    output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
    |> Array.skip 1
    |> Array.map (fun line ->
        let at = line.LastIndexOf ' '
        line.Substring(0, at).Trim(), int (line.Substring at))
    |> dict

[<Theory>]
[<MemberData(nameof tool)>]
let ``every call of the server with faults is answered, and every policy is seen at work`` (tool: string) =
    task {
        let! ended = Tool.run tool [ "--flaky"; "--seed"; "5" ]
        Assert.StartsWith($"{FaultPlan.AllItems} calls to a server with faults (seed 5) in ", ended.Output)
        let table = table ended.Output
        let tally = Tally.New()
        Assert.Equal(tally.All.Length, table.Count)
        let seen (counter: Counter) = table[counter.Label.Trim()]
        Assert.All(tally.All, (fun counter -> Assert.True(seen counter > 0, counter.Label)))
        Assert.Equal(FaultPlan.AllItems, seen tally.Answered)
        Assert.True(seen tally.CameBackLater >= 4 && seen tally.TimedOut >= 4, ended.Output)
        Assert.True(seen tally.Sent >= FaultPlan.AllItems + FaultPlan.OutageLength, ended.Output)
        Assert.Equal(0, ended.ExitCode)
    }

[<Theory>]
[<MemberData(nameof tool)>]
let ``calls of the server with faults stop in order`` (tool: string) = task {
    use running = Tool.start tool [ "--flaky" ]
    let! first = running.StandardError.ReadLineAsync().WaitAsync Within.limit
    Assert.StartsWith("The server with faults listens at http://127.0.0.1:", first)
    Tool.signal "INT" running
    let! ended = Tool.finish (TimeSpan.FromSeconds 5.) running
    Assert.Equal((130, ""), (ended.ExitCode, ended.Output))
    Assert.Equal("Interrupted: not all calls were made.", ended.Errors.Trim())
}
