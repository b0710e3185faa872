// A circuit breaker stops calling what keeps failing. One breaker for a service, shared by all calls.
// Run it: dotnet fsi examples/31-breaker.fsx (after: dotnet fsi build.fsx build)
#r "../artifacts/bin/GoGoScope.Core/release/Microsoft.Extensions.Logging.Abstractions.dll"
#r "../artifacts/bin/GoGoScope.Core/release/GoGoScope.dll"

open System
open GoGoScope

let ms (count: float) = TimeSpan.FromMilliseconds count

let breaker =
    CircuitBreaker.create {
        CircuitBreakerOptions.Default with
            Name = "stock"
            FailureThreshold = 2
            ResetTimeout = ms 50.
    }

breaker.OnChange(fun change -> printfn $"{change.Circuit}: {change.From} -> {change.To}")
|> ignore

let mutable healthy = false

let stock: Scoped<int, string> = scope { if healthy then return 3 else return! Error "no answer" }

let ask: Scoped<unit, string> = scope {
    match! stock |> CircuitBreaker.guard breaker |> Scoped.result with
    | Ok count -> printfn $"{count} left"
    | Error {
                Cause = Cause.Rejected(Rejection.CircuitOpen after)
            } -> printfn $"not asked: {after > TimeSpan.Zero}"
    | Error error -> printfn $"{error}"
}

let afternoon: Scoped<unit, string> = scope {
    do! ask
    do! ask
    do! ask // the circuit is open: the service has its rest
    healthy <- true
    do! Scope.delay (ms 60.)
    do! ask // one probe
    do! ask
}

printfn $"%A{Scope.runSync afternoon}"

(* prints
failed: "no answer"
stock: Closed -> Open
failed: "no answer"
not asked: True
stock: Open -> HalfOpen
stock: HalfOpen -> Closed
3 left
3 left
Ok ()
*)
