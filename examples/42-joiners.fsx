// Some are enough: any, a quorum, and a rule of your own.
// Run it: dotnet fsi examples/42-joiners.fsx (after: dotnet fsi build.fsx build)
#r "../artifacts/bin/GoGoScope.Core/release/Microsoft.Extensions.Logging.Abstractions.dll"
#r "../artifacts/bin/GoGoScope.Core/release/GoGoScope.dll"

open System
open GoGoScope

let vote (name: string) (wait: int) (answer: Result<string, string>) : Scoped<string, string> = scope {
    do! Scope.delay (TimeSpan.FromMilliseconds(float wait))
    return! answer |> Result.map (fun word -> $"{name} says {word}")
}

let replicas = [
    vote "a" 10 (Ok "7")
    vote "b" 1 (Error "b is down")
    vote "c" 30 (Ok "7")
    vote "d" 60_000 (Ok "7")
]

printfn $"any: %A{Scope.runSync (Parallel.any replicas)}"
printfn $"two of four: %A{Scope.runSync (Parallel.quorum 2 replicas)}"

match Scope.runSync (Parallel.quorum 4 replicas) with
| Ok _ -> printfn "four of four?"
| Error error -> printfn $"four of four: {error}"

/// Goes on until the answers are this long together.
let until (enough: int) () : Joiner<string, string, string list> =
    let heard = ref []

    {
        OnStart = ignore
        OnComplete =
            fun _ outcome ->
                match outcome with
                | Ok answer -> heard.Value <- answer :: heard.Value
                | Error _ -> ()

                if List.sumBy String.length heard.Value >= enough then
                    JoinStep.Decide
                else
                    JoinStep.Continue
        Result = fun () -> Ok(List.rev heard.Value)
    }

printfn $"a rule of one's own: %A{Scope.runSync (Parallel.join (until 16) replicas)}"

(* prints
any: Ok "a says 7"
two of four: Ok [|"a says 7"; "c says 7"|]
four of four: failed: "b is down"
a rule of one's own: Ok ["a says 7"; "c says 7"]
*)
