/// What each shape right of `let!` comes to: at once or after a wait; with a value, an error, a throw or a cancel.
module GoGoScope.Tests.BuilderSourceTests

open System
open System.Threading
open System.Threading.Tasks
open GoGoScope
open GoGoScope.Tests.BuilderFixtures
open GoGoScope.Tests.BuilderShapes
open Xunit

let private endings (shapes: Shape<'S, 'E> list) = [
    for shape in shapes do
        for ending in [ Gives; Fails; Throws; StopsItself ] do
            for pace in [ AtOnce; Later ] do
                let possible =
                    (ending <> Fails || shape.Typed)
                    && (shape.Care <> Instant
                        || (pace = AtOnce && ending.IsGives || ending.IsFails && pace = AtOnce))

                if possible then
                    [| box shape.Name; box ending; box pace |]
]

let private named name (shapes: Shape<'S, 'E> list) =
    shapes |> List.find (fun shape -> shape.Name = name)

/// Binds the shape and checks what the block came to.
let private check shapes name ending pace error (expected: 'E) =
    let supply = Supply<'S>(ending, pace, error)
    let block = (named name shapes).Block supply

    let came =
        match pace with
        | AtOnce -> outcome block
        | Later -> outcomeAfter supply.Release block

    match ending with
    | Gives -> equal (Ok 7) came
    | Fails -> failsWith expected came
    | Throws -> crashesWith crash.Message came
    | StopsItself ->
        match onlyCause came with
        | Cause.Crashed(:? OperationCanceledException) -> ()
        | other -> Assert.Fail $"a foreign cancellation is a crash, but was {other}"

let endingsInScope = endings inScope
let endingsInScopeOf = endings inScopeOf
let endingsLifted = endings lifted

[<Theory; MemberData(nameof endingsInScope)>]
let ``a source ends in scope as it ends`` (name: string, ending: Ending, pace: Pace) =
    check inScope name ending pace "no" "no"

[<Theory; MemberData(nameof endingsInScopeOf)>]
let ``a source ends in scopeOf as it ends`` (name: string, ending: Ending, pace: Pace) =
    check inScopeOf name ending pace (Net(Refused "h")) (Net(Refused "h"))

[<Theory; MemberData(nameof endingsLifted)>]
let ``the error of another type is lifted by From`` (name: string, ending: Ending, pace: Pace) =
    check lifted name ending pace (NoRow 3) (Db(NoRow 3))

let private every = inScope |> List.map (fun shape -> [| box shape.Name |])

let private caring care =
    inScope
    |> List.filter (fun shape -> shape.Care = care)
    |> List.map (fun shape -> [| box shape.Name |])

let anyShape = every
let ownedShapes = caring Owned
let foreignShapes = caring Foreign

[<Theory; MemberData(nameof anyShape)>]
let ``in a cancelled scope nothing is bound any more`` (name: string) =
    let shape = named name inScope
    let supply = Supply<string>(Gives, AtOnce, "no")
    let block = shape.Block supply

    let work: Scoped<int, string> =
        fun scope ->
            scope.Cancel "enough"
            block scope

    cancelledFor (CancelReason.Requested "enough") (outcome work)
    // a task that is there already was started by somebody else
    equal (shape.Care <> Owned) supply.Started

[<Theory; MemberData(nameof ownedShapes)>]
let ``owned work that obeys its token ends the block as cancelled`` (name: string) =
    let supply = Supply<string>(Gives, Later, "no")
    cancelledFor byCaller (outcomeCancelled ((named name inScope).Block supply))
    Assert.False supply.Ended

[<Theory; MemberData(nameof ownedShapes)>]
let ``owned work that ignores its token is awaited to its end`` (name: string) =
    use source = new CancellationTokenSource()
    let supply = Supply<string>(Gives, Later, "no", false)
    let block = (named name inScope).Block supply
    let running = (Scope.runWith ScopeOptions.Default source.Token block).AsTask()
    source.Cancel()
    Assert.False(running.IsCompleted, "it still runs")
    supply.Release()
    let came = ended running
    Assert.True supply.Ended

    if not (name.StartsWith "Async") then // an async looks at its token when it goes on
        equal (Ok 7) came

[<Theory; MemberData(nameof foreignShapes)>]
let ``the wait for a foreign task ends at once, and its late failure is reported`` (name: string) =
    let supply = Supply<string>(Throws, Later, "no")
    let told = TaskCompletionSource<UnobservedError>()

    let options = {
        ScopeOptions.Default with
            Name = "owner"
            Hooks = {
                ScopeHooks.None with
                    OnUnobserved = Action<_> told.SetResult
            }
    }

    use source = new CancellationTokenSource()

    let running =
        (Scope.runWith options source.Token ((named name inScope).Block supply)).AsTask()

    source.Cancel()
    cancelledFor byCaller (ended running)
    Assert.False supply.Ended
    supply.Release()
    let report = ended told.Task
    equal "owner" report.Scope
    Assert.Same(crash, report.Exception)

[<Fact>]
let ``the wait for the child of another scope ends at once, and the child goes on`` () = task {
    use other = Scope.Open()
    let gate = Gate()

    let child: ScopeTask<int, string> =
        Scope.forkIn (
            other,
            scope {
                do! gate.Wait
                return 3
            }
        )

    cancelledFor byCaller (outcomeCancelled (scope { return! child }))
    gate.Open()
    equal (Ok 3) (outcome (scope { return! child }))
}
