namespace GoGoScope

open GoGoScope.Missing

/// A message, and how many have still to read it.
[<Struct; NoComparison; NoEquality>]
type internal Slot<'T> =
    val mutable Item: 'T
    val mutable Left: int

/// Messages written once and read by many, each by a cursor of its own. It holds a message until the last one has read it.
[<Sealed>]
type internal SharedRing<'T>() =
    let mutable slots = Array.zeroCreate<Slot<'T>> 16
    let mutable head = 0L
    let mutable tail = 0L

    /// The number of the next message.
    member _.Tail = tail

    member private _.Place(number: int64) =
        int (number &&& int64 (slots.Length - 1))

    member private this.Grow() =
        let larger = Array.zeroCreate<Slot<'T>>(slots.Length * 2)

        for number in head .. tail - 1L do
            larger[int (number &&& int64 (larger.Length - 1))] <- slots[this.Place number]

        slots <- larger

    /// Gives up what all have read.
    member private this.Trim() =
        while head < tail && slots[this.Place head].Left = 0 do
            slots[this.Place head] <- Unchecked.defaultof<_>
            head <- head + 1L

        if head = tail && slots.Length > 1024 then
            slots <- Array.zeroCreate 16

    /// A message that `left` have to read.
    member this.Write(item: 'T, left: int) =
        if left = 0 && head = tail then
            head <- head + 1L
        else
            if tail - head = int64 slots.Length then
                this.Grow()

            let place = this.Place tail
            slots[place].Item <- item
            slots[place].Left <- left

        tail <- tail + 1L

    /// The message at the cursor, which moves on.
    member this.Read(cursor: byref<int64>) : 'T =
        let place = this.Place cursor
        let item = slots[place].Item
        slots[place].Left <- slots[place].Left - 1
        cursor <- cursor + 1L

        if slots[place].Left = 0 then
            this.Trim()

        item
