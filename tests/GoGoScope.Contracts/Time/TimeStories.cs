using System.Runtime.CompilerServices;

namespace GoGoScope.Contracts;

/// <summary>Again and again, in bursts, together, and in streams.</summary>
public abstract class TimeStories(Face face, TimeFace time) : Stories(face)
{
    /// <summary>Items, each so many seconds after the one before.</summary>
    private static async IAsyncEnumerable<string> Source(
        Scope scope, string items, double seconds, [EnumeratorCancellation] CancellationToken token = default)
    {
        foreach (var item in items)
        {
            await Task.Delay(Seconds(item == ' ' ? 100 : seconds), scope.Clock, token);

            if (item != ' ')
                yield return $"{item}";
        }
    }

    [Fact]
    public void A_poll_goes_on_after_errors_and_stops_when_it_is_told_to()
    {
        Assert.Equal("ok 3 False", Run(async scope =>
        {
            var poll = time.Poll(scope, 10, true, Log.Add, child => Log.Count == 1 ? Fail("no") : Tick(child));
            await Sleep(scope, 25);
            poll.Stop();
            await Sleep(scope, 100);
            return Outcome.Ok($"{poll.Status.PollCount} {poll.Status.Running}");
        }));
        Assert.Equal(["tick", "failed no", "tick"], Log);

        async Task<Outcome> Tick(Scope child)
        {
            Log.Add("tick");
            return await Sleep(child, 0.5);
        }
    }

    [Fact]
    public void Every_ends_with_the_first_failure() =>
        Assert.Equal("crashed third", Run(scope =>
        {
            var runs = 0;
            return time.Every(scope, 10, _ => ++runs == 3 ? throw new InvalidOperationException("third") : Ok(""));
        }));

    [Fact]
    public void One_call_of_a_burst_runs() =>
        Assert.Equal("ok superseded,ran 1,ran 2; ran 0,ran 1,ran 2", Run(async scope =>
        {
            var last = await time.Debounce(scope, 10, false, [0, 5, 50]);
            var both = await time.Debounce(scope, 10, true, [0, 5, 50]);
            return Outcome.Ok($"{last.Value}; {both.Value}");
        }));

    [Fact]
    public void One_call_in_an_interval_runs() =>
        Assert.Equal("ok ran 0,skipped 5,ran 2; ran 0,ran 1,ran 2", Run(async scope =>
        {
            var first = await time.Throttle(scope, 10, false, [0, 5, 50]);
            var both = await time.Throttle(scope, 10, true, [0, 5, 50]);
            return Outcome.Ok($"{first.Value}; {both.Value}");
        }));

    [Fact]
    public void A_batch_loses_nothing_at_the_end()
    {
        Assert.Equal("ok added", Run(async scope =>
        {
            var added = time.Batch(scope, 2, ["a", "b", "c"], Log.Add);
            await Sleep(scope, 0.1);
            return added;
        }));
        Assert.Equal(["ab", "c"], Log);
    }

    [Fact]
    public void Streams_by_time() =>
        Assert.Equal("ok ab c d; c d; a c d; abcd", Run(async scope =>
        {
            var buffered = await time.Buffer(scope, 2, 10, Source(scope, "abc d", 3));
            var quiet = await time.Quiet(scope, 10, Source(scope, "abc d", 3));
            var sampled = await time.Sampled(scope, 5, Source(scope, "abc d", 3));
            var bound = await time.Bound(scope, Source(scope, "abcd", 1));
            return Outcome.Ok($"{buffered.Value}; {quiet.Value}; {sampled.Value}; {bound.Value!.Replace(" ", "")}");
        }));

    [Fact]
    public void Streams_of_several_at_once() =>
        Assert.Equal("ok a b c; aBcB; b a", Run(async scope =>
        {
            async Task<string> Work(string item, Scope child)
            {
                await Sleep(child, item == "a" ? 5 : 1);
                return item;
            }

            var ordered = await time.Mapped(scope, 3, true, Source(scope, "abc", 1), Work);
            var merged = await time.Merged(scope, Source(scope, "ac", 4), Source(scope, "BB", 5));
            var unordered = await time.Mapped(scope, 2, false, Source(scope, "ab", 1), Work);
            return Outcome.Ok($"{ordered.Value}; {merged.Value!.Replace(" ", "")}; {unordered.Value}");
        }));
}
