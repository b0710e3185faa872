/// The values of FsToolkit.ErrorHandling's expressions stand right of `let!` as they are.
module GoGoScope.Tests.FsToolkitTests

open System.Threading.Tasks
open FsToolkit.ErrorHandling
open GoGoScope
open GoGoScope.Tests.BuilderFixtures
open Xunit

let private positive number : Result<int, string> = result {
    if number <= 0 then
        return! Error $"{number} is not positive"

    return number
}

let private positiveLater number : Async<Result<int, string>> = asyncResult {
    do! Async.Sleep 0
    return! positive number
}

/// What `taskResult`, which has a package of its own in this version, gives.
let private positiveTask number : Task<Result<int, string>> = task {
    do! Task.Yield()
    return positive number
}

let private bothPositive a b : Validation<int, string> = validation {
    let! a = positive a
    and! b = positive b
    return a + b
}

[<Fact>]
let ``result, asyncResult and a task of a result bind, and give their values`` () =
    let block: Scoped<int, string> = scope {
        let! a = positive 1
        let! b = positiveLater 2
        let! c = positiveTask 3
        return a + b + c
    }

    equal (Ok 6) (outcome block)

[<Fact>]
let ``the error of each of them is the error of the block`` () =
    failsWith "-1 is not positive" (outcome (scope { return! positive -1 }))
    failsWith "-2 is not positive" (outcome (scope { return! positiveLater -2 }))
    failsWith "-3 is not positive" (outcome (scope { return! positiveTask -3 }))

[<Fact>]
let ``what is validated binds where the error is a list, and keeps every error`` () =
    let block a b : Scoped<int, string list> = scope {
        let! sum = bothPositive a b
        return sum
    }

    equal (Ok 3) (outcome (block 1 2))
    failsWith [ "-1 is not positive"; "0 is not positive" ] (outcome (block -1 0))
