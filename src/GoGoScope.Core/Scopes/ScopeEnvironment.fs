namespace GoGoScope

open System
open Microsoft.Extensions.Logging

/// What all scopes of a tree share unless one of them says otherwise. Never changed after it is made.
[<NoComparison; ReferenceEquality>]
type internal ScopeEnvironment = {
    Clock: TimeProvider
    Dispatcher: Dispatcher
    UsesContext: bool
    Hooks: ScopeHooks
    HearsTasks: bool
    Logger: ILogger | null
    Grace: TimeSpan
    Ambient: bool
    /// Where services are looked for that no scope has.
    Services: IServiceProvider | null
    /// Every task goes through it.
    Breaker: CircuitBreaker | null
    /// That of the nearest limited scope; missing when there is none.
    Limit: ConcurrencyLimit
    /// Children need nothing from their environment but the way to run: the short way to start one is enough.
    IsPlain: bool
} with

    static let standard = {
        Clock = TimeProvider.System
        Dispatcher = PoolDispatcher.Shared
        UsesContext = false
        Hooks = ScopeHooks.None
        HearsTasks = false
        Logger = null
        Grace = TimeSpan.FromSeconds 30.
        Ambient = false
        Services = null
        Breaker = null
        Limit = Missing.nothing
        IsPlain = true
    }

    static member Default: ScopeEnvironment = standard

    /// After a change of the other fields.
    member this.Completed = {
        this with
            UsesContext = this.Dispatcher.UsesContext
            HearsTasks = this.Hooks.HearsTasks
            IsPlain = not this.Hooks.HearsTasks && Missing.isMissing this.Limit
    }

    member private this.Log
        (level: LogLevel, failure: exn | null, message: string, [<ParamArray>] values: (obj | null) array)
        =
        match this.Logger with
        | null -> ()
        | logger ->
            try
                logger.Log(level, failure, message, values)
            with _ -> // a logger that throws has nowhere left to say so
                ()

    /// A hook that throws changes nothing.
    member private this.Tell(hook: Action<'Event>, name: string, scope: string, event: 'Event) =
        try
            hook.Invoke event
        with failure ->
            this.Log(
                LogLevel.Error,
                failure,
                "The hook {Hook} threw in scope {Scope}",
                [| box name; box scope |]
            )

    member this.Unobserved(scope: string, what: string, failure: exn) =
        this.Log(
            LogLevel.Error,
            failure,
            "Unobserved failure in scope {Scope}: {What}",
            [| box scope; box what |]
        )

        this.Tell(
            this.Hooks.OnUnobserved,
            nameof this.Hooks.OnUnobserved,
            scope,
            {
                Scope = scope
                What = what
                Exception = failure
            }
        )

    member this.Stuck(child: StuckChild) =
        this.Log(
            LogLevel.Warning,
            null,
            "{Child} of scope {Scope}, started at {Site}, still runs {Waited} after it was asked to stop: {Reason}",
            [|
                box child.Child
                box child.Scope
                box child.Site
                box child.Waited
                box child.Reason
            |]
        )

        this.Tell(this.Hooks.OnStuck, nameof this.Hooks.OnStuck, child.Scope, child)

    /// What a piece of abandoned work came to in the end.
    member this.LateEnd(scope: string, name: string) =
        this.Log(
            LogLevel.Information,
            null,
            "{Work}, abandoned by scope {Scope}, has ended",
            [| box name; box scope |]
        )

    member this.BeforeTask(started: TaskStarted) =
        this.Tell(this.Hooks.BeforeTask, nameof this.Hooks.BeforeTask, started.Scope, started)

    member this.AfterTask(ended: TaskEnded) =
        this.Tell(this.Hooks.AfterTask, nameof this.Hooks.AfterTask, ended.Task.Scope, ended)

    member this.OnCancel(cancelled: ScopeCancelled) =
        this.Tell(this.Hooks.OnCancel, nameof this.Hooks.OnCancel, cancelled.Scope, cancelled)

    member this.OnDispose(disposed: ScopeDisposed) =
        this.Tell(this.Hooks.OnDispose, nameof this.Hooks.OnDispose, disposed.Scope, disposed)
