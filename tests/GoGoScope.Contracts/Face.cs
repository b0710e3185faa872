namespace GoGoScope.Contracts;

/// <summary>Work as a story writes it, in neither language's own shape.</summary>
public delegate Task<Outcome> Work(Scope scope);

/// <summary>How a story wants its scope.</summary>
public sealed record Setup
{
    public string Name { get; init; } = "";

    public TimeSpan Timeout { get; init; } = System.Threading.Timeout.InfiniteTimeSpan;

    public OnExit OnExit { get; init; }

    public OnFailure OnFailure { get; init; }

    public TimeSpan Grace { get; init; } = TimeSpan.FromSeconds(30);

    public bool Ambient { get; init; }

    public Scope? Parent { get; init; }

    public CancellationToken Token { get; init; }

    public TimeProvider? Clock { get; init; }

    public Dispatcher? Dispatcher { get; init; }

    public List<string> Unobserved { get; } = [];

    public List<string> Stuck { get; } = [];
}

/// <summary>How a story wants a child.</summary>
public sealed record ChildSetup(string Name = "", double Seconds = -1, StartMode Start = StartMode.Inline)
{
    public TimeSpan Timeout => Seconds < 0 ? System.Threading.Timeout.InfiniteTimeSpan : TimeSpan.FromSeconds(Seconds);
}

/// <summary>A child that was started.</summary>
public abstract class Handle
{
    public abstract Task<Outcome> Outcome { get; }

    public abstract bool IsCompleted { get; }

    public abstract string Name { get; }

    public abstract void Cancel(string message);
}

/// <summary>
/// The verbs of one language. Every story runs through each face, so the two say the same about the same program.
/// </summary>
public abstract class Face
{
    public abstract Task<Outcome> Run(Setup setup, Work work);

    public abstract Scope Open(Setup setup);

    public abstract Task<Outcome> Join(Scope scope);

    public abstract Handle Fork(Scope scope, Work work, ChildSetup? setup = null);

    public abstract Handle Task(Scope scope, Work work, ChildSetup? setup = null);

    public abstract Task<Outcome> Delay(Scope scope, TimeSpan duration);

    public abstract Task<Outcome> Timeout(Scope scope, TimeSpan after, Work work);

    public abstract Task<Outcome> Shielded(Scope scope, TimeSpan bound, Work work);

    /// <summary>A block that ends with the work, whatever its body does.</summary>
    public abstract Task<Outcome> Ensure(Scope scope, TimeSpan bound, Work work, Work body);

    public abstract Task<Outcome> OnDispose(Scope scope, Action cleanup);

    public abstract Task<Outcome> OnDispose(Scope scope, Func<CancellationToken, Task> cleanup);

    public abstract Task<Outcome> Acquire(Scope scope, AsyncResource<string> resource);

    /// <summary>The values with plus signs between.</summary>
    public abstract Task<Outcome> All(Scope scope, Work first, Work second);

    /// <inheritdoc cref="All(Scope, Work, Work)"/>
    public abstract Task<Outcome> All(Scope scope, Work first, Work second, Work third);

    /// <inheritdoc cref="All(Scope, Work, Work)"/>
    public abstract Task<Outcome> All(Scope scope, Work first, Work second, Work third, Work fourth);

    /// <summary>The values with commas between.</summary>
    public abstract Task<Outcome> Parallel(Scope scope, int concurrency, IReadOnlyList<Work> works);

    /// <summary>The outcomes with commas between.</summary>
    public abstract Task<Outcome> ParallelSettled(Scope scope, int concurrency, IReadOnlyList<Work> works);

    public abstract Task<Outcome> MapError(Scope scope, Func<Cause<string>, string> change, Work work);

    public abstract Task<Outcome> MapCrash(Scope scope, Func<Exception, string> change, Work work);

    public abstract void ThrowIfCancelled(Scope scope);

    public abstract IDisposable OnCancel(Scope scope, Action<CancelReason> callback);

    public abstract Task<CancelReason> WhenCancelled(Scope scope);

    public abstract Task FaultWhenCancelled(Scope scope);

    public abstract FirstToken FirstToken(params CancellationToken[] tokens);

    public abstract string DebugTree(Scope scope);

    public abstract Scope? Current { get; }

    /// <summary>The exception's type, or the value.</summary>
    public abstract string TryRun(Func<string> work);

    /// <inheritdoc cref="TryRun"/>
    public abstract Task<string> TryRunAsync(Func<Task<string>> work);

    /// <summary>The exception's message, or the value.</summary>
    public abstract string TryMessage(Func<string> work);

    /// <inheritdoc cref="TryMessage"/>
    public abstract Task<string> TryMessageAsync(Func<Task<string>> work);
}
