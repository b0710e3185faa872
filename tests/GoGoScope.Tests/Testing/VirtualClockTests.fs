/// Virtual time: what fires, when, and in which order.
module GoGoScope.Tests.Testing.VirtualClockTests

open System
open System.Collections.Generic
open System.Threading
open System.Threading.Tasks
open GoGoScope.Testing
open GoGoScope.Tests
open Xunit

let private ms (count: float) = TimeSpan.FromMilliseconds count
let private never = Timeout.InfiniteTimeSpan

let private noting (clock: VirtualClock) =
    let notes = List<string>()

    let set name due period =
        clock.CreateTimer((fun _ -> notes.Add $"{name}@{clock.Elapsed.TotalMilliseconds}"), null, due, period)

    notes, set

[<Fact>]
let ``timers fire in the order of their due times, and of one due time in the order in which they were set``
    ()
    =
    let clock = VirtualClock()
    let notes, set = noting clock
    set "b" (ms 20.) never |> ignore
    set "a" (ms 10.) never |> ignore
    set "c" (ms 20.) never |> ignore
    set "now" TimeSpan.Zero never |> ignore
    Assert.Empty notes
    clock.Advance 20.
    Assert.Equal<string>([ "now@0"; "a@10"; "b@20"; "c@20" ], notes)
    Assert.Equal(0, clock.PendingTimers)

[<Fact>]
let ``timers fire in order of due time and setting, whatever the due times are`` () =
    Law.holds (fun (dues: byte list) -> task {
        let clock = VirtualClock()
        let fired = List<struct (byte * int)>()

        for index, due in List.indexed dues do
            clock.CreateTimer((fun _ -> fired.Add(struct (due, index))), null, ms (float due), never)
            |> ignore

        clock.Advance 255.

        let wanted = dues |> List.indexed |> List.sortBy (fun (index, due) -> due, index)

        return
            [ for struct (due, index) in fired -> index, due ] = wanted
            && clock.PendingTimers = 0
    })

[<Fact>]
let ``a timer that is set by a timer fires in the same move if its time comes`` () =
    let clock = VirtualClock()
    let notes, set = noting clock

    clock.CreateTimer(
        (fun _ ->
            set "inner" (ms 5.) never |> ignore
            set "late" (ms 50.) never |> ignore),
        null,
        ms 10.,
        never
    )
    |> ignore

    set "after" (ms 16.) never |> ignore
    clock.Advance 20.
    Assert.Equal<string>([ "inner@15"; "after@16" ], notes)
    Assert.Equal(1, clock.PendingTimers)
    Assert.Equal(ms 40., clock.UntilNext)

[<Fact>]
let ``a periodic timer fires once each period until it is disposed`` () =
    let clock = VirtualClock()
    let notes, set = noting clock
    let timer = set "tick" (ms 5.) (ms 10.)
    clock.Advance 30.
    Assert.Equal<string>([ "tick@5"; "tick@15"; "tick@25" ], notes)
    timer.Dispose()
    clock.Advance 100.
    Assert.Equal(3, notes.Count)
    Assert.Equal(0, clock.PendingTimers)

[<Fact>]
let ``a timer with a period of zero fires once, as the system's do`` () =
    let clock = VirtualClock()
    let notes, set = noting clock
    set "once" (ms 5.) TimeSpan.Zero |> ignore
    clock.Advance 100.
    Assert.Equal<string>([ "once@5" ], notes)

[<Fact>]
let ``a changed timer takes its new place at the end of its line`` () =
    let clock = VirtualClock()
    let notes, set = noting clock
    let moved = set "moved" (ms 10.) never
    set "other" (ms 30.) never |> ignore
    Assert.True(moved.Change(ms 30., never))
    clock.Advance 30.
    Assert.Equal<string>([ "other@30"; "moved@30" ], notes)
    Assert.True(moved.Change(ms 1., never))
    Assert.True(moved.Change(never, never))
    clock.Advance 10.
    Assert.Equal(2, notes.Count)

[<Fact>]
let ``a disposed timer never fires and cannot be set again`` () =
    let clock = VirtualClock()
    let notes, set = noting clock
    let timer = set "gone" (ms 1.) never
    timer.Dispose()
    Assert.False(timer.Change(ms 1., never))
    clock.Advance 10.
    Assert.Empty notes

[<Fact>]
let ``the clock tells the same time in every way`` () =
    let clock = VirtualClock(DateTimeOffset(2020, 2, 2, 0, 0, 0, TimeSpan.Zero))
    let before = clock.GetTimestamp()
    clock.Advance 1500.
    Assert.Equal(ms 1500., clock.Elapsed)
    Assert.Equal(ms 1500., clock.GetElapsedTime before)
    Assert.Equal(DateTimeOffset(2020, 2, 2, 0, 0, 1, 500, TimeSpan.Zero), clock.GetUtcNow())

[<Fact>]
let ``the clock does not move back`` () =
    let clock = VirtualClock()

    Assert.Throws<ArgumentOutOfRangeException>(fun () -> clock.Advance(ms -1.))
    |> ignore

    Assert.Equal(TimeSpan.Zero, clock.Elapsed)

[<Fact>]
let ``jumping fires one timer at a time`` () =
    let clock = VirtualClock()
    let notes, set = noting clock
    set "b" (ms 20.) never |> ignore
    set "a" (ms 10.) never |> ignore
    Assert.True(clock.JumpToNext())
    Assert.Equal<string>([ "a@10" ], notes)
    Assert.Equal(1, clock.RunAll 10)
    Assert.False(clock.JumpToNext())
    set "tick" (ms 1.) (ms 1.) |> ignore
    Assert.Equal(7, clock.RunAll 7)

[<Fact>]
let ``a task's delay follows the clock`` () =
    Story.run (fun () -> task {
        let clock = VirtualClock()
        let delay = Task.Delay(ms 10., clock)
        clock.Advance 9.
        Assert.False delay.IsCompleted
        clock.Advance 1.
        do! delay.WaitAsync Story.patience
        Assert.Equal(0, clock.PendingTimers)
    })

[<Fact>]
let ``a cancelled delay leaves no timer`` () =
    Story.run (fun () -> task {
        let clock = VirtualClock()
        use stop = new CancellationTokenSource()
        let delay = Task.Delay(ms 10., clock, stop.Token)
        Assert.Equal(1, clock.PendingTimers)
        stop.Cancel()
        let! _ = Assert.ThrowsAnyAsync<OperationCanceledException>(fun () -> delay)
        Assert.Equal(0, clock.PendingTimers)
    })

[<Fact>]
let ``a token source's timeout follows the clock`` () =
    let clock = VirtualClock()
    use source = new CancellationTokenSource(ms 10., clock)
    clock.Advance 9.
    Assert.False source.IsCancellationRequested
    clock.Advance 1.
    Assert.True source.IsCancellationRequested

[<Fact>]
let ``a PeriodicTimer follows the clock`` () =
    Story.run (fun () -> task {
        let clock = VirtualClock()
        use timer = new PeriodicTimer(ms 10., clock)
        let mutable ticks = 0

        for _ in 1..3 do
            let tick = timer.WaitForNextTickAsync()
            Assert.False tick.IsCompleted
            clock.Advance 10.
            let! more = Story.wait tick
            Assert.True more
            ticks <- ticks + 1

        Assert.Equal(3, ticks)
        timer.Dispose()
        Assert.Equal(0, clock.PendingTimers)
    })

[<Fact>]
let ``timers may be set and disposed from many threads`` () =
    Story.run (fun () -> task {
        let clock = VirtualClock()
        let fired = ref 0

        let work () =
            for number in 1..500 do
                let timer =
                    clock.CreateTimer(
                        (fun _ -> Interlocked.Increment fired |> ignore),
                        null,
                        ms (float number),
                        never
                    )

                if number % 2 = 0 then
                    timer.Dispose()

        do! Task.WhenAll [| for _ in 1..4 -> Task.Run work |]
        clock.Advance 500.
        Assert.Equal(4 * 250, fired.Value)
        Assert.Equal(0, clock.PendingTimers)
    })
