namespace GoGoScope.Contracts;

/// <summary>A lease, or why there is none.</summary>
public sealed record Taken(Lease Lease, Outcome? Failure)
{
    public override string ToString() => Failure?.ToString() ?? "taken";
}

/// <summary>A borrowed tool, or why there is none.</summary>
public sealed record Borrowed(PoolLease<Tool>? Lease, Outcome? Failure)
{
    public override string ToString() => Failure?.ToString() ?? Lease!.Value.Text;
}

/// <summary>The verbs around permits, locks and pools, of one language.</summary>
public abstract class SyncFace(Face face)
{
    public Face Scopes => face;

    public abstract GoGoScope.Semaphore Semaphore(Scope scope, int total);

    public abstract Task<Taken> Acquire(Scope scope, GoGoScope.Semaphore semaphore, int count = 1, int priority = 0, TimeSpan? patience = null);

    public abstract Task<Outcome> Execute(Scope scope, GoGoScope.Semaphore semaphore, Work work);

    public abstract AsyncLock Lock(Scope scope);

    public abstract Task<Outcome> Execute(Scope scope, AsyncLock asyncLock, Work work);

    public abstract AsyncReaderWriterLock ReaderWriterLock(Scope scope);

    public abstract Task<Outcome> Read(Scope scope, AsyncReaderWriterLock asyncLock, Work work);

    public abstract Task<Outcome> Write(Scope scope, AsyncReaderWriterLock asyncLock, Work work);

    public abstract Task<ResourcePool<Tool>> Pool(Scope scope, int max, Func<Task<Tool>> make, Action<Tool> destroy);

    public abstract Task<Borrowed> Borrow(Scope scope, ResourcePool<Tool> pool);

    public abstract Task Release(Scope scope, ResourcePool<Tool> pool, PoolLease<Tool> lease);
}
