namespace GoGoScope

open System
open System.Threading.Tasks
open GoGoScope.CompilerServices

/// Keeps time: points at equal distances from a start.
[<AbstractClass; Sealed>]
type internal EveryKernel =

    /// The number of the next point: those that came due meanwhile are left out. A timer may ring a little before its
    /// time, and the point that it rang for is not run again.
    static member Next(elapsed: TimeSpan, interval: TimeSpan, before: int64) : int64 =
        max before (elapsed.Ticks / interval.Ticks) + 1L

    static member Until(point: int64, elapsed: TimeSpan, interval: TimeSpan) : TimeSpan =
        min Checks.longest (TimeSpan(point * interval.Ticks - elapsed.Ticks))

    static member Run<'E>
        (host: Scope, interval: TimeSpan, work: Scoped<unit, 'E>)
        : ValueTask<Outcome<unit, 'E>> =
        let builder = ScopeBuilder()

        let ticks: Scoped<unit, 'E> = builder {
            let! clock =
                (fun (scope: Scope) -> ValueTask<Outcome<TimeProvider, 'E>>(Ok scope.Clock))

            let start = clock.GetTimestamp()
            let mutable point = 0L

            while true do
                let elapsed = clock.GetElapsedTime start
                point <- EveryKernel.Next(elapsed, interval, point)
                let left = EveryKernel.Until(point, elapsed, interval)
                do! (fun (scope: Scope) -> Delay.For<'E>(scope, left))
                do! (fun (scope: Scope) -> Start.Bound(scope, work))
        }

        Start.Bound(host, ticks)

/// At equal distances.
[<RequireQualifiedAccess; CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module Every =

    /// Runs the work at every point of time that is a multiple of `interval` (above zero, at most about 49 days) from now, for
    /// ever: it ends only with the work's first failure or a cancel, so it is mostly a daemon: `Scope.daemon (Every.run ..)`.
    /// Points do not drift, and runs do not overlap: a point that comes due while a run goes on is left out.
    let run (interval: TimeSpan) (work: Scoped<unit, 'E>) : Scoped<unit, 'E> =
        Checks.duration (nameof interval) interval

        if interval = TimeSpan.Zero then
            raise (ArgumentOutOfRangeException(nameof interval, interval, "Must be above zero."))

        Checks.notNull (nameof work) (box work)
        fun scope -> EveryKernel.Run(scope, interval, work)
