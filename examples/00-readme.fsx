// The example of the README. Run it: dotnet fsi examples/00-readme.fsx (after: dotnet fsi build.fsx build)
#r "../artifacts/bin/GoGoScope.Core/release/Microsoft.Extensions.Logging.Abstractions.dll"
#r "../artifacts/bin/GoGoScope.Core/release/GoGoScope.dll"

open System
open System.Threading
open System.Threading.Tasks
open GoGoScope

type ShopError =
    | NoSuchUser of Id: int
    | SoldOut of Sku: string

let findUser (id: int) (ct: CancellationToken) : Task<Result<string, ShopError>> = task {
    do! Task.Delay(1, ct)
    return if id < 0 then Error(NoSuchUser id) else Ok $"user {id}"
}

let stock (sku: string) (ct: CancellationToken) : Task<Result<int, ShopError>> = task {
    do! Task.Delay(2, ct)
    return if sku = "umbrella" then Error(SoldOut sku) else Ok 3
}

let checkout (id: int) (sku: string) = scope {
    do! Scope.onDispose (fun () -> printfn "closed")
    let! user = findUser id // CancellationToken -> Task<Result<_, ShopError>>
    and! count = stock sku // at the same time; if one fails, the other is stopped and waited for
    return $"{user} takes one of {count} {sku}s"
}

let options = {
    ScopeOptions.Default with
        Timeout = TimeSpan.FromSeconds 3.
}

for id, sku in [ 7, "lamp"; 7, "umbrella" ] do
    match (checkout id sku |> Scope.runWith options CancellationToken.None).Result with
    | Ok receipt -> printfn $"{receipt}"
    | Error { Cause = Cause.Failed(SoldOut sku) } -> printfn $"no {sku} left"
    | Error error -> printfn $"no sale: {error}"

(* prints
closed
user 7 takes one of 3 lamps
closed
no umbrella left
*)
