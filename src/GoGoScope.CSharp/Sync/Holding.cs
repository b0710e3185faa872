using System;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.FSharp.Core;

namespace GoGoScope.CSharp;

/// <summary>Where the verbs around permits and locks meet the kernel.</summary>
internal static class Holding
{
    /// <summary>Waits in the scope that runs here, where <c>Ambient</c> is on, or else in that of the noun.</summary>
    public static ScopeAwaitable<Lease, Never> Take(PermitCore core, PermitOrder order, CancellationToken cancellationToken) =>
        new(PermitKernel.AcquireUnlessStopped<Never>(core, order, Scope.Current ?? core.Owner, cancellationToken));

    public static ScopeAwaitable<Lease, Never> Take(PermitCore core, PermitOrder order, Scope scope)
    {
        ArgumentNullException.ThrowIfNull(scope);
        return new(PermitKernel.AcquireUnlessStopped<Never>(core, order, scope, default));
    }

    public static Alt<TOut, Never> Case<TOut>(PermitCore core, PermitOrder order, Func<Lease, TOut> then)
    {
        ArgumentNullException.ThrowIfNull(then);
        return AltModule.map(FuncConvert.FromFunc(then), AltModule.ofCase(new PermitCase<Never>(core, order)));
    }

    /// <summary>Runs the work, in a scope of its own, while the permit is held.</summary>
    public static ScopeAwaitable<T, TError> Run<T, TError, TWork>(
        Scope scope, PermitCore core, PermitOrder order, Body<T, TError, TWork> work)
        where TWork : struct, IWork<T, TError>
    {
        ArgumentNullException.ThrowIfNull(scope);
        return new(RunAsync(scope, core, order, work));
    }

    private static async ValueTask<FSharpResult<T, ScopeError<TError>>> RunAsync<T, TError, TWork>(
        Scope scope, PermitCore core, PermitOrder order, Body<T, TError, TWork> work)
        where TWork : struct, IWork<T, TError>
    {
        var usesContext = scope.Dispatcher.UsesContext;
        var taken = await PermitKernel.AcquireUnlessStopped<TError>(core, order, scope, default).ConfigureAwait(usesContext);

        if (taken.IsError)
            return FSharpResult<T, ScopeError<TError>>.NewError(taken.ErrorValue);

        using (taken.ResultValue)
            return await Child.Bound(scope, work).Core.ConfigureAwait(usesContext);
    }
}
