/// Streams in a scope: bound, buffered, debounced, throttled, merged, mapped.
module GoGoScope.Tests.Streams.StreamTests

open System
open System.Collections.Generic
open System.Threading
open System.Threading.Tasks
open GoGoScope
open GoGoScope.Testing
open GoGoScope.Tests
open Xunit

[<Fact>]
let ``a bound source gives its items and is closed`` () =
    let outcome, out, told =
        run 1 (fun clock told -> Stream.ofSource (source clock told steps None))

    Expect.ok () outcome
    Assert.Equal<string list>([ "0 1"; "4 2"; "8 3"; "48 4" ], out)
    Assert.Equal<string list>([ "closed" ], told)

[<Fact>]
let ``what the source throws comes out, after the items before it`` () =
    let boom = InvalidOperationException "boom"

    let check (make: IAsyncEnumerable<int> -> Scoped<IAsyncEnumerable<'T>, string>) expected =
        let outcome, out, told =
            run 1 (fun clock told -> make (source clock told steps (Some boom)))

        Expect.cause (Cause.Crashed boom) outcome
        Assert.Equal<string list>(expected, out)
        Assert.Equal<string list>([ "closed" ], told)

    check Stream.ofSource [ "0 1"; "4 2"; "8 3"; "48 4" ]
    check (Stream.buffer 9 (Step.milliseconds 10.)) [ "10 [|1; 2; 3|]"; "48 [|4|]" ]
    check (fun source -> Stream.merge [ source ]) [ "0 1"; "4 2"; "8 3"; "48 4" ]

[<Fact>]
let ``buffer gives arrays by count and by time`` () =
    let outcome, out, _ =
        run 1 (fun clock told -> Stream.buffer 2 (Step.milliseconds 10.) (source clock told steps None))

    Expect.ok () outcome
    Assert.Equal<string list>([ "4 [|1; 2|]"; "18 [|3|]"; "48 [|4|]" ], out)

[<Fact>]
let ``debounce gives the last of each burst, throttle the first in each interval`` () =
    let outcome, out, _ =
        run 1 (fun clock told -> Stream.debounce (Step.milliseconds 10.) (source clock told steps None))

    Expect.ok () outcome
    Assert.Equal<string list>([ "18 3"; "48 4" ], out)

    let outcome, out, _ =
        run 1 (fun clock told -> Stream.throttle (Step.milliseconds 6.) (source clock told steps None))

    Expect.ok () outcome
    Assert.Equal<string list>([ "0 1"; "8 3"; "48 4" ], out)

[<Fact>]
let ``merge gives everything, each source in its order`` () =
    Law.holds (fun (left: byte list, right: byte list, seed: int) -> task {
        let items (waits: byte list) start = [
            for index, wait in List.indexed waits -> float (wait % 4uy), start + index
        ]

        let runtime = SeededRuntime seed
        let told = ResizeArray<string>()
        let out = ResizeArray<int>()

        let program: Scoped<unit, string> = scope {
            let! merged =
                Stream.merge [
                    source runtime.Clock told (items left 0) None
                    source runtime.Clock told (items right 1000) None
                ]

            for item in merged do
                out.Add item
        }

        let outcome = runtime.Run program
        let mine, others = List.partition (fun item -> item < 1000) (List.ofSeq out)

        return
            outcome.IsOk
            && mine = List.map snd (items left 0)
            && others = List.map snd (items right 1000)
            && told.Count = 2
    })

[<Fact>]
let ``mapParallel gives the values in order, or as they are ready, and never runs more than so many`` () =
    Law.holds (fun (waits: byte list, FsCheck.PositiveInt limited, ordered: bool, seed: int) -> task {
        let limit = limited % 4 + 1
        let runtime = SeededRuntime seed
        let told = ResizeArray<string>()
        let out = ResizeArray<int>()
        let running = ref 0
        let most = ref 0

        let change index : Scoped<int, string> = scope {
            running.Value <- running.Value + 1
            most.Value <- max most.Value running.Value
            do! Step.delay (float (waits[index] % 8uy))
            running.Value <- running.Value - 1
            return index * 2
        }

        let items = [ for index in 0 .. waits.Length - 1 -> 0., index ]

        let program: Scoped<unit, string> = scope {
            let map =
                if ordered then
                    Stream.mapParallel
                else
                    Stream.mapParallelUnordered

            let! mapped = map limit change (source runtime.Clock told items None)

            for item in mapped do
                out.Add item
        }

        let outcome = runtime.Run program
        let values = List.ofSeq out

        return
            outcome.IsOk
            && (if ordered then values else List.sort values) = [
                for index in 0 .. waits.Length - 1 -> index * 2
            ]
            && most.Value <= limit
            && running.Value = 0
    })
