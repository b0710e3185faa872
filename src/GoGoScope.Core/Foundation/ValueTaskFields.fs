namespace GoGoScope

open System.Runtime.CompilerServices
open System.Runtime.InteropServices
open System.Threading.Tasks
open System.Threading.Tasks.Sources

/// The fields of a `ValueTask<'R>`, in its own order: what it waits for can be asked to call back with a state, which saves
/// a delegate per wait.
[<Struct; NoComparison; NoEquality; StructLayout(LayoutKind.Auto)>]
type internal ValueTaskFields<'R> =
    val Source: obj | null
    val Result: 'R
    val Token: int16
    val ContinueOnCapturedContext: bool

/// Whether a `ValueTask` of this runtime looks as we think. Otherwise every wait becomes a task, which costs more and does the same.
[<AbstractClass; Sealed>]
type internal ValueTaskFields private () =
    static member val Known =
        let source = {
            new IValueTaskSource<struct (obj | null * int64)> with
                member _.GetResult _ = struct (null, 0L)
                member _.GetStatus _ = ValueTaskSourceStatus.Pending
                member _.OnCompleted(_, _, _, _) = ()
        }

        let mutable wait = ValueTask<struct (obj | null * int64)>(source, 12345s)

        let fields =
            Unsafe.As<ValueTask<struct (obj | null * int64)>, ValueTaskFields<struct (obj | null * int64)>>
                &wait

        Unsafe.SizeOf<ValueTask<struct (obj | null * int64)>>() =
            Unsafe.SizeOf<ValueTaskFields<struct (obj | null * int64)>>()
        && obj.ReferenceEquals(fields.Source, source)
        && fields.Token = 12345s
