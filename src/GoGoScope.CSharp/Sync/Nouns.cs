using System;
using System.Threading.Tasks;
using Microsoft.FSharp.Core;

namespace GoGoScope.CSharp;

/// <summary>What is made in a scope at once, or not at all.</summary>
internal static class Nouns
{
    public static T Made<T>(Scope scope, ValueTask<FSharpResult<T, ScopeError<Never>>> made) =>
        made.Result is { IsOk: true, ResultValue: var value }
            ? value
            : throw new ObjectDisposedException(scope.Name, "The scope has ended: nothing can be made in it.");
}
