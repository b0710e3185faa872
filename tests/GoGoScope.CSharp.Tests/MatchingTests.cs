using System.Reflection;
using Microsoft.FSharp.Reflection;

namespace GoGoScope.CSharp.Tests;

/// <summary>One function for each case, and each case finds its own.</summary>
public sealed class MatchingTests
{
    private static readonly TimeSpan Time = TimeSpan.FromSeconds(3);

    private static string Named(Cause<string> cause) => cause.Match(
        failed: error => $"Failed {error}",
        crashed: failure => $"Crashed {failure.Message}",
        timedOut: after => $"TimedOut {after}",
        cancelled: reason => $"Cancelled {reason}",
        rejected: rejection => $"Rejected {rejection}",
        cleanupFailed: failure => $"CleanupFailed {failure.Message}");

    private static string Named(CancelReason reason) => reason.Match(
        requested: text => $"Requested {text}",
        tokenFired: text => $"TokenFired {text}",
        deadlinePassed: time => $"DeadlinePassed {time}",
        parentEnded: inner => $"ParentEnded {Named(inner)}",
        siblingFailed: text => $"SiblingFailed {text}",
        raceLost: text => $"RaceLost {text}",
        scopeExited: text => $"ScopeExited {text}",
        hostStopping: text => $"HostStopping {text}",
        requestAborted: text => $"RequestAborted {text}",
        lockLost: text => $"LockLost {text}");

    private static string Named(Rejection rejection) => rejection.Match(
        circuitOpen: time => $"CircuitOpen {time}",
        rateLimited: time => $"RateLimited {time}",
        queueFull: limit => $"QueueFull {limit}",
        waitedTooLong: time => $"WaitedTooLong {time}",
        channelClosed: text => $"ChannelClosed {text}",
        scopeEnded: text => $"ScopeEnded {text}",
        nothingToDo: text => $"NothingToDo {text}",
        wouldDeadlock: text => $"WouldDeadlock {text}",
        notConfigured: text => $"NotConfigured {text}");

    [Fact]
    public void Each_cause_finds_its_function() =>
        Assert.Equal(
            ["Failed e", "Crashed c", "TimedOut 00:00:03", "Cancelled r", "Rejected the scope 's' has ended", "CleanupFailed d"],
            new[]
            {
                Cause<string>.NewFailed("e"),
                Cause<string>.NewCrashed(new FormatException("c")),
                Cause<string>.NewTimedOut(Time),
                Cause<string>.NewCancelled(CancelReason.NewRequested("r")),
                Cause<string>.NewRejected(Rejection.NewScopeEnded("s")),
                Cause<string>.NewCleanupFailed(new FormatException("d")),
            }.Select(Named));

    /// <summary>Every case of the union, made of a sample for its one field.</summary>
    private static IEnumerable<(string Case, T Value)> Every<T>(Func<Type, object> sample) =>
        FSharpType.GetUnionCases(typeof(T), null)
            .Select(found => (found.Name, (T)FSharpValue.MakeUnion(found, [.. found.GetFields().Select(field => sample(field.PropertyType))], null)));

    [Fact]
    public void Each_reason_finds_its_function() =>
        Assert.All(
            Every<CancelReason>(type => type == typeof(string) ? "x" : type == typeof(TimeSpan) ? Time : CancelReason.NewRequested("y")),
            reason => Assert.StartsWith(reason.Case + " ", Named(reason.Value), StringComparison.Ordinal));

    [Fact]
    public void Each_rejection_finds_its_function() =>
        Assert.All(
            Every<Rejection>(type => type == typeof(string) ? "x" : type == typeof(TimeSpan) ? Time : 1),
            rejection => Assert.StartsWith(rejection.Case + " ", Named(rejection.Value), StringComparison.Ordinal));

    [Theory]
    [InlineData(typeof(Cause<string>))]
    [InlineData(typeof(CancelReason))]
    [InlineData(typeof(Rejection))]
    public void There_is_a_function_for_each_case(Type union)
    {
        var match = typeof(Matching).GetMethods().Single(method =>
            method.Name == "Match" && method.GetParameters()[0].ParameterType.Name == union.Name);
        Assert.Equal(
            FSharpType.GetUnionCases(union, null).Select(found => found.Name.ToUpperInvariant()),
            match.GetParameters().Skip(1).Select(parameter => parameter.Name!.ToUpperInvariant()));
    }

    [Fact]
    public void A_missing_function_is_refused_whatever_the_case_is() =>
        Assert.Throws<ArgumentNullException>(() =>
            Cause<string>.NewFailed("e").Match<string, string>(error => error, null!, null!, null!, null!, null!));

    [Fact]
    public void Errors_are_translated_and_the_rest_stays()
    {
        var error = new ScopeError<int>(Cause<int>.NewFailed(1), new[] { Cause<int>.NewFailed(2), Cause<int>.NewTimedOut(Time) });
        Assert.Equal(
            new ScopeError<string>(Cause<string>.NewFailed("1"), new[] { Cause<string>.NewFailed("2"), Cause<string>.NewTimedOut(Time) }),
            error.Map(number => $"{number}"));
    }
}
