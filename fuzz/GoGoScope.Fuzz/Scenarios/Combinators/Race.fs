/// Races of a few competitors that give, fail, throw, are deaf, or open something: one interleaving for each seed.
module GoGoScope.Fuzz.Combinators.RaceScenario

open System
open System.Threading
open System.Threading.Tasks
open GoGoScope
open GoGoScope.Testing
open GoGoScope.Fuzz

type private End =
    | Gives
    | Fails
    | Throws

type private Competitor = {
    Wait: int
    End: End
    /// Hears no cancel.
    Deaf: bool
    /// Goes through the pool first.
    Pauses: bool
}

/// A value that has to be closed, once.
[<Sealed>]
type Opened(number: int, closed: int array) =
    member _.Number = number

    interface IDisposable with
        member _.Dispose() = closed[number] <- closed[number] + 1

/// What is fuzzed: a race of values that have to be closed.
type Library = bool -> Race.Options -> Scoped<Opened, int> list -> Scoped<Opened, int>

let private real: Library =
    fun okOnly options works ->
        if okOnly then
            Race.firstOkWith options works
        else
            Race.firstWith options works

/// A value that nobody knows how to close.
type private Hidden = { Inside: Opened }

let private leaks: Library =
    fun okOnly options works ->
        let hide = List.map (Scoped.map (fun inside -> { Inside = inside }))

        (if okOnly then
             Race.firstOkWith options (hide works)
         else
             Race.firstWith options (hide works))
        |> Scoped.map _.Inside

let private noLimit: Library =
    fun okOnly options works ->
        real
            okOnly
            {
                options with
                    Concurrency = Int32.MaxValue
            }
            works

/// Competitors of the caller's scope: only the wait for them is cancelled.
let private leavesLosers: Library =
    fun okOnly options works host ->
        let outside work : Scoped<Opened, int> =
            fun scope ->
                let child = Scope.taskIn (host, TaskOptions.Default, work)

                (Scoped.result (fun inner -> (ScopeTask.result child inner)) scope).AsTask()
                |> fun wait -> task {
                    match! wait with
                    | Ok(Ok outcome) -> return outcome
                    | Ok(Error error)
                    | Error error -> return Error error
                }
                |> ValueTask<Result<Opened, ScopeError<int>>>

        real okOnly options (List.map outside works) host

let private again: Library =
    fun okOnly options works ->
        let twice work = scope {
            match! Scoped.result work with
            | Ok value -> return value
            | Error _ -> return! work
        }

        real okOnly options (List.map twice works)

let private counters = [
    "races won by a value"
    "races won by an error"
    "races in which all failed"
    "races cut by their timeout"
    "losers that were stopped"
    "losing values that were closed"
    "competitors that never started"
]

let private round (library: Library) (_: Order) (seed: int) (tally: Tally) : Round =
    let random = Random seed
    let pick (choices: 'T list) = choices[random.Next choices.Length]

    let plan = [
        for _ in 1 .. random.Next 7 ->
            {
                Wait = random.Next 8
                End = pick [ Gives; Gives; Fails; Fails; Throws ]
                Deaf = random.Next 3 = 0
                Pauses = random.Next 2 = 0
            }
    ]

    let okOnly = random.Next 3 > 0
    let milliseconds (count: int) = TimeSpan.FromMilliseconds(float count)

    let options: Race.Options = {
        Concurrency = pick [ 1; 2; 3; Int32.MaxValue; Int32.MaxValue ]
        Stagger = pick [ TimeSpan.Zero; TimeSpan.Zero; milliseconds 2; Timeout.InfiniteTimeSpan ]
        Timeout = pick [ Timeout.InfiniteTimeSpan; Timeout.InfiniteTimeSpan; milliseconds 5 ]
    }

    let runtime = SeededRuntime seed
    let closed = Array.zeroCreate<int> plan.Length
    let runs = Array.zeroCreate<int> plan.Length
    let gave = Array.zeroCreate<bool> plan.Length
    let stopped = Array.create plan.Length true
    let mutable running = 0
    let mutable most = 0

    let competitor number (one: Competitor) : Scoped<Opened, int> = scope {
        runs[number] <- runs[number] + 1
        running <- running + 1
        most <- max most running

        try
            if one.Pauses then
                do! fun (_: CancellationToken) -> (task { do! Task.Yield() } :> Task)

            if one.Deaf then
                do! fun (_: CancellationToken) -> Task.Delay(milliseconds one.Wait, runtime.Clock)
            else
                do! Scope.delay (milliseconds one.Wait)

            stopped[number] <- false

            match one.End with
            | Gives ->
                gave[number] <- true
                return new Opened(number, closed)
            | Fails -> return! (Error number: Result<Opened, int>)
            | Throws -> return invalidOp "boom"
        finally
            running <- running - 1
    }

    let mutable left = -1

    let outcome =
        runtime.Run(
            scope {
                let! outcome = Scoped.result (library okOnly options (List.mapi competitor plan))
                left <- running
                return outcome
            }
            : Scoped<Result<Opened, ScopeError<int>>, int>
        )

    let opened =
        match outcome with
        | Ok(Ok winner) -> winner.Number
        | _ -> -1

    let tell name count =
        if count > 0 then
            tally.Add(name, count)

    tell
        "losers that were stopped"
        (Seq.length (Seq.filter (fun index -> runs[index] > 0 && stopped[index]) [ 0 .. plan.Length - 1 ]))

    tell "losing values that were closed" (Array.sum closed)
    tell "competitors that never started" (runs |> Array.filter ((=) 0) |> Array.length)

    let verdict =
        match outcome with
        | Ok(Ok winner) ->
            tally.Add("races won by a value", 1)

            if gave[winner.Number] then
                []
            else
                [ "the winner gave no value" ]
        | Ok(Error { Cause = Cause.Rejected _ }) ->
            if plan.IsEmpty then
                []
            else
                [ "rejected, but there were competitors" ]
        | Ok(Error { Cause = Cause.TimedOut _ }) ->
            tally.Add("races cut by their timeout", 1)

            if Array.contains true gave then
                [ "timed out, but there was a value" ]
            else
                []
        | Ok(Error error) when okOnly ->
            tally.Add("races in which all failed", 1)

            if (ScopeError.causes error).Length <> plan.Length then
                [ $"not every cause is there: {error}" ]
            else
                []
        | Ok(Error _) ->
            tally.Add("races won by an error", 1)
            []
        | Error error -> [ $"the program failed: {error}" ]

    {
        Problems = [
            yield! verdict

            if left <> 0 then
                $"{left} still ran when the race answered"

            if most > options.Concurrency then
                $"{most} ran at once, but the limit is {options.Concurrency}"

            for number in 0 .. plan.Length - 1 do
                if runs[number] > 1 then
                    $"competitor {number} ran {runs[number]} times"

                let due = if gave[number] && number <> opened then 1 else 0

                if closed[number] <> due then
                    $"the value of competitor {number} was closed {closed[number]} times"

            if runtime.Clock.PendingTimers > 0 then
                "a timer is left"
        ]
        Story = [
            let verb = if okOnly then "firstOk" else "first"
            $"%A{plan}"
            $"{verb} with %A{options}: {outcome}"
        ]
    }

let scenario: Scenario =
    Rounds.scenario
        "race"
        counters
        [
            "", real
            "leaks-losers", leaks
            "forgets-limit", noLimit
            "leaves-losers", leavesLosers
            "runs-again", again
        ]
        round
