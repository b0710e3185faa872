namespace GoGoScope

open System.Threading

/// What entering a scope came to.
type internal Entry =
    /// The scope has closed.
    | Closed = 0
    /// Counted in.
    | Counted = 1
    /// Counted in, and the scope's spare belongs to whoever entered.
    | WithSpare = 2

/// How much still runs in a scope, in one word, so that "the last one has left" and "nobody can enter any more" are
/// the same atomic step. Bit 0 says that a spare scope is there, bit 1 that the body runs, the rest is the number of children.
[<Struct; NoComparison; NoEquality>]
type internal ChildCount =
    [<DefaultValue(false)>]
    val mutable private word: int

    static member private Spare = 1
    static member private Body = 2
    static member private Child = 4

    member this.BodyStarts() = this.word <- ChildCount.Body

    member this.BodyRuns = Volatile.Read(&this.word) &&& ChildCount.Body <> 0
    member this.HasChildren = Volatile.Read(&this.word) >= ChildCount.Child

    /// Counts a child in, before its first instruction.
    member this.Enter() : Entry =
        let mutable answer = Entry.Closed
        let mutable trying = true
        let mutable seen = Volatile.Read(&this.word)

        while trying do
            let spare = seen &&& ChildCount.Spare

            if seen = spare then
                trying <- false
            else
                let found =
                    Interlocked.CompareExchange(&this.word, seen + ChildCount.Child - spare, seen)

                if found = seen then
                    answer <- if spare = 0 then Entry.Counted else Entry.WithSpare
                    trying <- false
                else
                    seen <- found

        answer

    /// Whether the caller is the only child of a running body, and no spare is there. Two could not both see this, so
    /// the one who does may write the spare before it tries to leave with `LeaveSpare`.
    member this.IsSoleChild =
        Volatile.Read(&this.word) = (ChildCount.Body ||| ChildCount.Child)

    /// Counts out and hands over the spare in one step. False: somebody entered meanwhile, nothing was changed.
    member this.LeaveSpare() =
        let sole = ChildCount.Body ||| ChildCount.Child
        Interlocked.CompareExchange(&this.word, ChildCount.Body ||| ChildCount.Spare, sole) = sole

    /// Counts out. True for the one who closed the scope by it.
    member this.Leave() =
        Interlocked.Add(&this.word, -ChildCount.Child) &&& ~~~ChildCount.Spare = 0

    /// The body has ended. True when that closed the scope.
    member this.BodyEnds() =
        Interlocked.Add(&this.word, -ChildCount.Body) &&& ~~~ChildCount.Spare = 0

    member this.IsClosed = Volatile.Read(&this.word) &&& ~~~ChildCount.Spare = 0

    /// Closes a scope whose body has ended, if it has no children.
    member this.TryClose() =
        let seen = Volatile.Read(&this.word)

        seen &&& ~~~ChildCount.Spare = ChildCount.Body
        && Interlocked.CompareExchange(&this.word, 0, seen) = seen
