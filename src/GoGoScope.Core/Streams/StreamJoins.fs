namespace GoGoScope

open System
open System.Collections.Generic
open System.Threading
open System.Threading.Tasks
open GoGoScope.CompilerServices

/// The pumps that run several things at once.
[<AbstractClass; Sealed>]
type internal StreamJoins =

    /// What a child of a pump came to, where the consumer is given exceptions.
    static member private Checked(scope: Scope, outcome: Outcome<'T, 'E>) : 'T =
        match outcome with
        | Ok value -> value
        | Error error -> StreamError.Raise(scope, error)

    /// Passes on every item of a source, and closes it.
    static member private Pass<'T>
        (source: IAsyncEnumerable<'T>, take: 'T -> Scoped<unit, Never>)
        : Scoped<unit, Never> =
        let builder = ScopeBuilder()

        builder {
            let! pull =
                (fun (child: Scope) -> ValueTask<Outcome<Pull<'T>, Never>>(Ok(Pull<'T>(child, source))))

            use _ = pull
            let mutable going = true

            while going do
                let! next = (fun (_: Scope) -> pull.Next<Never>())

                match next with
                | ValueSome item -> do! take item
                | ValueNone -> going <- false
        }

    static member private Write(scope: Scope, outlet: Outlet<'R>, item: 'R) : Scoped<unit, Never> =
        fun child ->
            child.Lent <- child.Lent + 1 // `Await` takes back what this step was not lent
            let wait = outlet.WriteAsync(item, scope.Token)

            if wait.IsCompletedSuccessfully then
                child.Lent <- child.Lent - 1
                ValueTask<Outcome<unit, Never>>(Ok())
            else
                Await.Task<unit, Never, UnitShape<Never>>(child, wait.AsTask(), true)

    /// The items of all as they come; the first failure ends it.
    static member Merge<'T> (sources: IAsyncEnumerable<'T> array) (scope: Scope) (outlet: Outlet<'T>) : Task =
        task {
            let each = [|
                for source in sources ->
                    StreamJoins.Pass(source, (fun item -> StreamJoins.Write(scope, outlet, item)))
            |]

            let pace = {
                Limit = Int32.MaxValue
                Progress = Progress.None
                StopOnError = false
            }

            let! outcome =
                (ParallelKernel.All(scope, pace, each.Length, (fun index -> each[index]))).ConfigureAwait
                    scope.Dispatcher.UsesContext

            StreamJoins.Checked(scope, outcome) |> ignore
        }

    /// The values as they come.
    static member Unordered<'A, 'T, 'E>
        (limit: int, change: 'A -> Scoped<'T, 'E>, source: IAsyncEnumerable<'A>)
        (scope: Scope)
        (outlet: Outlet<'T>)
        : Task = task {
        let builder = ScopeBuilder()

        let one item : Scoped<unit, 'E> = builder {
            let! value = ParallelKernel.Make(change, item)

            do!
                (fun (child: Scope) ->
                    Await.Changed(
                        child,
                        (StreamJoins.Write(scope, outlet, value)) child,
                        Result.mapError ScopeError.untyped
                    ))
        }

        let pace = {
            Limit = limit
            Progress = Progress.None
            StopOnError = false
        }

        let! outcome =
            (ParallelKernel.ForEach(scope, pace, one, source, (fun _ () -> ()))).ConfigureAwait
                scope.Dispatcher.UsesContext

        StreamJoins.Checked(scope, outcome)
    }

    /// The values in the order of the items: at most `limit` run or wait for their turn to come out.
    static member Ordered<'A, 'T, 'E>
        (limit: int, change: 'A -> Scoped<'T, 'E>, source: IAsyncEnumerable<'A>)
        (scope: Scope)
        (outlet: Outlet<'T>)
        : Task = task {
        let turns = SortedDictionary<int, 'T>()
        let places = Places<'E> limit
        let mutable next = 0
        let gate = obj ()
        let writing = ref false

        // one of those that have ended writes all that is ready, in order
        let ready () =
            lock gate (fun () ->
                match turns.TryGetValue next with
                | true, value ->
                    turns.Remove next |> ignore
                    next <- next + 1
                    ValueSome value
                | _ ->
                    writing.Value <- false
                    ValueNone)

        let builder = ScopeBuilder()

        let flush () : Scoped<unit, 'E> = builder {
            let mutable going = true

            while going do
                match ready () with
                | ValueSome value ->
                    do!
                        (fun (child: Scope) ->
                            Await.Changed(
                                child,
                                (StreamJoins.Write(scope, outlet, value)) child,
                                Result.mapError ScopeError.untyped
                            ))

                    places.Give()
                | ValueNone -> going <- false
        }

        let one (_: Scope) (index: int) (item: 'A) : Scoped<unit, 'E> = builder {
            let! value =
                (fun (child: Scope) -> (Pipeline.Guard(child, ParallelKernel.Make(change, item))) child)

            let mine =
                lock gate (fun () ->
                    turns[index] <- value
                    let mine = not writing.Value && index = next
                    writing.Value <- writing.Value || mine
                    mine)

            if mine then
                do! flush ()
        }

        let! outcome =
            (ParallelKernel.Pulled(scope, places, one, source)).ConfigureAwait scope.Dispatcher.UsesContext

        StreamJoins.Checked(scope, outcome)
    }
