namespace GoGoScope.Contracts;

/// <summary>What work came to, in the words of the stories: a text, or what went wrong.</summary>
public sealed record Outcome
{
    private Outcome(string? value, ScopeError<string>? error) => (Value, Error) = (value, error);

    public string? Value { get; }

    public ScopeError<string>? Error { get; }

    public static Outcome Ok(string value) => new(value, null);

    public static Outcome Fail(string error) => Of(ScopeErrorModule.failed(error));

    public static Outcome Of(ScopeError<string> error) => new(null, error);

    /// <summary>An error of work that has none of its own.</summary>
    public static Outcome OfNever(ScopeError<Never> error) => Of(new(Cross(error.Cause), error.Others.Select(Cross).ToArray()));

    /// <summary>Short and complete, so that a story can compare it.</summary>
    public override string ToString() =>
        Error is null ? $"ok {Value}" : string.Join(" + ", Error.Others.Prepend(Error.Cause).Select(Name));

    private static string Name(Cause<string> cause) => cause switch
    {
        Cause<string>.Failed it => $"failed {it.Error}",
        Cause<string>.Crashed { Exception: UntypedFailure untyped } => $"crashed untyped {untyped.Error}",
        Cause<string>.Crashed it => $"crashed {it.Exception.Message}",
        Cause<string>.CleanupFailed it => $"cleanup failed {it.Exception.Message}",
        _ => cause.ToString()!,
    };

    private static Cause<string> Cross(Cause<Never> cause) => cause switch
    {
        Cause<Never>.Crashed it => Cause<string>.NewCrashed(it.Exception),
        Cause<Never>.TimedOut it => Cause<string>.NewTimedOut(it.After),
        Cause<Never>.Cancelled it => Cause<string>.NewCancelled(it.Reason),
        Cause<Never>.Rejected it => Cause<string>.NewRejected(it.Rejection),
        Cause<Never>.CleanupFailed it => Cause<string>.NewCleanupFailed(it.Exception),
        _ => throw new InvalidOperationException("Never has no values."),
    };
}
