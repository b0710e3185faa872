using System;
using System.Runtime.CompilerServices;
using System.Threading.Tasks;
using Microsoft.FSharp.Core;

namespace GoGoScope.CSharp;

/// <summary>
/// Work whose failures are spelled in the caller's own errors. Two overloads, told apart by the name of the argument:
/// <c>mapError:</c> translates every cause, <c>mapCrash:</c> only exceptions. Both together do not compile.
/// </summary>
public static class WithErrorsExtensions
{
    /// <summary>Runs the work in a scope of its own; every cause of a failure becomes the caller's own error, also those beside the first.</summary>
    /// <param name="scope">The scope below which the work runs; its cancellation reaches the work.</param>
    /// <param name="work">Gets its own scope, which is its cancellation token too.</param>
    /// <param name="mapError">Called for each cause. What it throws is <see cref="Cause{E}.Crashed"/>.</param>
    /// <returns>The value, or <see cref="Cause{E}.Failed"/> with what the function made. It does not fail the scope.</returns>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    [OverloadResolutionPriority(1)]
    public static ScopeAwaitable<T, TOther> WithErrorsAsync<T, TError, TOther>(
        this Scope scope, Func<Scope, Task<Result<T, TError>>> work, Func<Cause<TError>, TOther> mapError) =>
        new(ScopedModule.mapError(Function(mapError), Operand.Of(Work.Of(work)), There(scope)));

    /// <inheritdoc cref="WithErrorsAsync{T, TError, TOther}(Scope, Func{Scope, Task{Result{T, TError}}}, Func{Cause{TError}, TOther})"/>
    public static ScopeAwaitable<T, TOther> WithErrorsAsync<T, TOther>(
        this Scope scope, Func<Scope, Task<T>> work, Func<Cause<Never>, TOther> mapError) =>
        new(ScopedModule.mapError(Function(mapError), Operand.Of(Work.Of(work)), There(scope)));

    /// <summary>Runs the work in a scope of its own; exceptions become the caller's own error, each of them once; every other cause stays as it is.</summary>
    /// <param name="scope">The scope below which the work runs; its cancellation reaches the work.</param>
    /// <param name="work">Gets its own scope, which is its cancellation token too.</param>
    /// <param name="mapCrash">Called for each exception. What it throws itself is <see cref="Cause{E}.Crashed"/>.</param>
    /// <returns>What the work came to, with its crashes as <see cref="Cause{E}.Failed"/>. It does not fail the scope.</returns>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    [OverloadResolutionPriority(1)]
    public static ScopeAwaitable<T, TError> WithErrorsAsync<T, TError>(
        this Scope scope, Func<Scope, Task<Result<T, TError>>> work, Func<Exception, TError> mapCrash) =>
        new(ScopedModule.mapCrash(Function(mapCrash), Operand.Of(Work.Of(work))).Invoke(There(scope)));

    /// <inheritdoc cref="WithErrorsAsync{T, TError}(Scope, Func{Scope, Task{Result{T, TError}}}, Func{Exception, TError})"/>
    public static ScopeAwaitable<T, TError> WithErrorsAsync<T, TError>(
        this Scope scope, Func<Scope, Task<T>> work, Func<Exception, TError> mapCrash) =>
        new(ScopedModule.mapCrash(Function(mapCrash), Operand.Of(Work.OfValue<T, TError>(work))).Invoke(There(scope)));

    private static FSharpFunc<TFrom, TTo> Function<TFrom, TTo>(Func<TFrom, TTo> change)
    {
        ArgumentNullException.ThrowIfNull(change);
        return FuncConvert.FromFunc(change);
    }

    private static Scope There(Scope scope)
    {
        ArgumentNullException.ThrowIfNull(scope);
        return scope;
    }
}
