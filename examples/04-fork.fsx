// fork starts a child. Its failure fails the scope, which stops the other children and waits for them.
// Run it: dotnet fsi examples/04-fork.fsx (after: dotnet fsi build.fsx build)
#r "../artifacts/bin/GoGoScope.Core/release/Microsoft.Extensions.Logging.Abstractions.dll"
#r "../artifacts/bin/GoGoScope.Core/release/GoGoScope.dll"

open System
open System.Threading
open System.Threading.Tasks
open GoGoScope

let worker (name: string) : Scoped<int, string> = scope {
    let! here = Scope.current

    use _ =
        here
        |> Scope.onCancel (fun reason -> printfn $"{name} is told to stop: {reason}")

    do! Scope.delay (TimeSpan.FromMinutes 1.)
    return name.Length
}

let failing: Scoped<int, string> = scope {
    do! Scope.delay (TimeSpan.FromMilliseconds 5.)
    return! Error "disk full"
}

let sum: Scoped<int, string> = scope {
    let! one = fork (scope { return 1 })
    let! two = fork (scope { return 2 })
    let! a = one // a handle binds like any other work, any number of times
    let! b = two
    return a + b
}

let failFast: Scoped<int, string> = scope {
    let! first = worker "first" |> fork

    let! _ =
        Scope.forkWith (
            {
                TaskOptions.Default with
                    Name = "writer"
            },
            failing
        )

    let! length = first // never comes to a value: the writer fails meanwhile
    printfn "not reached"
    return length
}

for work in [ sum; failFast ] do
    match Scope.runSync work with
    | Ok number -> printfn $"{number}"
    | Error error -> printfn $"{error}"

(* prints
3
first is told to stop: its sibling 'writer' failed
failed: "disk full"
*)
