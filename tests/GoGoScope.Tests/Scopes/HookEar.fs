namespace GoGoScope.Tests.Scopes

open System
open System.Collections.Concurrent
open GoGoScope
open GoGoScope.Tests

/// Everything that hooks hear, in order.
type Ear() =
    let heard = ConcurrentQueue<string>()
    let started = ConcurrentQueue<TaskStarted>()
    let ended = ConcurrentQueue<TaskEnded>()

    member _.Heard = List.ofSeq heard
    member _.Started = List.ofSeq started
    member _.Ended = List.ofSeq ended

    member _.Hooks = {
        ScopeHooks.None with
            BeforeTask =
                Action<_>(fun event ->
                    started.Enqueue event
                    heard.Enqueue $"+{event.Task} of {event.Scope}")
            AfterTask =
                Action<_>(fun event ->
                    ended.Enqueue event
                    heard.Enqueue $"-{event.Task.Task} {event.Ending} {event.Duration.TotalMilliseconds}")
            OnCancel = Action<_>(fun event -> heard.Enqueue $"!{event.Scope}: {event.Reason}")
            OnDispose =
                Action<_>(fun event -> heard.Enqueue $".{event.Scope} {event.Duration.TotalMilliseconds}")
    }

    member this.Cancels = this.Heard |> List.filter (fun event -> event[0] = '!')

    /// The stage's options, with these hooks.
    member this.On(stage: Stage) = {
        stage.Options with
            Hooks = this.Hooks
    }
