/// Attempts that are told, and outcomes to choose from.
module GoGoScope.Tests.Resilience.RetryFixtures

open System
open System.Collections.Generic
open System.Threading
open System.Threading.Tasks
open GoGoScope
open GoGoScope.Tests
open GoGoScope.Testing
open Xunit

let ms = Step.milliseconds

let options: RetryOptions<string> = RetryOptions.Default

/// Tells when each attempt starts; the outcome is the one of its number, the last one again and again.
let attempts (stage: Stage) (outcomes: Scoped<int, string> list) : Scoped<int, string> =
    let count = ref 0

    scope {
        let number = Interlocked.Increment count
        stage.Tell $"attempt {number}"
        return! List.item (min number outcomes.Length - 1) outcomes
    }

let bug = InvalidOperationException "bug"
let crash: Scoped<int, string> = fun _ -> raise bug
let no: Scoped<int, string> = Scoped.fail "no"
let yes: Scoped<int, string> = Scoped.value 1
