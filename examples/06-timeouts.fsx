// A deadline flows down: its owner reports TimedOut, everything below is cancelled for that reason.
// Run it: dotnet fsi examples/06-timeouts.fsx (after: dotnet fsi build.fsx build)
#r "../artifacts/bin/GoGoScope.Core/release/Microsoft.Extensions.Logging.Abstractions.dll"
#r "../artifacts/bin/GoGoScope.Core/release/GoGoScope.dll"

open System
open System.Threading
open GoGoScope

let ms (count: int) = TimeSpan.FromMilliseconds(float count)

let slow (name: string) : Scoped<string, string> = scope {
    let! here = Scope.current
    use _ = here |> Scope.onCancel (fun reason -> printfn $"{name}: {reason}")
    do! Scope.delay (ms 60_000)
    return name
}

// Only one step has little time; the block may go on without it.
let withFallback: Scoped<string, string> = scope {
    match! slow "mirror" |> Scoped.timeout (ms 5) |> Scoped.result with
    | Ok text -> return text
    | Error { Cause = Cause.TimedOut after } -> return $"cached, after {after.TotalMilliseconds} ms"
    | Error error -> return $"{error}"
}

// The whole scope has little time: that is its failure.
let options = {
    ScopeOptions.Default with
        Name = "report"
        Timeout = ms 10
}

let whole: Scoped<string, string> = scope {
    let! left = slow "left"
    and! right = slow "right"
    return left + right
}

printfn $"%A{Scope.runSync withFallback}"
let outcome = (Scope.runWith options CancellationToken.None whole).Result
printfn $"%A{outcome |> Result.mapError _.Cause}"

(* prints
mirror: the time allowed, 00:00:00.0050000, has passed
Ok "cached, after 5 ms"
left: its parent ended: the time allowed, 00:00:00.0100000, has passed
right: its parent ended: the time allowed, 00:00:00.0100000, has passed
Error (TimedOut 00:00:00.0100000)
*)
