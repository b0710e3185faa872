namespace GoGoScope

open System

/// A queue in an array that grows with what it holds, and gives a large array back once it is empty.
[<Struct; NoComparison; NoEquality>]
type internal Ring<'T> =
    [<DefaultValue(false)>]
    val mutable private items: 'T array

    [<DefaultValue(false)>]
    val mutable private head: int

    [<DefaultValue(false)>]
    val mutable private count: int

    member this.Count = this.count

    member private this.Grow() =
        let larger = Array.zeroCreate<'T>(max 8 (this.items.Length * 2))
        let tail = min this.count (this.items.Length - this.head)
        Array.Copy(this.items, this.head, larger, 0, tail)
        Array.Copy(this.items, 0, larger, tail, this.count - tail)
        this.items <- larger
        this.head <- 0

    member this.Push(item: 'T) =
        if obj.ReferenceEquals(this.items, null) then
            this.items <- Array.zeroCreate 8
        elif this.count = this.items.Length then
            this.Grow()

        this.items[(this.head + this.count) &&& (this.items.Length - 1)] <- item
        this.count <- this.count + 1

    /// Only when it holds one.
    member this.Pop() : 'T =
        let item = this.items[this.head]
        this.items[this.head] <- Unchecked.defaultof<'T>
        this.head <- (this.head + 1) &&& (this.items.Length - 1)
        this.count <- this.count - 1

        if this.count = 0 && this.items.Length > 1024 then
            this.items <- Unchecked.defaultof<'T array>
            this.head <- 0

        item

[<Struct; NoComparison; NoEquality>]
type internal Ranked<'T> = {
    Item: 'T
    Rank: int
    Number: int64
} with

    member this.IsBefore(other: Ranked<'T>) =
        this.Rank < other.Rank || (this.Rank = other.Rank && this.Number < other.Number)

/// A binary heap: the lowest rank comes out first, equals in the order in which they went in.
[<Sealed>]
type internal Heap<'T>() =
    let mutable items = Array.zeroCreate<Ranked<'T>> 8
    let mutable count = 0
    let mutable number = 0L

    let swap left right =
        let held = items[left]
        items[left] <- items[right]
        items[right] <- held

    let rise from =
        let mutable place = from

        while place > 0 && items[place].IsBefore items[(place - 1) / 2] do
            swap place ((place - 1) / 2)
            place <- (place - 1) / 2

    let sink from =
        let mutable place = from
        let mutable go = true

        while go do
            let left = 2 * place + 1
            let right = left + 1
            let mutable best = place

            if left < count && items[left].IsBefore items[best] then
                best <- left

            if right < count && items[right].IsBefore items[best] then
                best <- right

            if best = place then
                go <- false
            else
                swap place best
                place <- best

    let takeAt place =
        let taken = items[place].Item
        count <- count - 1
        items[place] <- items[count]
        items[count] <- Unchecked.defaultof<_>

        if place < count then
            sink place
            rise place

        taken

    member _.Count = count

    member _.Push(item: 'T, rank: int) =
        if count = items.Length then
            Array.Resize(&items, count * 2)

        number <- number + 1L

        items[count] <- {
            Item = item
            Rank = rank
            Number = number
        }

        count <- count + 1
        rise (count - 1)

    /// Only when it holds one.
    member _.Pop() : 'T = takeAt 0

    /// Whether an item of this rank, sent now, would be the last in line.
    member _.WouldBeLast(rank: int) =
        let mutable last = true

        for place in count / 2 .. count - 1 do
            if items[place].Rank > rank then
                last <- false

        last

    /// Takes out the last in line, by a look at the leaves.
    member _.PopLast() : 'T =
        let mutable worst = count / 2

        for place in worst + 1 .. count - 1 do
            if items[worst].IsBefore items[place] then
                worst <- place

        takeAt worst
