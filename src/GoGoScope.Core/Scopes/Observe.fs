namespace GoGoScope

open System
open System.Collections.Generic
open GoGoScope.Missing

/// What the hooks are told of a scope. Nothing of this happens where nobody listens.
[<AutoOpen>]
module internal Observe =
    type Scope with

        member private this.SinceStart =
            match this.Extra.StartedAt with
            | ValueSome start -> this.Clock.GetElapsedTime start
            | ValueNone -> TimeSpan.Zero

        /// The child is about to run.
        member this.TellStarted() =
            let extra = this.Rare

            let started = {
                Scope = this.Parent.Name
                Task = this.Name
                Id = this.Id
                Site = this.Site
                Tags =
                    if isMissing extra.Tags then
                        Array.Empty<KeyValuePair<string, obj>>() :> IReadOnlyList<_>
                    else
                        extra.Tags
            }

            extra.StartedAt <- ValueSome(this.Clock.GetTimestamp())
            extra.Started <- started
            this.Environment.BeforeTask started

        /// The scope has ended: whoever was told of its start is told of its end.
        member this.TellEnded(ending: TaskEnding, failure: exn | null) =
            if isThere this.Extra.Started then
                this.Environment.AfterTask {
                    Task = this.Extra.Started
                    Ending = ending
                    Failure = failure
                    Duration = this.SinceStart
                }

            if this.Opened && this.Environment.Hooks.HearsEnds then
                this.Environment.OnDispose {
                    Scope = this.Name
                    Failure = failure
                    Duration = this.SinceStart
                }
