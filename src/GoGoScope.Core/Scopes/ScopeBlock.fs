namespace GoGoScope.CompilerServices

#nowarn "3513" // resumable code

open System.ComponentModel
open System.Runtime.CompilerServices
open System.Threading.Tasks
open System.Threading.Tasks.Sources
open Microsoft.FSharp.Core.CompilerServices
open GoGoScope
open GoGoScope.Missing

/// A block as a value: it *is* the function, and knows its machine's type, so a child of it needs no adapter.
[<AbstractClass; EditorBrowsable(EditorBrowsableState.Never)>]
type Block<'T, 'E>() =
    inherit FSharpFunc<Scope, ValueTask<Outcome<'T, 'E>>>()

    /// Runs the machine up to its first wait or its end. Null: it has ended, and `outcome` holds how.
    abstract Run:
        scope: Scope * isBody: bool * outcome: byref<Outcome<'T, 'E>> ->
            IValueTaskSource<Outcome<'T, 'E>> | null

    override this.Invoke scope =
        let mutable outcome = Unchecked.defaultof<Outcome<'T, 'E>>

        match this.Run(scope, false, &outcome) with
        | null -> ValueTask<Outcome<'T, 'E>>(outcome)
        | source -> ValueTask<Outcome<'T, 'E>>(source, 0s)

    static member AsScoped(block: Block<'T, 'E>) : Scoped<'T, 'E> =
        nonNull (Unsafe.As<Scoped<'T, 'E>> block)

/// The static path: `'SM` is the struct that the compiler generated for the block.
[<Sealed; EditorBrowsable(EditorBrowsableState.Never)>]
type StaticBlock<'SM, 'T, 'E
    when 'SM: struct and 'SM :> IAsyncStateMachine and 'SM :> IResumableStateMachine<ScopeData<'T, 'E>>>() =
    inherit Block<'T, 'E>()

    /// The machine before its first step, with what the block captured.
    [<Microsoft.FSharp.Core.DefaultValue(false)>]
    val mutable Initial: 'SM

    // The data is written and read here field by field: copied through a second place in memory, it would be read in
    // wider pieces than it was just written, and the processor would wait for the writes.
    override this.Run(scope, isBody, outcome) =
        let mutable data = ScopeData<'T, 'E>()
        data.Scope <- scope
        data.IsBody <- isBody
        let mutable machine = this.Initial
        machine.Data <- data
        let mutable starter = Unchecked.defaultof<AsyncTaskMethodBuilder>
        starter.Start(&machine) // keeps changes of the execution context inside the block
        let after = machine.Data

        if isMissing after.Box then
            outcome <- after.Outcome
            null
        else
            after.Box

/// The dynamic path: closures in place of a generated struct. Every build without optimisation takes it.
[<Sealed; EditorBrowsable(EditorBrowsableState.Never)>]
type DynamicBlock<'T, 'E>(code: ScopeCode<'T, 'E, 'T>) =
    inherit Block<'T, 'E>()

    override _.Run(scope, isBody, outcome) =
        let mutable machine = ScopeMachine<'T, 'E>()
        machine.Data.Scope <- scope
        machine.Data.IsBody <- isBody

        machine.ResumptionDynamicInfo <- {
            new ScopeDynamicInfo<'T, 'E>(ScopeResumption<'T, 'E>(fun sm -> code.Invoke(&sm))) with
                member info.MoveNext(sm) =
                    let mutable saved: exn = nothing

                    try
                        info.ResumptionData <- null

                        if info.ResumptionFunc.Invoke(&sm) then
                            Machine.Complete(&sm.Data)
                        else
                            match info.ResumptionData with
                            | :? ICriticalNotifyCompletion as awaiter ->
                                let mutable awaiter = awaiter
                                Machine.Await(&awaiter, &sm, &sm.Data)
                            | _ -> ()
                    with failure ->
                        saved <- failure

                    if isThere saved then
                        Machine.Crash(&sm.Data, saved)

                member _.SetStateMachine(_, _) = ()
        }

        let mutable starter = Unchecked.defaultof<AsyncTaskMethodBuilder>
        starter.Start(&machine)

        if isMissing machine.Data.Box then
            outcome <- machine.Data.Outcome
            null
        else
            machine.Data.Box
