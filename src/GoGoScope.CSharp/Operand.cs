using System;
using System.Runtime.CompilerServices;
using System.Threading.Tasks;
using Microsoft.FSharp.Core;

namespace GoGoScope;

/// <summary>Work as the kernel's cold function, for the verbs that take several. It runs in the scope that it is given.</summary>
internal sealed class Operand<T, TError, TWork>(TWork work)
    : FSharpFunc<Scope, ValueTask<FSharpResult<T, ScopeError<TError>>>>
    where TWork : struct, IWork<T, TError>
{
    public override ValueTask<FSharpResult<T, ScopeError<TError>>> Invoke(Scope scope)
    {
        var mine = work;
        mine.Start(scope);
        return mine.IsCompleted ? new(mine.GetResult(scope)) : EndedAsync(scope, mine);
    }

    private static async ValueTask<FSharpResult<T, ScopeError<TError>>> EndedAsync(Scope scope, TWork work)
    {
        await new Ending<T, TError, TWork>(work);
        return work.GetResult(scope);
    }
}

/// <summary>The same in a child scope of its own, whose children have ended when it answers.</summary>
internal sealed class BoundOperand<T, TError, TWork>(Body<T, TError, TWork> work)
    : FSharpFunc<Scope, ValueTask<FSharpResult<T, ScopeError<TError>>>>
    where TWork : struct, IWork<T, TError>
{
    public override ValueTask<FSharpResult<T, ScopeError<TError>>> Invoke(Scope scope) => Child.Bound(scope, work).Core;
}

/// <summary>Makes operands, and finds their types.</summary>
internal static class Operand
{
    public static FSharpFunc<Scope, ValueTask<FSharpResult<T, ScopeError<TError>>>> Of<T, TError, TWork>(
        Body<T, TError, TWork> work)
        where TWork : struct, IWork<T, TError> => new Operand<T, TError, TWork>(work.Work);

    public static FSharpFunc<Scope, ValueTask<FSharpResult<T, ScopeError<TError>>>> Bound<T, TError, TWork>(
        Body<T, TError, TWork> work)
        where TWork : struct, IWork<T, TError> => new BoundOperand<T, TError, TWork>(work);
}

/// <summary>Waits for the end of work, and leaves its outcome unread.</summary>
internal readonly struct Ending<T, TError, TWork>(TWork work) : ICriticalNotifyCompletion
    where TWork : struct, IWork<T, TError>
{
    public bool IsCompleted => work.IsCompleted;

    public Ending<T, TError, TWork> GetAwaiter() => this;

    public void GetResult()
    {
    }

    public void OnCompleted(Action continuation) => work.OnCompleted(continuation);

    public void UnsafeOnCompleted(Action continuation) => work.OnCompleted(continuation);
}
