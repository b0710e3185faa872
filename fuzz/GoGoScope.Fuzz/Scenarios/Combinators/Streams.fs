/// Streams through operators, against the lists that went in: one interleaving for each seed.
module GoGoScope.Fuzz.Combinators.StreamScenario

open System
open System.Collections.Generic
open System.Threading
open System.Threading.Tasks
open GoGoScope
open GoGoScope.Testing
open GoGoScope.Fuzz

let private milliseconds (count: int) = TimeSpan.FromMilliseconds(float count)

/// What is fuzzed.
type Library = {
    Merge: IAsyncEnumerable<int> list -> Scoped<IAsyncEnumerable<int>, string>
    Buffer: int -> IAsyncEnumerable<int> -> Scoped<IAsyncEnumerable<int array>, string>
    Map:
        int
            -> bool
            -> (int -> Scoped<int, string>)
            -> IAsyncEnumerable<int>
            -> Scoped<IAsyncEnumerable<int>, string>
}

let private real = {
    Merge = Stream.merge
    Buffer = fun count source -> Stream.buffer count (milliseconds 5) source
    Map =
        fun limit ordered change source ->
            if ordered then
                Stream.mapParallel limit change source
            else
                Stream.mapParallelUnordered limit change source
}

let private libraries = [
    "", real
    "drops-a-source",
    {
        real with
            Merge = fun sources -> Stream.merge (List.truncate 1 sources)
    }
    "forgets-limit",
    {
        real with
            Map = fun limit -> real.Map(limit + 1)
    }
    "forgets-order",
    {
        real with
            Map = fun limit _ -> real.Map limit false
    }
    "buffers-too-much",
    {
        real with
            Buffer = fun count -> real.Buffer(count + 1)
    }
]

let private counters = [
    "items that came out"
    "loops left early"
    "loops that were cut"
    "sources that failed"
    "sources closed"
]

type private Source(clock: TimeProvider, items: (int * int) list, fails: bool, closed: int ref) =
    interface IAsyncEnumerable<int> with
        member _.GetAsyncEnumerator token =
            let mutable index = -1

            {
                new IAsyncEnumerator<int> with
                    member _.Current = snd items[index]

                    member _.MoveNextAsync() =
                        ValueTask<bool>(
                            task {
                                index <- index + 1

                                if index < items.Length then
                                    if fst items[index] > 0 then
                                        do! Task.Delay(milliseconds (fst items[index]), clock, token)

                                    return true
                                else
                                    if fails then
                                        invalidOp "boom"

                                    return false
                            }
                        )

                    member _.DisposeAsync() =
                        closed.Value <- closed.Value + 1
                        ValueTask()
            }

let private round (library: Library) (_: Order) (seed: int) (tally: Tally) : Round =
    let random = Random seed
    let runtime = SeededRuntime seed
    let closed = ref 0
    let fails = random.Next 5 = 0
    let items start = [ for number in 0 .. random.Next 7 - 1 -> random.Next 5, start + number ]
    let left, right = items 0, items 1000
    let verb = random.Next 4
    let limit = 1 + random.Next 3
    let early = if random.Next 4 = 0 then random.Next 3 else Int32.MaxValue
    let mutable running = 0
    let mutable most = 0
    let out = ResizeArray<int>()
    let mutable largest = 0
    let mutable atEnd = -1

    let change item : Scoped<int, string> = scope {
        running <- running + 1
        most <- max most running

        try
            do! Scope.delay (milliseconds (item * 7 % 5))
            return item
        finally
            running <- running - 1
    }

    let source items =
        Source(runtime.Clock, items, fails, closed) :> IAsyncEnumerable<int>

    let loop (stream: IAsyncEnumerable<'T>) (take: 'T -> unit) : Scoped<unit, string> = scope {
        let! token = (fun (token: CancellationToken) -> Task.FromResult token)
        use items = stream.GetAsyncEnumerator token
        let mutable going = out.Count < early

        while going do
            let! more = fun (_: CancellationToken) -> items.MoveNextAsync()

            if more then
                take items.Current

            going <- more && out.Count < early
    }

    let program: Scoped<unit, string> = scope {
        match verb with
        | 0 ->
            let! stream = library.Merge [ source left; source right ]
            do! loop stream out.Add
        | 1 ->
            let! stream = library.Buffer limit (source left)

            do!
                loop stream (fun array ->
                    largest <- max largest array.Length
                    out.AddRange array)
        | 2 ->
            let! stream = library.Map limit true change (source left)
            do! loop stream out.Add
        | _ ->
            let! stream = library.Map limit false change (source left)
            do! loop stream out.Add

        atEnd <- running
    }

    let cut = random.Next 4 = 0

    let options =
        if cut then
            {
                ScopeOptions.Default with
                    Timeout = milliseconds (1 + random.Next 8)
            }
        else
            ScopeOptions.Default

    let outcome = runtime.Run(options, program)

    let tell name count =
        if count > 0 then
            tally.Add(name, count)

    tell "items that came out" out.Count
    tell "sources closed" closed.Value

    let expected = List.map snd (if verb = 0 then left @ right else left)
    let given = List.ofSeq out
    let isPrefix (mine: int list) (all: int list) = List.truncate mine.Length all = mine

    let inOrder =
        match verb with
        | 0 ->
            let mine, others = List.partition (fun item -> item < 1000) given
            isPrefix mine (List.map snd left) && isPrefix others (List.map snd right)
        | 3 ->
            Set.isSubset (Set.ofList given) (Set.ofList expected)
            && (List.distinct given).Length = given.Length
        | _ -> isPrefix given expected

    let whole =
        match outcome with
        | Ok() when early = Int32.MaxValue ->
            if (List.sort given) <> List.sort expected then
                [ $"%A{given} came out of %A{expected}" ]
            else
                []
        | Ok() ->
            tally.Add("loops left early", 1)
            []
        | Error { Cause = Cause.TimedOut _ } when cut ->
            tally.Add("loops that were cut", 1)
            []
        | Error { Cause = Cause.Crashed failure } when fails && failure.Message = "boom" ->
            tally.Add("sources that failed", 1)
            []
        | Error error -> [ $"the program failed: {error}" ]

    {
        Problems = [
            yield! whole
            if not inOrder then
                $"%A{given} came out of %A{expected} in this order"
            if most > limit then
                $"{most} ran at once, but the limit is {limit}"
            if largest > limit then
                $"an array of {largest}, but the limit is {limit}"
            if running <> 0 || atEnd > 0 then
                "something still ran at the end"
            if closed.Value > 2 then
                $"sources were closed {closed.Value} times"
            if runtime.Clock.PendingTimers > 0 then
                "a timer is left"
        ]
        Story = [
            $"verb {verb}, limit {limit}, fails {fails}, early {early}, cut {cut}: {outcome}"
            $"%A{left}"
            $"%A{right}"
        ]
    }

let scenario: Scenario = Rounds.scenario "streams" counters libraries round
