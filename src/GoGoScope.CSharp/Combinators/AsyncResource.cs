using System;

namespace GoGoScope.CSharp;

/// <summary>Acquiring a resource that its scope releases.</summary>
public static class AsyncResourceExtensions
{
    /// <summary>
    /// Acquires the resource and registers its release in one step; the scope that acquires it first releases it at its end,
    /// after its children, and whoever asks meanwhile is given the same value. A cancel ends the wait for another's acquisition
    /// at once; an own one has the token and is awaited.
    /// </summary>
    /// <returns>The value; what the acquisition threw, as <see cref="Cause{E}.Crashed"/>; or <c>Rejected (ScopeEnded)</c>.</returns>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    public static ScopeAwaitable<T, Never> AcquireAsync<T>(this AsyncResource<T> resource, Scope scope)
    {
        ArgumentNullException.ThrowIfNull(resource);
        ArgumentNullException.ThrowIfNull(scope);
        return new(resource.Acquire<Never>().Invoke(scope));
    }
}
