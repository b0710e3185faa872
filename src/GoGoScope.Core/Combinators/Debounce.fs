namespace GoGoScope

open System
open System.Threading.Tasks
open GoGoScope.Missing

/// What became of a call of a debounced function.
[<RequireQualifiedAccess; NoComparison>]
type Debounced<'T> =
    /// It ran, and gave this.
    | Ran of Value: 'T
    /// A later call, this many after it, took its place before its time came, or it came too soon after one that ran.
    | Superseded of Later: int

/// Calls that come in bursts, of which one runs.
[<Sealed>]
type internal DebounceCalls<'A, 'T, 'E>
    (owner: Scope, wait: TimeSpan, leading: bool, trailing: bool, work: 'A -> Scoped<'T, 'E>) =
    inherit Calls<'A, 'T, Debounced<'T>, 'E>(owner, "debounce", work)

    // under the gate
    let mutable last = 0L
    let mutable bursting = false

    override _.Ran value = Debounced.Ran value

    override this.Take call =
        let now = owner.Clock.GetTimestamp()

        let struct (begins, before) =
            lock this.Gate (fun () ->
                let begins = not bursting
                bursting <- true
                last <- now
                let before = this.Pending

                if not (begins && leading) && trailing then
                    this.Pending <- call

                struct (begins, before))

        if isThere before && trailing then
            before.Settle(Ok(Debounced.Superseded 1)) |> ignore

        if begins then
            this.Arm wait

        if begins && leading then
            this.Run call
        elif not trailing then
            call.Settle(Ok(Debounced.Superseded 0)) |> ignore

    /// The timer is not set anew by each call: it looks when it rings how long the calls have been quiet.
    override this.Ring() =
        let now = owner.Clock.GetTimestamp()

        let struct (left, due) =
            lock this.Gate (fun () ->
                let left = wait - owner.Clock.GetElapsedTime(last, now)

                if left > TimeSpan.Zero then
                    struct (left, nothing)
                else
                    bursting <- false
                    let due = this.Pending
                    this.Pending <- nothing
                    struct (TimeSpan.Zero, due))

        if left > TimeSpan.Zero then
            this.Arm left
        elif isThere due then
            this.Run due

/// A function whose calls come in bursts: one call of a burst runs. Safe from any thread.
[<Sealed>]
type Debounce<'A, 'T, 'E> internal (calls: DebounceCalls<'A, 'T, 'E>) =
    member internal _.Call(context: WorkContext, argument: 'A) = calls.Call(context, argument)

/// One run for a burst of calls.
[<RequireQualifiedAccess; CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module Debounce =

    /// When a call runs. Start from `Debounce.Options.Default` and change what you need with `with`.
    [<NoComparison>]
    type Options = {
        /// A burst is over when no call has come for this long. Above zero, at most about 49 days. Default: 300 ms.
        Wait: TimeSpan
        /// Whether the first call of a burst runs, at once. Default: false.
        Leading: bool
        /// Whether the last call of a burst runs, when it is over. A burst of one call runs it once. Default: true.
        Trailing: bool
    } with

        static let standard = {
            Wait = TimeSpan.FromMilliseconds 300.
            Leading = false
            Trailing = true
        }

        /// The last call of a burst, 300 ms after it.
        static member Default: Options = standard

        member internal this.Check() =
            Checks.duration (nameof this.Wait) this.Wait

            if this.Wait = TimeSpan.Zero then
                raise (ArgumentOutOfRangeException(nameof this.Wait, this.Wait, "Must be above zero."))

            if not this.Leading && not this.Trailing then
                raise (
                    ArgumentException(
                        "Leading or Trailing must be true, or no call ever runs.",
                        nameof this.Trailing
                    )
                )

    /// A debounced function of the current scope, with options: the calls that run are its tasks.
    let makeWith (options: Options) (work: 'A -> Scoped<'T, 'E>) : Scoped<Debounce<'A, 'T, 'E>, 'F> =
        Checks.notNull (nameof options) options
        options.Check()
        Checks.notNull (nameof work) (box work)

        fun scope ->
            let calls =
                DebounceCalls<'A, 'T, 'E>(scope, options.Wait, options.Leading, options.Trailing, work)

            calls.Open()
            ValueTask<Result<Debounce<'A, 'T, 'E>, ScopeError<'F>>>(Ok(Debounce<'A, 'T, 'E> calls))

    /// A debounced function of the current scope: the last call of a burst runs, 300 ms after it.
    let make (work: 'A -> Scoped<'T, 'E>) : Scoped<Debounce<'A, 'T, 'E>, 'F> = makeWith Options.Default work

    /// Calls it, and waits for what becomes of the call: it runs, or a later one takes its place. A cancel of the caller
    /// withdraws a call that has not begun to run. When the scope of the debounce is told to stop, or has ended, what waits
    /// ends as `Cancelled` or `Rejected (ScopeEnded ..)`.
    let call (argument: 'A) (debounce: Debounce<'A, 'T, 'E>) : Scoped<Debounced<'T>, 'E> =
        fun scope -> debounce.Call(scope, argument)
