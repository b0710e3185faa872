namespace GoGoScope.Benchmarks

open System.Runtime.CompilerServices
open System.Threading
open System.Threading.Tasks
open GoGoScope

/// What people write without `scope { }`: `task { }` over results.
module private TaskPeers =

    let outcome: Result<int, string> = Ok 1
    let failure: Result<int, string> = Error "no"
    let pending = ValueTask<Result<int, string>>(Ok 2)
    let answer: Task<Result<int, string>> = Task.FromResult(Ok 3)
    let withToken (_: CancellationToken) = answer

    /// Three completed steps, each of which may fail.
    let three (first: Result<int, string>) (token: CancellationToken) : Task<Result<int, string>> = task {
        match first with
        | Error error -> return Error error
        | Ok a ->
            match! pending with
            | Error error -> return Error error
            | Ok b ->
                match! withToken token with
                | Error error -> return Error error
                | Ok c -> return Ok(a + b + c)
    }

    let many count first : Task<int> = task {
        let mutable number = 0

        while number < count do
            let! _ = three first CancellationToken.None
            number <- number + 1

        return number
    }

    /// The closure of a task that was not started.
    [<MethodImpl(MethodImplOptions.NoInlining)>]
    let make (a: int) (b: int) : unit -> Task<Result<int, string>> =
        fun () -> task {
            match! answer with
            | Error error -> return Error error
            | Ok c -> return Ok(a + b + c)
        }

/// What `scope { }` costs over `task { }` that matches results by hand.
module BuilderRows =

    let private three (first: Result<int, string>) : Scoped<int, string> = scope {
        let! a = first
        let! b = TaskPeers.pending
        let! c = TaskPeers.withToken
        return a + b + c
    }

    let private threeBinds = three TaskPeers.outcome
    let private failing = three TaskPeers.failure

    let private boundMany count : Scoped<int, string> = scope {
        let mutable number = 0

        while number < count do
            let! _ = threeBinds
            number <- number + 1

        return number
    }

    let private failsMany count : Scoped<int, string> = scope {
        let mutable number = 0

        while number < count do
            // a block that is bound fails its binder, so this one looks at the outcome by itself
            let! _ =
                fun scope ->
                    match (failing scope).Result with
                    | Ok value -> ValueTask<Result<int, ScopeError<string>>>(Ok value)
                    | Error _ -> ValueTask<Result<int, ScopeError<string>>>(Ok 0)

            number <- number + 1

        return number
    }

    [<MethodImpl(MethodImplOptions.NoInlining)>]
    let private make (a: int) (b: int) : Scoped<int, string> = scope {
        let! c = TaskPeers.answer
        return a + b + c
    }

    let mutable private a = 1
    let mutable private keptScoped: Scoped<int, string> = threeBinds
    let mutable private keptTask: unit -> Task<Result<int, string>> = TaskPeers.make 1 2

    let private row name units ours peer target bytes = {
        Name = name
        Units = units
        Ours = ours
        Peer = peer
        Target = target
        Bytes = bytes
        CrossesPool = false
        PeerFigure = 0.
    }

    let rows = [
        row
            "`scope { }` of three completed binds, made once"
            10000
            (Contender.sync "scope" (Outcome.runs 10000 (boundMany 10000)))
            (Contender.sync "task { match! }" (fun () -> (TaskPeers.many 10000 TaskPeers.outcome).Wait()))
            0.9
            (BytesTarget.AtMost 0.)
        row
            "`scope { }` that fails at its first bind, made once"
            10000
            (Contender.sync "scope" (Outcome.runs 10000 (failsMany 10000)))
            (Contender.sync "task { match! }" (fun () -> (TaskPeers.many 10000 TaskPeers.failure).Wait()))
            0.9
            (BytesTarget.AtMost 64.)
        row
            "making a `Scoped`"
            1
            (Contender.sync "scope" (fun () -> Volatile.Write(&keptScoped, make a 2)))
            (Contender.sync "the task's closure" (fun () -> Volatile.Write(&keptTask, TaskPeers.make a 2)))
            1.5
            (BytesTarget.AtMost 160.)
    ]
