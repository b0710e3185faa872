namespace GoGoScope

open System.Collections.Generic

/// An item that gave a value.
[<Struct; NoComparison>]
type CompletedItem<'T> = {
    /// Its place among the items, from 0.
    Index: int
    /// What it gave.
    Value: 'T
}

/// An item that gave none.
[<Struct; NoComparison>]
type FailedItem<'E> = {
    /// Its place among the items, from 0.
    Index: int
    /// Why.
    Error: ScopeError<'E>
}

/// What became of many items, told apart.
[<NoComparison>]
type Aggregate<'T, 'E> = {
    /// Those that gave a value, in the order of the items.
    Completed: IReadOnlyList<CompletedItem<'T>>
    /// Those that did not, in the order of the items.
    Errors: IReadOnlyList<FailedItem<'E>>
    /// Whether each gave a value.
    AllCompleted: bool
}

/// Tells values and errors apart.
module internal Aggregating =

    let ofOutcomes (outcomes: Result<'T, ScopeError<'E>> array) : Aggregate<'T, 'E> =
        let completed = [|
            for index in 0 .. outcomes.Length - 1 do
                match outcomes[index] with
                | Ok value -> ({ Index = index; Value = value }: CompletedItem<'T>)
                | Error _ -> ()
        |]

        let errors = [|
            for index in 0 .. outcomes.Length - 1 do
                match outcomes[index] with
                | Ok _ -> ()
                | Error error -> ({ Index = index; Error = error }: FailedItem<'E>)
        |]

        {
            Completed = completed
            Errors = errors
            AllCompleted = errors.Length = 0
        }
