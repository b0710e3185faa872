using GoGoScope.Testing;

namespace GoGoScope.CSharp.Tests;

/// <summary>Limits, daemons and what else a C# user sets on a scope and its tasks.</summary>
public sealed class LimitTests
{
    [Fact]
    public async Task No_more_tasks_run_than_the_scope_allows_and_the_higher_priority_goes_first()
    {
        var clock = new VirtualClock();
        var order = new List<string>();
        await using var scope = Scope.Open(new() { Clock = clock, Concurrency = 1 });

        foreach (var (name, priority) in new[] { ("first", 0), ("low", -1), ("high", 1) })
        {
            _ = scope.Fork(
                async c =>
                {
                    lock (order)
                        order.Add(name);

                    await Task.Delay(TimeSpan.FromSeconds(1), c.Clock, c);
                },
                new() { Priority = priority });
        }

        var joined = scope.JoinAsync().AsTask();

        while (!joined.IsCompleted)
        {
            clock.JumpToNext();
            await Task.Yield();
        }

        Assert.True((await joined).IsOk);
        Assert.Equal(["first", "high", "low"], order);
    }

    [Fact]
    public void A_limit_below_one_is_refused_at_the_door() =>
        Assert.Throws<ArgumentOutOfRangeException>("Concurrency", () => Scope.Open(new() { Concurrency = 0 }));
}
