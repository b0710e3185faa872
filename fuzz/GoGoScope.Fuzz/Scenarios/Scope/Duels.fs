namespace GoGoScope.Fuzz.Trees

open System
open System.Threading
open System.Threading.Tasks
open GoGoScope

/// A thread that waits for something to do without going to sleep, so that it begins within a few instructions.
[<Sealed>]
type private Rival() =
    let mutable next: Action | null = null
    let mutable over = false

    let run () =
        while not (Volatile.Read &over) do
            match Interlocked.Exchange(&next, null) with
            | null -> Thread.SpinWait 1
            | action -> action.Invoke()

    do Thread(run, IsBackground = true).Start()

    member _.Send(action: Action) = Volatile.Write(&next, action)

    interface IDisposable with
        member _.Dispose() = Volatile.Write(&over, true)

/// Two threads, one short race: for windows of a few instructions that a whole program never meets.
module Duels =

    /// What one thread does, and what the other does to its scope at the same time.
    type private Duel = {
        Name: string
        Work: Scoped<int, Fault>
        Against: Scope -> unit
        /// What outcomes are right.
        IsRight: Result<int, ScopeError<Fault>> -> bool
    }

    let private hour = TimeSpan.FromHours 1.
    let private isCancelled (outcome: Result<int, ScopeError<Fault>>) = outcome.IsError
    let private one: Scoped<int, Fault> = Scoped.value 1

    let private duels: Duel list =
        let stop (scope: Scope) = scope.Cancel "the duel"

        [
            {
                Name = "a cancel against a wait that parks"
                Work = scope {
                    do! Scope.delay hour
                    return 1
                }
                Against = stop
                IsRight = isCancelled
            }
            {
                Name = "a cancel against a child that joins the tree"
                Work = scope {
                    let! child =
                        fork (
                            scope {
                                do! Scope.delay hour
                                return 1
                            }
                        )

                    return! child
                }
                Against = stop
                IsRight = isCancelled
            }
            {
                Name = "a cancel against a token that is made"
                Work = scope {
                    do! (fun (token: CancellationToken) -> Task.Delay(hour, token))
                    return 1
                }
                Against = stop
                IsRight = isCancelled
            }
            {
                Name = "a cancel against a foreign wait"
                Work = scope {
                    do! (TaskCompletionSource()).Task
                    return 1
                }
                Against = stop
                IsRight = isCancelled
            }
            {
                Name = "a cancel against a failure"
                Work = scope {
                    let! _ =
                        fork (
                            scope {
                                do! Scope.delay hour
                                return 1
                            }
                        )

                    return! Error(Fault "#1#")
                }
                Against = stop
                // the failure may come before the cancel, after it, or not at all
                IsRight = isCancelled
            }
            {
                Name = "a cancel against a child on the pool"
                Work = scope {
                    let! child =
                        Scope.forkWith (
                            {
                                TaskOptions.Default with
                                    Start = StartMode.Pool
                            },
                            scope {
                                use _ = {
                                    new IAsyncDisposable with
                                        member _.DisposeAsync() = ValueTask()
                                }

                                do! Scope.delay hour
                                return 1
                            }
                        )

                    return! child
                }
                Against = stop
                IsRight = isCancelled
            }
            {
                Name = "a fork from outside against the end"
                Work = scope { return 1 }
                Against = fun scope -> Scope.forkIn (scope, one) |> ignore
                IsRight = Result.isOk
            }
        ]

    /// About a nanosecond each.
    let private hesitate (times: int) =
        let mutable left = times

        while Volatile.Read &left > 0 do
            left <- left - 1

    /// Fights each duel so many times, and tells what was not as it must be. Each duel has a thread to run against.
    let fight (times: int) (count: unit -> unit) : string option =
        let fightOne (duel: Duel) (rival: Rival) (index: int) : string option =
            let work: Scoped<int, Fault> =
                fun scope ->
                    rival.Send(fun () ->
                        hesitate (index % 499)
                        duel.Against scope)

                    hesitate (index / 499 % 17)
                    duel.Work scope

            let task = (Scope.run work).AsTask()
            count ()

            if not (task.Wait(TimeSpan.FromSeconds 10.)) then
                Some $"guarantee 6: {duel.Name}: it never ended"
            elif not (duel.IsRight task.Result) then
                Some $"guarantee 4: {duel.Name}: it ended as %A{task.Result}"
            else
                None

        use rival = new Rival()

        seq {
            for duel in duels do
                for index in 1..times do
                    duel, index
        }
        |> Seq.tryPick (fun (duel, index) -> fightOne duel rival index)
