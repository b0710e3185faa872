/// Code that throws, as a value.
module GoGoScope.Tests.Foundation.TryTests

open System
open System.Threading.Tasks
open GoGoScope
open GoGoScope.Tests
open Xunit

let private boom: exn = InvalidOperationException "boom"
let private later () = task { do! Task.Yield() }

[<Fact>]
let ``run gives the value or the exception`` () =
    Assert.Equal<Result<int, exn>>(Ok 1, Try.run (fun () -> 1))
    Assert.Equal<Result<int, exn>>(Error boom, Try.run (fun () -> raise boom))

[<Fact>]
let ``message gives the value or the exception's text`` () =
    Assert.Equal<Result<int, string>>(Ok 1, Try.message (fun () -> 1))
    Assert.Equal<Result<int, string>>(Error "boom", Try.message (fun () -> raise boom))

[<Fact>]
let ``the async twins catch what is thrown before and after the first wait`` () =
    Story.run (fun () -> task {
        let good () = task {
            do! later ()
            return 1
        }

        let early () : Task<int> = raise boom

        let late () : Task<int> = task {
            do! later ()
            return raise boom
        }

        let! a = Try.runAsync good
        let! b = Try.runAsync early
        let! c = Try.runAsync late
        Assert.Equal<Result<int, exn> list>([ Ok 1; Error boom; Error boom ], [ a; b; c ])
        let! d = Try.messageAsync good
        let! e = Try.messageAsync early
        let! f = Try.messageAsync late
        Assert.Equal<Result<int, string> list>([ Ok 1; Error "boom"; Error "boom" ], [ d; e; f ])
    })
