using GoGoScope.Contracts;

namespace GoGoScope.CSharp.Tests.Parity;

/// <summary>The verbs of C# around permits, locks and pools.</summary>
public sealed class CSharpSyncFace() : SyncFace(new CSharpFace())
{
    private static async Task<Result<string, string>> Of(Work work, Scope scope)
    {
        var outcome = await work(scope);
        return outcome.Error is { } error ? Result.Fail(error) : Result.Ok<string, string>(outcome.Value!);
    }

    private static async Task<Outcome> Said(ScopeAwaitable<string, string> ended) => (await ended).Match(Outcome.Ok, Outcome.Of);

    public override GoGoScope.Semaphore Semaphore(Scope scope, int total) => scope.Semaphore(total);

    public override async Task<Taken> Acquire(Scope scope, GoGoScope.Semaphore semaphore, int count, int priority, TimeSpan? patience) =>
        (await semaphore.AcquireAsync(
            new AcquireSettings { Count = count, Priority = priority, Patience = patience ?? Timeout.InfiniteTimeSpan }, scope))
        .Match(lease => new Taken(lease, null), error => new Taken(default, Outcome.OfNever(error)));

    public override Task<Outcome> Execute(Scope scope, GoGoScope.Semaphore semaphore, Work work) =>
        Said(semaphore.ExecuteAsync(scope, child => Of(work, child)));

    public override AsyncLock Lock(Scope scope) => scope.AsyncLock();

    public override Task<Outcome> Execute(Scope scope, AsyncLock asyncLock, Work work) =>
        Said(asyncLock.ExecuteAsync(scope, child => Of(work, child)));

    public override AsyncReaderWriterLock ReaderWriterLock(Scope scope) => scope.AsyncReaderWriterLock();

    public override Task<Outcome> Read(Scope scope, AsyncReaderWriterLock asyncLock, Work work) =>
        Said(asyncLock.ExecuteReadAsync(scope, child => Of(work, child)));

    public override Task<Outcome> Write(Scope scope, AsyncReaderWriterLock asyncLock, Work work) =>
        Said(asyncLock.ExecuteWriteAsync(scope, child => Of(work, child)));

    public override async Task<ResourcePool<Tool>> Pool(Scope scope, int max, Func<Task<Tool>> make, Action<Tool> destroy) =>
        (await scope.ResourcePoolAsync(new ResourcePoolSettings<Tool>
        {
            Max = max,
            Create = _ => make(),
            Destroy = (tool, _) =>
            {
                destroy(tool);
                return Task.CompletedTask;
            },
        })).GetValueOrThrow();

    public override async Task<Borrowed> Borrow(Scope scope, ResourcePool<Tool> pool) =>
        (await pool.BorrowAsync(scope)).Match(lease => new Borrowed(lease, null), error => new Borrowed(null, Outcome.OfNever(error)));

    public override Task Release(Scope scope, ResourcePool<Tool> pool, PoolLease<Tool> lease) => pool.ReleaseAsync(lease).AsTask();
}

public sealed class SyncParity() : SyncStories(new CSharpSyncFace());

/// <summary>What only C# says.</summary>
public sealed class SyncTests
{
    [Fact]
    public async Task A_token_ends_a_wait_and_an_ambient_scope_does()
    {
        await using var scope = Scope.Open(new() { Ambient = true });
        var semaphore = scope.Semaphore(1);
        using var lease = (await semaphore.AcquireAsync()).GetValueOrThrow();
        Assert.False(semaphore.TryAcquire(out _));
        using var stop = new CancellationTokenSource();
        var waiting = semaphore.AcquireAsync(stop.Token).AsTask();
        Assert.Equal(1, semaphore.Waiting);
        stop.Cancel();
        Assert.Equal(
            CancelReason.NewTokenFired("caller"),
            Assert.IsType<Cause<Never>.Cancelled>((await waiting).Error!.Cause).Reason);

        var child = scope.Task(async _ => (await semaphore.AcquireAsync()).GetValueOrThrow().IsHeld);
        await Task.Yield();
        child.Cancel("not needed");
        Assert.IsType<Cause<Never>.Cancelled>((await child).Error!.Cause);
        Assert.Equal(0, semaphore.Waiting);
    }

    [Fact]
    public async Task A_permit_and_a_pool_read_well()
    {
        await using var scope = Scope.Open();
        var pool = (await scope.ResourcePoolAsync(new ResourcePoolSettings<object>
        {
            Max = 1,
            Create = _ => Task.FromResult(new object()),
            Destroy = (_, _) => Task.CompletedTask,
        })).GetValueOrThrow();

        await using (var lease = (await pool.BorrowAsync(scope)).GetValueOrThrow())
        {
            Assert.NotNull(lease.Value);
            Assert.Equal(1, pool.Statistics.InUse);
        }

        var (error, value) = await pool.ExecuteAsync(scope, (resource, _) => Task.FromResult(resource.GetHashCode() != 1));
        Assert.Null(error);
        Assert.True(value || !value);
        Assert.Equal(1, pool.Statistics.Available);
    }
}
