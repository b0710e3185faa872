namespace GoGoScope.Contracts;

/// <summary>Permits, locks and pools, through the face of one language.</summary>
public abstract class SyncStories(SyncFace sync) : Stories(sync.Scopes)
{
    private async Task<Outcome> Told(Scope scope, string name, double seconds)
    {
        Log.Add($"{name} in");
        await Sleep(scope, seconds);
        Log.Add($"{name} out");
        return Outcome.Ok(name);
    }

    [Fact]
    public void Work_with_a_permit_goes_in_one_after_the_other()
    {
        Assert.Equal("ok ", Run(async scope =>
        {
            var semaphore = sync.Semaphore(scope, 1);
            Face.Fork(scope, child => sync.Execute(child, semaphore, below => Told(below, "a", 2)));
            await Sleep(scope, 1);
            Face.Fork(scope, child => sync.Execute(child, semaphore, below => Told(below, "b", 1)));
            return Outcome.Ok("");
        }));
        Assert.Equal(["a in", "a out", "b in", "b out"], Log);
    }

    [Fact]
    public void The_more_urgent_goes_first_and_a_cancelled_one_took_nothing() =>
        Assert.Equal("ok urgent first, 0 wait, 2 free", Run(async scope =>
        {
            var semaphore = sync.Semaphore(scope, 2);
            var held = await sync.Acquire(scope, semaphore, count: 2);
            var order = new List<string>();

            Handle Ask(string name, int priority) => Face.Task(scope, async child =>
            {
                var taken = await sync.Acquire(child, semaphore, 2, priority);
                order.Add(name);
                taken.Lease.Dispose();
                return Outcome.Ok(name);
            });

            var gone = Ask("gone", 5);
            await Sleep(scope, 1);
            var first = Ask("first", 0);
            await Sleep(scope, 1);
            var urgent = Ask("urgent", 1);
            await Sleep(scope, 1);
            gone.Cancel("not needed");
            await gone.Outcome;
            order.Clear();
            held.Lease.Release();
            await first.Outcome;
            await urgent.Outcome;
            return Outcome.Ok($"{string.Join(' ', order)}, {semaphore.Waiting} wait, {semaphore.Available} free");
        }));

    [Fact]
    public void Patience_ends_with_the_time_waited() =>
        Assert.Equal("ok rejected: waited too long: 00:00:03", Run(async scope =>
        {
            var semaphore = sync.Semaphore(scope, 1);
            await sync.Acquire(scope, semaphore);
            return Outcome.Ok((await sync.Acquire(scope, semaphore, patience: Seconds(3))).ToString());
        }));

    [Fact]
    public void A_lease_is_released_once() =>
        Assert.Equal("ok 1", Run(async scope =>
        {
            var semaphore = sync.Semaphore(scope, 1);
            var lease = (await sync.Acquire(scope, semaphore)).Lease;
            lease.Release();
            Assert.Throws<InvalidOperationException>(lease.Release);
            lease.Dispose();
            return Outcome.Ok($"{semaphore.Available}");
        }));

    [Fact]
    public void Readers_go_in_together_and_a_writer_alone()
    {
        Assert.Equal("ok ", Run(async scope =>
        {
            var asyncLock = sync.ReaderWriterLock(scope);
            Face.Fork(scope, child => sync.Read(child, asyncLock, below => Told(below, "r1", 4)));
            await Sleep(scope, 1);
            Face.Fork(scope, child => sync.Read(child, asyncLock, below => Told(below, "r2", 4)));
            await Sleep(scope, 1);
            Face.Fork(scope, child => sync.Write(child, asyncLock, below => Told(below, "w", 1)));
            await Sleep(scope, 1);
            Face.Fork(scope, child => sync.Read(child, asyncLock, below => Told(below, "r3", 1)));
            return Outcome.Ok("");
        }));
        Assert.Equal(["r1 in", "r2 in", "r1 out", "r2 out", "w in", "w out", "r3 in", "r3 out"], Log);
    }

    [Fact]
    public void The_lock_is_given_back_by_work_that_fails() =>
        Assert.Equal("ok failed no, then in", Run(async scope =>
        {
            var asyncLock = sync.Lock(scope);
            var failed = await Face.Task(scope, child => sync.Execute(child, asyncLock, _ => Fail("no"))).Outcome;
            var next = await sync.Execute(scope, asyncLock, _ => Ok("in"));
            return Outcome.Ok($"{failed}, then {next.Value}");
        }));

    [Fact]
    public void A_pool_lends_again_what_came_back_and_destroys_it_at_its_end()
    {
        Assert.Equal("ok tool 1, tool 1, crashed none left", Run(async scope =>
        {
            var made = 0;
            var pool = await sync.Pool(
                scope,
                2,
                () => ++made > 1 ? throw new InvalidOperationException("none left") : Task.FromResult(new Tool($"tool {made}")),
                tool => Log.Add($"destroyed {tool.Text}"));
            var one = await sync.Borrow(scope, pool);
            var first = one.ToString();
            await sync.Release(scope, pool, one.Lease!);
            var two = await sync.Borrow(scope, pool);
            var three = await sync.Borrow(scope, pool);
            Assert.Equal(1, pool.Statistics.Total);
            return Outcome.Ok($"{first}, {two}, {three}");
        }));
        Assert.Equal(["destroyed tool 1"], Log);
    }
}
