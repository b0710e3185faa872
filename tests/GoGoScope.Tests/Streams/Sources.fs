/// Sources that the tests of streams are made of.
[<AutoOpen>]
module GoGoScope.Tests.Streams.Sources

open System
open System.Collections.Generic
open System.Threading
open System.Threading.Tasks
open GoGoScope
open GoGoScope.Testing
open GoGoScope.Tests
open Xunit

/// Items, each a time after the one before; the last step may throw.
let source
    (clock: TimeProvider)
    (told: ResizeArray<string>)
    (items: (float * int) list)
    (failure: exn option)
    : IAsyncEnumerable<int> = {
    new IAsyncEnumerable<int> with
        member _.GetAsyncEnumerator token =
            let mutable index = -1

            {
                new IAsyncEnumerator<int> with
                    member _.Current = snd items[index]

                    member _.MoveNextAsync() =
                        ValueTask<bool>(
                            task {
                                index <- index + 1

                                if index < items.Length then
                                    let wait = fst items[index]

                                    if wait > 0. then
                                        do! Task.Delay(Step.milliseconds wait, clock, token)

                                    return true
                                else
                                    Option.iter raise failure
                                    return false
                            }
                        )

                    member _.DisposeAsync() =
                        told.Add "closed"
                        ValueTask()
            }
}

/// All that comes out, with its time in milliseconds.
let gather
    (clock: VirtualClock)
    (make: Scoped<IAsyncEnumerable<'T>, string>)
    (out: ResizeArray<string>)
    : Scoped<unit, string> = scope {
    let! stream = make

    for item in stream do
        out.Add $"{clock.Elapsed.TotalMilliseconds} %A{item}"
}

let run seed (make: VirtualClock -> ResizeArray<string> -> Scoped<IAsyncEnumerable<'T>, string>) =
    let runtime = SeededRuntime seed
    let told = ResizeArray<string>()
    let out = ResizeArray<string>()
    let outcome = runtime.Run(gather runtime.Clock (make runtime.Clock told) out)
    Assert.Equal(0, runtime.Clock.PendingTimers)
    outcome, List.ofSeq out, List.ofSeq told

let steps = [ 0., 1; 4., 2; 4., 3; 40., 4 ]
