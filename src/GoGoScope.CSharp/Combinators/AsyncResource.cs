using System;
using System.Threading.Tasks;
using Microsoft.FSharp.Core;

namespace GoGoScope;

/// <summary>Acquiring a resource that its scope releases.</summary>
public static class AsyncResourceExtensions
{
    /// <summary>
    /// Acquires the resource and registers its release in one step; the scope releases it at its end, after its children.
    /// Held already, it is shared.
    /// </summary>
    /// <returns>The value; what the acquisition threw, as <see cref="Cause{E}.Crashed"/>; or <c>Rejected (ScopeEnded)</c>.</returns>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    public static ScopeAwaitable<T, Never> AcquireAsync<T>(this AsyncResource<T> resource, Scope scope)
    {
        ArgumentNullException.ThrowIfNull(resource);
        ArgumentNullException.ThrowIfNull(scope);
        return new(new ValueTask<FSharpResult<T, ScopeError<Never>>>(resource.AcquireIn(scope)));
    }
}
