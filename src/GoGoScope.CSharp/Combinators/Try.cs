using System;
using System.Diagnostics.CodeAnalysis;
using System.Threading.Tasks;
using Microsoft.FSharp.Core;

namespace GoGoScope.CSharp;

/// <summary>
/// Code that throws, as a value: for calls into libraries that know no result. Everything that is thrown is caught, a
/// cancellation included: in a scope the next wait reports that one all the same.
/// </summary>
[SuppressMessage("Naming", "CA1716", Justification = "One name in F# and C#; only Visual Basic has to escape it.")]
public static class Try
{
    /// <summary>Calls the work; its exception is the error.</summary>
    /// <exception cref="ArgumentNullException">The work is null.</exception>
    public static Result<T, Exception> Run<T>(Func<T> work) => ToResult(TryModule.run(Function(work)));

    /// <summary>Calls and awaits the work; its exception is the error.</summary>
    /// <exception cref="ArgumentNullException">The work is null.</exception>
    public static async Task<Result<T, Exception>> RunAsync<T>(Func<Task<T>> work) =>
        ToResult(await TryModule.runAsync(Function(work)).ConfigureAwait(false));

    /// <summary>Calls the work; the message of its exception is the error.</summary>
    /// <exception cref="ArgumentNullException">The work is null.</exception>
    public static Result<T, string> Message<T>(Func<T> work) => ToResult(TryModule.message(Function(work)));

    /// <summary>Calls and awaits the work; the message of its exception is the error.</summary>
    /// <exception cref="ArgumentNullException">The work is null.</exception>
    public static async Task<Result<T, string>> MessageAsync<T>(Func<Task<T>> work) =>
        ToResult(await TryModule.messageAsync(Function(work)).ConfigureAwait(false));

    private static FSharpFunc<Unit, T> Function<T>(Func<T> work)
    {
        ArgumentNullException.ThrowIfNull(work);
        return FuncConvert.FromFunc(work);
    }

    private static Result<T, TError> ToResult<T, TError>(FSharpResult<T, TError> core) =>
        core.IsOk ? Result.Ok<T, TError>(core.ResultValue) : Result.Fail<T, TError>(core.ErrorValue);
}
