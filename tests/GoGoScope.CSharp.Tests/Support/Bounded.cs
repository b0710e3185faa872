namespace GoGoScope.CSharp.Tests;

/// <summary>No test hangs: what takes longer than this in real time has failed.</summary>
public static class Bounded
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    public static Task<T> InTime<T>(this Task<T> work) => work.WaitAsync(Patience);

    public static Task InTime(this Task work) => work.WaitAsync(Patience);

    public static Task<Result<T, TError>> InTime<T, TError>(this ScopeAwaitable<T, TError> work) => work.AsTask().InTime();

    public static Task<Result<T>> InTime<T>(this ScopeAwaitable<T, Never> work) => work.AsTask().InTime();

    public static Task<Result> InTime(this ScopeAwaitable<Done, Never> work) => work.AsTask().InTime();
}
