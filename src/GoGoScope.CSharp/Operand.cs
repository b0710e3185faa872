using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading.Tasks;
using Microsoft.FSharp.Core;

namespace GoGoScope.CSharp;

/// <summary>Work as the kernel's cold function, for the verbs that take several. It runs in the scope that it is given.</summary>
internal sealed class Operand<T, TError, TWork>(TWork work)
    : FSharpFunc<Scope, ValueTask<FSharpResult<T, ScopeError<TError>>>>
    where TWork : struct, IWork<T, TError>
{
    public override ValueTask<FSharpResult<T, ScopeError<TError>>> Invoke(Scope scope)
    {
        var mine = work;
        mine.Start(scope);
        return mine.IsCompleted ? new(mine.GetResult(scope)) : new OperandWait<T, TError, TWork>(scope, mine).Start();
    }
}

/// <summary>The wait for an operand. It is not parked: a cancel reaches the work, and the wait ends with the work.</summary>
internal sealed class OperandWait<T, TError, TWork>(Scope scope, TWork work)
    : Waiter<FSharpResult<T, ScopeError<TError>>>(scope)
    where TWork : struct, IWork<T, TError>
{
    public ValueTask<FSharpResult<T, ScopeError<TError>>> Start()
    {
        work.OnCompleted(() => Wake(work.GetResult(scope)));
        return AsValueTask();
    }

    public override void OnCancelled(CancelReason reason)
    {
    }
}

/// <summary>Makes operands.</summary>
internal static class Operand
{
    public static FSharpFunc<Scope, ValueTask<FSharpResult<T, ScopeError<TError>>>> Of<T, TError, TWork>(
        Body<T, TError, TWork> work)
        where TWork : struct, IWork<T, TError> => new Operand<T, TError, TWork>(work.Work);

    public static FSharpFunc<Scope, ValueTask<FSharpResult<T, ScopeError<TError>>>> Typed<T, TError>(
        Func<Scope, Task<Result<T, TError>>> work) => Of(Work.Of(work));

    public static FSharpFunc<Scope, ValueTask<FSharpResult<T, ScopeError<Never>>>> Plain<T>(
        Func<Scope, Task<T>> work) => Of(Work.Of(work));

    public static FSharpFunc<TItem, FSharpFunc<Scope, ValueTask<FSharpResult<T, ScopeError<TError>>>>> Function<TItem, T, TError>(
        Func<TItem, Scope, Task<Result<T, TError>>> work)
    {
        ArgumentNullException.ThrowIfNull(work);
        return FuncConvert.FromFunc((TItem item) => Typed(child => work(item, child)));
    }

    public static FSharpFunc<TItem, FSharpFunc<Scope, ValueTask<FSharpResult<T, ScopeError<Never>>>>> Function<TItem, T>(
        Func<TItem, Scope, Task<T>> work)
    {
        ArgumentNullException.ThrowIfNull(work);
        return FuncConvert.FromFunc((TItem item) => Plain(child => work(item, child)));
    }

    /// <summary>Work without a value, where the kernel wants F#'s own.</summary>
    public static FSharpFunc<Scope, ValueTask<FSharpResult<Unit, ScopeError<Never>>>> Unit(Func<Scope, Task> work)
    {
        var done = Of(Work.Of(work));
        return FuncConvert.FromFunc((Scope scope) => Child.Changed(
            scope, done.Invoke(scope), outcome => new Result<Done>(outcome).Map(_ => default(Unit)!).Core).Core);
    }

    /// <summary>The operands by their place.</summary>
    public static FSharpFunc<int, TWork> At<TWork>(TWork[] works) => FuncConvert.FromFunc((int index) => works[index]);

    /// <summary>One for each item, read once.</summary>
    public static TWork[] Each<TItem, TWork>(IEnumerable<TItem> items, Func<TItem, TWork> make)
    {
        ArgumentNullException.ThrowIfNull(items);
        return [.. items.Select(make)];
    }
}
