namespace GoGoScope

open System
open Microsoft.Extensions.Logging

/// An error that no caller was given: that of a child nobody read, of a callback, of a task that failed after its wait ended.
[<NoComparison; ReferenceEquality>]
type UnobservedError = {
    /// The scope in which it happened; empty when that is gone, as for a task that fails after nobody waits for it any more.
    Scope: string
    /// What failed, in a few words.
    What: string
    /// The failure.
    Exception: exn
}

/// A child that was asked to stop and has not ended within the grace.
[<NoComparison; ReferenceEquality>]
type StuckChild = {
    /// The scope that waits for it.
    Scope: string
    /// The child's name.
    Child: string
    /// Where it was started: file and line, empty when unknown.
    Site: string
    /// How long ago it was asked to stop.
    Waited: TimeSpan
    /// Why it was asked to stop.
    Reason: CancelReason
}

/// What a scope tells its observers. A hook that throws changes nothing but a line in the log. Children inherit them.
[<NoComparison; ReferenceEquality>]
type ScopeHooks = {
    /// Called for every error that no caller is given. Runs on the thread on which the error came to light.
    OnUnobserved: Action<UnobservedError>
    /// Called once for each child that is still running when the grace after a cancel is over, and for each cleanup that
    /// takes longer than the grace. Runs on the thread of the clock's timer.
    OnStuck: Action<StuckChild>
} with

    static let standard = {
        OnUnobserved = Action<UnobservedError>(fun _ -> ())
        OnStuck = Action<StuckChild>(fun _ -> ())
    }

    /// Hooks that do nothing.
    static member None: ScopeHooks = standard

/// What all scopes of a tree share unless one of them says otherwise. Never changed after it is made.
[<Sealed>]
type internal ScopeEnvironment
    (
        clock: TimeProvider,
        dispatcher: Dispatcher,
        hooks: ScopeHooks,
        logger: ILogger | null,
        grace: TimeSpan,
        ambient: bool
    ) =
    static let standard =
        ScopeEnvironment(
            TimeProvider.System,
            PoolDispatcher.Shared,
            ScopeHooks.None,
            null,
            TimeSpan.FromSeconds 30.,
            false
        )

    static member Default = standard
    member _.Clock = clock
    member _.Dispatcher = dispatcher
    member val UsesContext = dispatcher.UsesContext
    member _.Hooks = hooks
    member _.Logger = logger
    member _.Grace = grace
    member _.Ambient = ambient

    member private _.Log
        (level: LogLevel, failure: exn | null, message: string, [<ParamArray>] values: (obj | null) array)
        =
        match logger with
        | null -> ()
        | logger ->
            try
                logger.Log(level, failure, message, values)
            with _ -> // a logger that throws has nowhere left to say so
                ()

    member this.Unobserved(scope: string, what: string, failure: exn) =
        this.Log(
            LogLevel.Error,
            failure,
            "Unobserved failure in scope {Scope}: {What}",
            [| box scope; box what |]
        )

        try
            hooks.OnUnobserved.Invoke {
                Scope = scope
                What = what
                Exception = failure
            }
        with hookFailure ->
            this.Log(
                LogLevel.Error,
                hookFailure,
                "The hook OnUnobserved threw in scope {Scope}",
                [| box scope |]
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

        try
            hooks.OnStuck.Invoke child
        with hookFailure ->
            this.Log(
                LogLevel.Error,
                hookFailure,
                "The hook OnStuck threw in scope {Scope}",
                [| box child.Scope |]
            )
