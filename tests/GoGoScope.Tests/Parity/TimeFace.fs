/// What is shaped by time, in F#, for the stories that both languages tell.
namespace GoGoScope.Tests.Parity

open System
open System.Collections.Generic
open System.Threading
open System.Threading.Tasks
open GoGoScope
open GoGoScope.Contracts

[<Sealed>]
type FSharpTimeFace() =
    inherit TimeFace()

    let seconds (count: float) = TimeSpan.FromSeconds count

    let made (verb: ValueTask<Result<'T, ScopeError<string>>>) : 'T =
        match verb.Result with
        | Ok value -> value
        | Error error -> invalidOp $"{error}"

    let all (make: Scoped<IAsyncEnumerable<'T>, string>) : Scoped<string, string> = scope {
        let! stream = make
        let said = ResizeArray<string>()

        for item in stream do
            said.Add $"{item}"

        return String.Join(' ', said)
    }

    let calls
        (times: IReadOnlyList<float>)
        (call: int -> Scoped<'T, string>)
        (say: 'T -> string)
        : Scoped<string, string> = scope {
        let! said =
            Parallel.map
                (fun index -> scope {
                    do! Scope.delay (seconds times[index])
                    let! called = call index
                    return say called
                })
                [ 0 .. times.Count - 1 ]

        return String.Join(',', said)
    }

    override _.Poll(here, interval, immediate, failed, work) =
        let options: Poll.Options<string> = {
            Poll.defaults with
                Interval = seconds interval
                Immediate = immediate
                OnError =
                    Action<ScopeError<string>>(fun error -> failed.Invoke((Outcome.Of error).ToString()))
        }

        made (Poll.startWith options (Scoped.map ignore (scoped work)) here)

    override _.Every(here, interval, work) =
        unitInScope here (Every.run (seconds interval) (Scoped.map ignore (scoped work)))

    override _.Debounce(here, wait, leading, times) =
        inScope
            here
            (scope {
                let! debounce =
                    Debounce.makeWith
                        {
                            Debounce.Options.Default with
                                Wait = seconds wait
                                Leading = leading
                        }
                        (fun (index: int) -> Scoped.value index)

                return!
                    calls times (fun index -> Debounce.call index debounce) (function
                        | Debounced.Ran value -> $"ran {value}"
                        | Debounced.Superseded _ -> "superseded")
            })

    override _.Throttle(here, interval, trailing, times) =
        inScope
            here
            (scope {
                let! throttle =
                    Throttle.makeWith
                        {
                            Throttle.Options.Default with
                                Interval = seconds interval
                                Trailing = trailing
                        }
                        (fun (index: int) -> Scoped.value index)

                return!
                    calls times (fun index -> Throttle.call index throttle) (function
                        | Throttled.Ran value -> $"ran {value}"
                        | Throttled.Skipped after -> $"skipped {after.TotalSeconds}")
            })

    override _.Batch(here, size, items, flushed) =
        let batch =
            made (
                Batch.makeWith
                    {
                        Batch.Options.Default with
                            Size = size
                    }
                    (fun (rows: string array) -> scope { flushed.Invoke(String.Concat rows) })
                    here
            )

        for item in items do
            made (Batch.add item batch here)

        Outcome.Ok "added"

    override _.Buffer(here, count, within, source) =
        scope {
            let! arrays = Stream.buffer count (seconds within) source
            let said = ResizeArray<string>()

            for array in arrays do
                said.Add(String.Concat array)

            return String.Join(' ', said)
        }
        |> inScope here

    override _.Quiet(here, wait, source) =
        inScope here (all (Stream.debounce (seconds wait) source))

    override _.Sampled(here, interval, source) =
        inScope here (all (Stream.throttle (seconds interval) source))

    override _.Merged(here: Scope, [<ParamArray>] sources: IAsyncEnumerable<string> array) =
        inScope here (all (Stream.merge sources))

    override _.Mapped(here, concurrency, ordered, source, work) =
        let change (item: string) : Scoped<string, string> = scope {
            let! child = Scope.current
            return! fun (_: CancellationToken) -> work.Invoke(item, child)
        }

        let map =
            if ordered then
                Stream.mapParallel
            else
                Stream.mapParallelUnordered

        inScope here (all (map concurrency change source))

    override _.Bound(here, source) =
        inScope here (all (Stream.ofSource source))

type TimeParity() =
    inherit TimeStories(FSharpFace(), FSharpTimeFace())
