namespace GoGoScope

open System
open System.Collections.Generic
open System.Threading
open Microsoft.Extensions.Logging

/// What happens to the children that still run when the body of a scope has ended well.
type OnExit =
    /// Wait for them.
    | Join = 0
    /// Stop them (`ScopeExited`), then wait for them.
    | CancelRemaining = 1

/// What a failure in a scope does to the rest of it.
type OnFailure =
    /// The first failure cancels everything else in the scope.
    | StopSiblings = 0
    /// Everything runs to its end; all failures are reported together.
    | KeepGoing = 1

/// Where the body of a child starts.
type StartMode =
    /// At once, on the caller's thread, up to its first wait: as an async method does.
    | Inline = 0
    /// On the thread pool: for work that computes.
    | Pool = 1
    /// When its result is first asked for. A lazy child that nobody asks never starts, and nobody waits for it.
    | Lazy = 2

/// How one child behaves. Start from `TaskOptions.Default` and change what you need with `with`.
[<NoComparison; ReferenceEquality>]
type TaskOptions = {
    /// What it is called in reasons, reports and the tree. Default: empty, which makes a name of its kind and place.
    Name: string
    /// Time for the whole child, from its start; past it the child is asked to stop and ends as `TimedOut`.
    /// From zero to about 49 days, or `Timeout.InfiniteTimeSpan`. Default: infinite.
    Timeout: TimeSpan
    /// Time for each attempt, from the moment it has its permit; past it the attempt is asked to stop, waited for, and ends as
    /// `TimedOut`. From zero to about 49 days, or `Timeout.InfiniteTimeSpan`. Default: infinite.
    AttemptTimeout: TimeSpan
    /// When the work is repeated. Each attempt takes its permit anew and passes the scope's circuit breaker; none is held
    /// during the wait for the next one. What the options see of typed errors is boxed. Default: null, never.
    Retry: RetryOptions<obj> | null
    /// Where its body starts. Default: inline.
    Start: StartMode
    /// What observers are told of it: attributes of its span, values for the hooks. Default: none.
    Tags: IReadOnlyList<KeyValuePair<string, obj>>
    /// Its place among those that wait for a permit of a scope with `Concurrency`: the higher number goes first, equals in
    /// the order of their start. Default: 0.
    Priority: int
    /// While a child runs under this key, starting another under it gives the handle of the first; both must have the same
    /// types. Keys belong to the scope in which the child is started. Default: empty, which shares nothing.
    Dedupe: string
} with

    static let standard = {
        Name = ""
        Timeout = Timeout.InfiniteTimeSpan
        AttemptTimeout = Timeout.InfiniteTimeSpan
        Retry = null
        Start = StartMode.Inline
        Tags = Array.Empty()
        Priority = 0
        Dedupe = ""
    }

    /// No name, no limit, inline.
    static member Default: TaskOptions = standard

    /// The defaults, with a name.
    static member named(name: string) : TaskOptions = { standard with Name = name }

    /// Throws for values outside their ranges.
    member internal this.Check() =
        Checks.notNull (nameof this.Name) this.Name
        Checks.notNull (nameof this.Tags) this.Tags
        Checks.notNull (nameof this.Dedupe) this.Dedupe
        Checks.durationOrInfinite (nameof this.Timeout) this.Timeout
        Checks.durationOrInfinite (nameof this.AttemptTimeout) this.AttemptTimeout

        match this.Retry with
        | null -> ()
        | retry -> retry.Check()

/// How a scope behaves. Start from `ScopeOptions.Default` and change what you need with `with`.
[<NoComparison; ReferenceEquality>]
type ScopeOptions = {
    /// What it is called in reasons, reports and the tree. Default: empty, which makes a name of its number.
    Name: string
    /// Time for the whole scope, from its start, by `Clock`. From zero to about 49 days, or `Timeout.InfiniteTimeSpan`. Default: infinite.
    Timeout: TimeSpan
    /// Point in time after which it is asked to stop; the nearer one of this and `Timeout` counts.
    /// Default: `DateTimeOffset.MaxValue`, which is none.
    Deadline: DateTimeOffset
    /// The scope above it: that one waits for it, and its cancellation reaches it. Default: null, a root.
    Parent: Scope | null
    /// Stops the scope when it fires (`TokenFired`). Default: none.
    CancellationToken: CancellationToken
    /// Most tasks running at once in this scope and all below it, 1 or more; the others wait for their turn. A task with all
    /// that it starts counts as one: nested tasks need no permit of their own. The scope's body and daemons need none.
    /// Default: `Int32.MaxValue`, which is no limit.
    Concurrency: int
    /// Every task in this scope and below it goes through this circuit breaker, attempt by attempt; daemons do not.
    /// Default: null, which is the parent's, or none.
    CircuitBreaker: CircuitBreaker | null
    /// What happens to running children when the body has ended well. Default: they are waited for.
    OnExit: OnExit
    /// What a failure does to the rest of the scope. Default: it stops them.
    OnFailure: OnFailure
    /// How long after a cancel it takes until what still runs is reported as stuck, and the time each cleanup has.
    /// From zero to about 49 days, or infinite. Default: none given, which is the parent's, or 30 seconds.
    Grace: TimeSpan voption
    /// Who is told of what happens. Default: null, which is the parent's, or nobody.
    Hooks: ScopeHooks | null
    /// Where stuck children and unobserved errors are written. Default: null, which is the parent's, or nowhere.
    Logger: ILogger | null
    /// The only clock the scope reads. Default: null, which is the parent's, or the system clock.
    Clock: TimeProvider | null
    /// Where wake-ups and new work go. Default: null, which is the parent's, or the thread pool.
    Dispatcher: Dispatcher | null
    /// Whether `Scope.Current` is set inside (one `AsyncLocal`). Default: none given, which is the parent's, or off.
    Ambient: bool voption
    /// Who is asked for a service that neither the scope nor one above it provides. What it gives stays its own. A named
    /// service is asked of it as a keyed one. Default: null, which is the parent's, or nobody.
    Services: IServiceProvider | null
} with

    static let standard = {
        Name = ""
        Timeout = Timeout.InfiniteTimeSpan
        Deadline = DateTimeOffset.MaxValue
        Parent = null
        CancellationToken = CancellationToken.None
        Concurrency = Int32.MaxValue
        CircuitBreaker = null
        OnExit = OnExit.Join
        OnFailure = OnFailure.StopSiblings
        Grace = ValueNone
        Hooks = null
        Logger = null
        Clock = null
        Dispatcher = null
        Ambient = ValueNone
        Services = null
    }

    /// No limits, no parent; a failure stops the rest; children are waited for.
    static member Default: ScopeOptions = standard

    /// Throws for values outside their ranges.
    member internal this.Check() =
        Checks.notNull (nameof this.Name) this.Name
        Checks.durationOrInfinite (nameof this.Timeout) this.Timeout
        Checks.atLeastOne (nameof this.Concurrency) this.Concurrency

        match this.Grace with
        | ValueSome grace -> Checks.durationOrInfinite (nameof this.Grace) grace
        | ValueNone -> ()

    /// What the scope shares with its children: the parent's, but for what is given here.
    member internal this.Environment: ScopeEnvironment =
        let above =
            match this.Parent with
            | null -> ScopeEnvironment.Default
            | parent -> parent.Environment

        let inline given (own: 'T | null) (inherited: 'T) =
            match own with
            | null -> inherited
            | own -> own

        if
            isNull this.Clock
            && isNull this.Dispatcher
            && isNull this.Hooks
            && isNull this.Logger
            && this.Grace.IsNone
            && this.Ambient.IsNone
            && isNull this.Services
            && isNull this.CircuitBreaker
            && this.Concurrency = Int32.MaxValue
        then
            above
        else
            {
                above with
                    Clock = given this.Clock above.Clock
                    Dispatcher = given this.Dispatcher above.Dispatcher
                    Hooks = given this.Hooks above.Hooks
                    Logger = if isNull this.Logger then above.Logger else this.Logger
                    Grace = ValueOption.defaultValue above.Grace this.Grace
                    Ambient = ValueOption.defaultValue above.Ambient this.Ambient
                    Services =
                        if isNull this.Services then
                            above.Services
                        else
                            this.Services
                    Breaker =
                        if isNull this.CircuitBreaker then
                            above.Breaker
                        else
                            this.CircuitBreaker
                    Limit =
                        if this.Concurrency = Int32.MaxValue then
                            above.Limit
                        else
                            ConcurrencyLimit(this.Concurrency, above.Limit)
            }
                .Completed
