// Retries by a schedule. A schedule is a value: build it once, share it, and look at it before you use it.
// Run it: dotnet fsi examples/30-retry.fsx (after: dotnet fsi build.fsx build)
#r "../artifacts/bin/GoGoScope.Core/release/Microsoft.Extensions.Logging.Abstractions.dll"
#r "../artifacts/bin/GoGoScope.Core/release/GoGoScope.dll"

open System
open GoGoScope

type Fault =
    | Busy of RetryAfter: TimeSpan
    | NoSuchCity of Name: string

let ms (count: float) = TimeSpan.FromMilliseconds count

// Three quick ones, then slower and slower, never above 50 ms, and not at all for what will not get better.
let patient: Schedule<Fault> =
    Schedule.constant (ms 1.)
    |> Schedule.upTo 3
    |> Schedule.andThen (Schedule.linear (ms 10.) (ms 15.) |> Schedule.upTo 4)
    |> Schedule.max (ms 50.)
    |> Schedule.whileError (fun cause ->
        match cause with
        | Cause.Failed(NoSuchCity _) -> false
        | _ -> true)

for delay in patient.Delays(Cause.Failed(Busy TimeSpan.Zero), Random 1) do
    printf $"{delay.TotalMilliseconds} "

printfn "ms"

let mutable calls = 0

let forecast (city: string) : Scoped<int, Fault> = scope {
    calls <- calls + 1

    if city = "Atlantis" then return! Error(NoSuchCity city)
    elif calls < 4 then return! Error(Busy(ms 5.))
    else return city.Length
}

// Waits at least as long as the server asks, and says so.
let options = {
    RetryOptions.Default with
        Schedule = patient
        RetryAfter =
            fun cause ->
                match cause with
                | Cause.Failed(Busy after) -> ValueSome after
                | _ -> ValueNone
        OnRetry =
            fun it ->
                printfn $"attempt {it.Attempt} {it.Error.Cause}; again in {it.Delay.TotalMilliseconds} ms"
}

for city in [ "Oslo"; "Atlantis" ] do
    match forecast city |> Retry.withOptions options |> Scope.runSync with
    | Ok degrees -> printfn $"{city}: {degrees}"
    | Error error -> printfn $"{city}: {error.Cause}"

(* prints
1 1 1 10 25 40 50 ms
attempt 1 failed: Busy 00:00:00.0050000; again in 5 ms
attempt 2 failed: Busy 00:00:00.0050000; again in 5 ms
attempt 3 failed: Busy 00:00:00.0050000; again in 5 ms
Oslo: 4
Atlantis: failed: NoSuchCity "Atlantis"
*)
