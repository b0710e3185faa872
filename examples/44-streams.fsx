// Asynchronous sources in a scope: bound to it, in arrays, merged, and worked on several at a time.
// Run it: dotnet fsi examples/44-streams.fsx (after: dotnet fsi build.fsx build)
#r "../artifacts/bin/GoGoScope.Core/release/Microsoft.Extensions.Logging.Abstractions.dll"
#r "../artifacts/bin/GoGoScope.Core/release/GoGoScope.dll"

open System
open System.Collections.Generic
open System.Threading
open System.Threading.Tasks
open GoGoScope

let milliseconds (count: int) = TimeSpan.FromMilliseconds(float count)

/// A source. After its items it never answers again, and hears no token, if it is stuck.
let source (items: int list) (stuck: bool) : IAsyncEnumerable<int> = {
    new IAsyncEnumerable<int> with
        member _.GetAsyncEnumerator _ =
            let mutable left = items
            let mutable current = 0

            {
                new IAsyncEnumerator<int> with
                    member _.Current = current

                    member _.MoveNextAsync() =
                        match left with
                        | item :: rest ->
                            left <- rest
                            current <- item
                            ValueTask<bool> true
                        | [] when stuck -> ValueTask<bool>(TaskCompletionSource<bool>().Task)
                        | [] -> ValueTask<bool> false

                    member _.DisposeAsync() = ValueTask()
            }
}

let buffered: Scoped<unit, string> = scope {
    let! arrays = Stream.buffer 2 (TimeSpan.FromMinutes 1.) (source [ 1; 2; 3 ] false)

    for array in arrays do
        printfn $"buffer: %A{array}"
}

let mapped: Scoped<unit, string> = scope {
    let slow number = scope {
        do! Scope.delay (milliseconds (10 - number))
        return number * number
    }

    let! squares = Stream.mapParallel 3 slow (source [ 1; 2; 3; 4 ] false)

    for square in squares do
        printfn $"mapParallel: {square}"
}

let merged: Scoped<unit, string> = scope {
    let! both = Stream.merge [ source [ 1; 2 ] false; source [ 10; 20 ] false ]
    let mutable sum = 0

    for item in both do
        sum <- sum + item

    printfn $"merge: {sum}"
}

/// The scope has 50 ms; the source would hold it up for ever.
let interrupted: Scoped<unit, string> = scope {
    let! items = Stream.ofSource (source [ 7 ] true)

    for item in items do
        printfn $"stuck after {item}"
}

for program in [ buffered; mapped; merged; Scoped.timeout (milliseconds 50) interrupted ] do
    match Scope.runSync program with
    | Ok() -> ()
    | Error error -> printfn $"{error}"

(* prints
buffer: [|1; 2|]
buffer: [|3|]
mapParallel: 1
mapParallel: 4
mapParallel: 9
mapParallel: 16
merge: 33
stuck after 7
timed out after 00:00:00.0500000
*)
