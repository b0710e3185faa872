using System;
using System.Runtime.CompilerServices;
using System.Threading.Tasks;
using GoGoScope.CompilerServices;
using Microsoft.FSharp.Core;

namespace GoGoScope.CSharp;

/// <summary>Several pieces of work of different types at once: what <c>and!</c> is in F#.</summary>
public static class AllExtensions
{
    /// <summary>
    /// Runs all at the same time in one scope of their own, and gives all values. The first failure cancels the others
    /// and waits for them; it is the one reported, and the others' own failures are kept beside it.
    /// </summary>
    /// <returns>The values in the order of the work, or the first failure. It does not fail the scope that calls.</returns>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    [OverloadResolutionPriority(1)]
    public static ScopeAwaitable<(T1 First, T2 Second), TError> AllAsync<T1, T2, TError>(
        this Scope scope, Func<Scope, Task<Result<T1, TError>>> first, Func<Scope, Task<Result<T2, TError>>> second) =>
        Two(scope, Pair(Cold(first), Cold(second)));

    /// <inheritdoc cref="AllAsync{T1, T2, TError}(Scope, Func{Scope, Task{Result{T1, TError}}}, Func{Scope, Task{Result{T2, TError}}})"/>
    [OverloadResolutionPriority(1)]
    public static ScopeAwaitable<(T1 First, T2 Second, T3 Third), TError> AllAsync<T1, T2, T3, TError>(
        this Scope scope,
        Func<Scope, Task<Result<T1, TError>>> first,
        Func<Scope, Task<Result<T2, TError>>> second,
        Func<Scope, Task<Result<T3, TError>>> third) =>
        Three(scope, Pair(Cold(first), Pair(Cold(second), Cold(third))));

    /// <inheritdoc cref="AllAsync{T1, T2, TError}(Scope, Func{Scope, Task{Result{T1, TError}}}, Func{Scope, Task{Result{T2, TError}}})"/>
    [OverloadResolutionPriority(1)]
    public static ScopeAwaitable<(T1 First, T2 Second, T3 Third, T4 Fourth), TError> AllAsync<T1, T2, T3, T4, TError>(
        this Scope scope,
        Func<Scope, Task<Result<T1, TError>>> first,
        Func<Scope, Task<Result<T2, TError>>> second,
        Func<Scope, Task<Result<T3, TError>>> third,
        Func<Scope, Task<Result<T4, TError>>> fourth) =>
        Four(scope, Pair(Cold(first), Pair(Cold(second), Pair(Cold(third), Cold(fourth)))));

    /// <inheritdoc cref="AllAsync{T1, T2, TError}(Scope, Func{Scope, Task{Result{T1, TError}}}, Func{Scope, Task{Result{T2, TError}}})"/>
    public static ScopeAwaitable<(T1 First, T2 Second), Never> AllAsync<T1, T2>(
        this Scope scope, Func<Scope, Task<T1>> first, Func<Scope, Task<T2>> second) =>
        Two(scope, Pair(ColdValue(first), ColdValue(second)));

    /// <inheritdoc cref="AllAsync{T1, T2, TError}(Scope, Func{Scope, Task{Result{T1, TError}}}, Func{Scope, Task{Result{T2, TError}}})"/>
    public static ScopeAwaitable<(T1 First, T2 Second, T3 Third), Never> AllAsync<T1, T2, T3>(
        this Scope scope, Func<Scope, Task<T1>> first, Func<Scope, Task<T2>> second, Func<Scope, Task<T3>> third) =>
        Three(scope, Pair(ColdValue(first), Pair(ColdValue(second), ColdValue(third))));

    /// <inheritdoc cref="AllAsync{T1, T2, TError}(Scope, Func{Scope, Task{Result{T1, TError}}}, Func{Scope, Task{Result{T2, TError}}})"/>
    public static ScopeAwaitable<(T1 First, T2 Second, T3 Third, T4 Fourth), Never> AllAsync<T1, T2, T3, T4>(
        this Scope scope,
        Func<Scope, Task<T1>> first,
        Func<Scope, Task<T2>> second,
        Func<Scope, Task<T3>> third,
        Func<Scope, Task<T4>> fourth) =>
        Four(scope, Pair(ColdValue(first), Pair(ColdValue(second), Pair(ColdValue(third), ColdValue(fourth)))));

    private static FSharpFunc<Scope, ValueTask<FSharpResult<T, ScopeError<TError>>>> Cold<T, TError>(
        Func<Scope, Task<Result<T, TError>>> work) => Operand.Of(Work.Of(work));

    private static FSharpFunc<Scope, ValueTask<FSharpResult<T, ScopeError<Never>>>> ColdValue<T>(
        Func<Scope, Task<T>> work) => Operand.Of(Work.Of(work));

    private static Pair<TA, TB, TError> Pair<TA, TB, TError>(
        FSharpFunc<Scope, ValueTask<FSharpResult<TA, ScopeError<TError>>>> left,
        FSharpFunc<Scope, ValueTask<FSharpResult<TB, ScopeError<TError>>>> right) => new(left, right);

    private static ScopeAwaitable<(T1, T2), TError> Two<T1, T2, TError>(Scope scope, Pair<T1, T2, TError> pair) =>
        new(Group(scope, pair));

    private static ScopeAwaitable<(T1, T2, T3), TError> Three<T1, T2, T3, TError>(
        Scope scope, Pair<T1, (T2, T3), TError> pair) =>
        Child.Changed(scope, Group(scope, pair), outcome => new Result<(T1, (T2, T3)), TError>(outcome)
            .Map(all => (all.Item1, all.Item2.Item1, all.Item2.Item2)).Core);

    private static ScopeAwaitable<(T1, T2, T3, T4), TError> Four<T1, T2, T3, T4, TError>(
        Scope scope, Pair<T1, (T2, (T3, T4)), TError> pair) =>
        Child.Changed(scope, Group(scope, pair), outcome => new Result<(T1, (T2, (T3, T4))), TError>(outcome)
            .Map(all => (all.Item1, all.Item2.Item1, all.Item2.Item2.Item1, all.Item2.Item2.Item2)).Core);

    private static ValueTask<FSharpResult<T, ScopeError<TError>>> Group<T, TError>(Scope scope, Merged<T, TError> all)
    {
        ArgumentNullException.ThrowIfNull(scope);
        return Launch.Child<T, TError, GroupBody<T, TError>>(scope, ChildKind.Bound, "", 0, new(all)).AsValueTask();
    }
}
