// Errors are values of your own types; scopeOf lifts several into one.
// Run it: dotnet fsi examples/02-typed-errors.fsx (after: dotnet fsi build.fsx build)
#r "../artifacts/bin/GoGoScope.Core/release/Microsoft.Extensions.Logging.Abstractions.dll"
#r "../artifacts/bin/GoGoScope.Core/release/GoGoScope.dll"

open GoGoScope

type DbError = NoRow of Id: int
type PriceError = NoPrice of Sku: string

type ShopError =
    | Database of DbError
    | Pricing of PriceError

    // `scopeOf<ShopError>` finds these by itself; without one the block does not compile.
    static member From(error: DbError) = Database error
    static member From(error: PriceError) = Pricing error

let sku (id: int) : Result<string, DbError> =
    if id < 0 then Error(NoRow id) else Ok $"sku-{id}"

let price (sku: string) : Result<int, PriceError> =
    if sku = "sku-7" then Error(NoPrice sku) else Ok 42

let cost (id: int) = scopeOf<ShopError> {
    let! sku = sku id
    let! price = price sku
    return if price > 0 then 1000 / id else price
}

let describe (cause: Cause<ShopError>) =
    match cause with
    | Cause.Failed(Database(NoRow id)) -> $"there is no row {id}"
    | Cause.Failed(Pricing(NoPrice sku)) -> $"{sku} has no price"
    | Cause.Crashed failure -> $"a bug: {failure.Message}" // thrown: never a plan
    | other -> $"{other}"

for id in [ 5; -1; 7; 0 ] do
    match Scope.runSync (cost id) with
    | Ok cost -> printfn $"{id} costs {cost}"
    | Error error -> printfn $"{id}: {describe error.Cause}"

// `mapError` makes one error type of every cause, crashes and timeouts included.
let words: Scoped<int, string> = cost -1 |> Scoped.mapError describe
printfn $"%A{Scope.runSync words |> Result.mapError _.Cause}"

(* prints
5 costs 200
-1: there is no row -1
7: sku-7 has no price
0: a bug: Attempted to divide by zero.
Error (Failed "there is no row -1")
*)
