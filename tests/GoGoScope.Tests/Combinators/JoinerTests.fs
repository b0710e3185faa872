/// Some are enough: any, quorum, and joiners of one's own.
module GoGoScope.Tests.Combinators.JoinerTests

open System
open System.Threading
open System.Threading.Tasks
open GoGoScope
open GoGoScope.Testing
open GoGoScope.Tests
open Xunit

let private work (running: int ref) index (wait: byte, good: bool) : Scoped<int, int> = scope {
    running.Value <- running.Value + 1

    try
        do! Step.pause
        do! Step.delay (float (wait % 8uy))
        return! (if good then Ok index else Error index)
    finally
        running.Value <- running.Value - 1
}

/// `all` as a user would write it.
let private all () : Joiner<int, int, int array> =
    let values = ref [||]
    let failure: ScopeError<int> option ref = ref None

    {
        OnStart = fun count -> values.Value <- Array.zeroCreate count
        OnComplete =
            fun index outcome ->
                match outcome with
                | Ok value ->
                    values.Value[index] <- value
                    JoinStep.Continue
                | Error error ->
                    failure.Value <- Some error
                    JoinStep.Decide
        Result =
            fun () ->
                match failure.Value with
                | None -> Ok values.Value
                | Some error -> Error error
    }

/// `quorum` as a user would write it; `quorum 1` is `any`.
let private quorum needed () : Joiner<int, int, int array> =
    let values = ResizeArray<struct (int * int)>()
    let causes = ResizeArray<Cause<int>>()
    let count = ref 0

    {
        OnStart = fun works -> count.Value <- works
        OnComplete =
            fun index outcome ->
                match outcome with
                | Ok value -> values.Add(struct (index, value))
                | Error error -> causes.AddRange(ScopeError.causes error)

                if values.Count = needed || causes.Count > count.Value - needed then
                    JoinStep.Decide
                else
                    JoinStep.Continue
        Result =
            fun () ->
                if values.Count >= needed then
                    Ok [| for struct (_, value) in Seq.sort values -> value |]
                elif causes.Count = 0 then
                    Error(
                        ScopeError.rejected (Rejection.NothingToDo $"quorum of {needed} among {count.Value}")
                    )
                else
                    Error {
                        Cause = causes[0]
                        Others = Array.ofSeq (Seq.skip 1 causes)
                    }
    }

/// Values alike, and the errors as sets of causes.
let private alike (left: Result<'T, ScopeError<int>>) (right: Result<'T, ScopeError<int>>) =
    match left, right with
    | Ok a, Ok b -> a = b
    | Error a, Error b ->
        Set.ofSeq (Seq.map string (ScopeError.causes a)) = Set.ofSeq (Seq.map string (ScopeError.causes b))
    | _ -> false

[<Fact>]
let ``the shipped combinators can be spelled as joiners`` () =
    Law.holds
        (fun (plan: (byte * bool) list, FsCheck.PositiveInt many, FsCheck.PositiveInt limited, seed: int) -> task {
            let needed = many % max 1 (min 7 plan.Length) + 1
            // equal waits would let the order of the pool decide between them
            let plan = [
                for index, (_, good) in List.indexed (List.truncate 7 plan) ->
                    byte ((index * 5 + many) % 7), good
            ]

            let options = {
                Parallel.Options.Default with
                    Concurrency = max limited plan.Length + 1
            }

            let run (verb: Scoped<int, int> list -> Scoped<'R, int>) =
                let running = ref 0
                let outcome = SeededRuntime(seed).Run(verb (List.mapi (work running) plan))
                Assert.Equal(0, running.Value)
                outcome

            return
                alike (run (Parallel.allWith options)) (run (Parallel.joinWith options all))
                && alike
                    (run (Parallel.quorumWith options needed))
                    (run (Parallel.joinWith options (quorum needed)))
        })

[<Fact>]
let ``any and quorum agree with counting, for any sizes and limits`` () =
    Law.holds
        (fun (plan: (byte * bool) list, FsCheck.PositiveInt many, FsCheck.PositiveInt limited, seed: int) -> task {
            let needed = many % 4 + 1
            let good = plan |> List.filter snd |> List.length
            let running = ref 0
            let works = List.mapi (work running) plan

            let options = {
                Parallel.Options.Default with
                    Concurrency = limited % 5 + 1
            }

            let quorum = SeededRuntime(seed).Run(Parallel.quorumWith options needed works)
            let any = SeededRuntime(seed).Run(Parallel.anyWith options works)

            let fair =
                match quorum with
                | Ok values ->
                    values.Length = needed
                    && values = Array.sort values
                    && Array.forall (fun index -> snd plan[index]) values
                | Error { Cause = Cause.Rejected _ } -> plan.Length < needed
                | Error error -> good < needed && (ScopeError.causes error).Length > plan.Length - needed

            let fairAny =
                match any with
                | Ok winner -> snd plan[winner]
                | Error { Cause = Cause.Rejected _ } -> plan.IsEmpty
                | Error error -> good = 0 && (ScopeError.causes error).Length = plan.Length

            return fair && fairAny && running.Value = 0
        })

type private Resource(closed: int ref) =
    interface IDisposable with
        member _.Dispose() = Interlocked.Increment closed |> ignore

[<Fact>]
let ``a quorum closes the values that it does not give`` () =
    Story.run (fun () -> task {
        let closed = ref 0

        let opens count : Scoped<IDisposable, string> = scope {
            do! Step.stubborn count
            return new Resource(closed) :> IDisposable
        }

        let fails count : Scoped<IDisposable, string> = scope {
            do! Step.delay count
            return! (Error "no": Result<IDisposable, string>)
        }

        let outcome =
            SeededRuntime(1).Run(Parallel.quorum 2 [ opens 1.; opens 2.; opens 3. ])

        Assert.True outcome.IsOk
        Assert.Equal(1, closed.Value)

        closed.Value <- 0

        let outcome =
            SeededRuntime(1).Run(Parallel.quorum 2 [ opens 1.; fails 2.; fails 3.; opens 9. ])

        Assert.True outcome.IsOk
        Assert.Equal(0, closed.Value)

        let outcome =
            SeededRuntime(1).Run(Parallel.quorum 3 [ opens 1.; fails 2.; fails 3.; opens 9. ])

        Expect.causes [ Cause.Failed "no"; Cause.Failed "no" ] (Result.map ignore outcome)
        Assert.Equal(2, closed.Value)
    })

[<Fact>]
let ``what a joiner throws decides`` () =
    Story.run (fun () -> task {
        let boom = InvalidOperationException "boom"

        let calm: Joiner<int, string, int> = {
            OnStart = ignore
            OnComplete = fun _ _ -> JoinStep.Continue
            Result = fun () -> Ok 7
        }

        let run make =
            SeededRuntime(1).Run(Parallel.join make [ Step.give 1. 1; Step.give 99. 2 ])

        Expect.ok 7 (run (fun () -> calm))
        Expect.cause (Cause.Crashed boom) (run (fun () -> raise boom))

        Expect.cause
            (Cause.Crashed boom)
            (run (fun () -> {
                calm with
                    OnStart = fun _ -> raise boom
            }))

        Expect.cause
            (Cause.Crashed boom)
            (run (fun () -> {
                calm with
                    OnComplete = fun _ _ -> raise boom
            }))

        Expect.cause
            (Cause.Crashed boom)
            (run (fun () -> {
                calm with
                    Result = fun () -> raise boom
            }))

        Expect.ok 7 (SeededRuntime(1).Run(Parallel.join (fun () -> calm) []))
    })

[<Fact>]
let ``a cancel stops a quorum and a joiner, and nothing is left`` () =
    Story.run (fun () -> task {
        let works: Scoped<int, int> list = [ for number in 1..4 -> Step.give 99. number ]

        for verb in
            [
                Parallel.quorum 2 >> Scoped.map ignore
                Parallel.join all >> Scoped.map ignore
                Parallel.any >> Scoped.map ignore
            ] do
            let runtime = SeededRuntime 5

            let options = {
                ScopeOptions.Default with
                    Timeout = Step.milliseconds 5.
            }

            Expect.cause (Cause.TimedOut(Step.milliseconds 5.)) (runtime.Run(options, verb works))
            Assert.Equal(0, runtime.Clock.PendingTimers)
    })

[<Fact>]
let ``on real threads a joiner is told one thing at a time`` () =
    Story.run (fun () -> task {
        for round in 1..200 do
            let inside = ref 0
            let heard = ref 0

            let joiner () : Joiner<int, string, int> = {
                OnStart = ignore
                OnComplete =
                    fun _ _ ->
                        Assert.Equal(1, Interlocked.Increment inside)
                        heard.Value <- heard.Value + 1
                        Interlocked.Decrement inside |> ignore
                        JoinStep.Continue
                Result = fun () -> Ok heard.Value
            }

            let! outcome =
                Story.wait (
                    Scope.run (
                        Parallel.join joiner [ for number in 1..20 -> scope { return number + round } ]
                    )
                )

            Expect.ok 20 outcome
    })
