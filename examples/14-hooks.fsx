// Hooks tell what happens in a scope and all below it. A hook that throws changes nothing but a line in the log.
// Run it: dotnet fsi examples/14-hooks.fsx (after: dotnet fsi build.fsx build)
#r "../artifacts/bin/GoGoScope.Core/release/Microsoft.Extensions.Logging.Abstractions.dll"
#r "../artifacts/bin/GoGoScope.Core/release/GoGoScope.dll"

open System
open System.Collections.Generic
open System.Threading
open GoGoScope

let ms (count: float) = TimeSpan.FromMilliseconds count

let hooks = {
    ScopeHooks.None with
        BeforeTask =
            Action<_>(fun task ->
                let tags = String.Concat [ for tag in task.Tags -> $", {tag.Key} {tag.Value}" ]
                printfn $"+ {task.Task} in {task.Scope}{tags}")
        AfterTask = Action<_>(fun ended -> printfn $"- {ended.Task.Task}: {ended.Ending}")
        OnCancel = Action<_>(fun scope -> printfn $"! {scope.Scope}: {scope.Reason}")
        OnDispose = Action<_>(fun scope -> printfn $". {scope.Scope}")
        OnUnobserved = Action<_>(fun lost -> printfn $"? {lost.Exception.Message}")
}

let options = {
    ScopeOptions.Default with
        Name = "orders"
        Hooks = hooks
}

let named (name: string) = TaskOptions.named name

let tagged (name: string) (order: int) = {
    named name with
        Tags = [| KeyValuePair<string, obj>("order", order) |]
}

let good: Scoped<unit, string> = scope {
    let! _ = Scope.daemonWith (named "metrics", Scope.delay (TimeSpan.FromDays 1.))
    let! _ = Scope.forkWith (tagged "charge" 7, Scope.delay (ms 5.))
    return ()
}

printfn $"%A{(Scope.runWith options CancellationToken.None good).Result}" // an ordinary end is no cancellation

let bad: Scoped<unit, string> = scope {
    let! _ = Scope.forkWith (named "mail", Scope.delay (ms 500.))
    let! _ = Scope.forkWith (tagged "charge" 8, Scoped.fail "card refused")
    return ()
}

match (Scope.runWith options CancellationToken.None bad).Result with
| Ok() -> printfn "paid"
| Error error -> printfn $"{error.Cause}"

(* prints
+ metrics in orders
+ charge in orders, order 7
- charge: Succeeded
- metrics: Cancelled
. orders
Ok ()
+ mail in orders
+ charge in orders, order 8
- charge: Failed
! orders: its sibling 'charge' failed
- mail: Cancelled
. orders
failed: "card refused"
*)
