using GoGoScope.Contracts;

namespace GoGoScope.CSharp.Tests.Parity;

/// <summary>The verbs of C#, for the stories that both languages tell.</summary>
public sealed class CSharpFace : Face
{
    private static Func<Scope, Task<Result<string, string>>> Of(Work work) => async scope => Of(await work(scope));

    private static Result<string, string> Of(Outcome outcome) =>
        outcome.Error is { } error ? Result.Fail(error) : Result.Ok<string, string>(outcome.Value!);

    private static Outcome Said<T>(Result<T, string> result) =>
        result.Match(value => Outcome.Ok($"{value}"), Outcome.Of);

    private static Outcome Said<T>(Result<T> result) => result.Match(value => Outcome.Ok($"{value}"), Outcome.OfNever);

    private static Outcome Said(Result result) => result.Match(() => Outcome.Ok(""), Outcome.OfNever);

    private static string Said<T, TError>(Result<T, TError> result, Func<TError, string> name) =>
        result.Match(value => $"{value}", error => name(((Cause<TError>.Failed)error.Cause).Error));

    private static ScopeSettings Of(Setup setup) => new()
    {
        Name = setup.Name,
        Timeout = setup.Timeout,
        OnExit = setup.OnExit,
        OnFailure = setup.OnFailure,
        Grace = setup.Grace,
        Ambient = setup.Ambient,
        Parent = setup.Parent,
        Clock = setup.Clock,
        Dispatcher = setup.Dispatcher,
        Hooks = new()
        {
            OnUnobserved = lost => setup.Unobserved.Add($"{lost.Scope}: {lost.Exception.Message}"),
            OnStuck = stuck => setup.Stuck.Add($"{stuck.Scope}: {stuck.Child}"),
        },
    };

    private static TaskSettings? Of(ChildSetup? setup) =>
        setup is null ? null : new() { Name = setup.Name, Timeout = setup.Timeout, Start = setup.Start };

    public override async Task<Outcome> Run(Setup setup, Work work) =>
        Said(await Scope.RunAsync(Of(work), Of(setup), setup.Token));

    public override Scope Open(Setup setup) => Scope.Open(Of(setup), setup.Token);

    public override async Task<Outcome> Join(Scope scope) =>
        (await scope.JoinAsync<string>()).Match(_ => Outcome.Ok(""), Outcome.Of);

    public override Handle Fork(Scope scope, Work work, ChildSetup? setup = null) =>
        new CSharpHandle(scope.Fork(Of(work), Of(setup)));

    public override Handle Task(Scope scope, Work work, ChildSetup? setup = null) =>
        new CSharpHandle(scope.Task(Of(work), Of(setup)));

    public override async Task<Outcome> Delay(Scope scope, TimeSpan duration) => Said(await scope.DelayAsync(duration));

    public override async Task<Outcome> Timeout(Scope scope, TimeSpan after, Work work) =>
        Said(await scope.TimeoutAsync(after, Of(work)));

    public override async Task<Outcome> Shielded(Scope scope, TimeSpan bound, Work work) =>
        Said(await scope.ShieldedAsync(bound, Of(work)));

    public override async Task<Outcome> Ensure(Scope scope, TimeSpan bound, Work work, Work body)
    {
        await using var ensured = scope.Ensure(bound, async child => Of(await work(child)).GetValueOrThrow());
        return await body(scope);
    }

    public override async Task<Outcome> OnDispose(Scope scope, Action cleanup) => Said(scope.OnDispose(cleanup));

    public override async Task<Outcome> OnDispose(Scope scope, Func<CancellationToken, Task> cleanup) =>
        Said(scope.OnDispose(cleanup));

    public override async Task<Outcome> Acquire(Scope scope, AsyncResource<string> resource) =>
        Said(await resource.AcquireAsync(scope));

    public override async Task<Outcome> All(Scope scope, Work first, Work second) =>
        Said((await scope.AllAsync(Of(first), Of(second))).Map(all => $"{all.First}+{all.Second}"));

    public override async Task<Outcome> All(Scope scope, Work first, Work second, Work third) =>
        Said((await scope.AllAsync(Of(first), Of(second), Of(third)))
            .Map(all => $"{all.First}+{all.Second}+{all.Third}"));

    public override async Task<Outcome> All(Scope scope, Work first, Work second, Work third, Work fourth) =>
        Said((await scope.AllAsync(Of(first), Of(second), Of(third), Of(fourth)))
            .Map(all => $"{all.First}+{all.Second}+{all.Third}+{all.Fourth}"));

    public override async Task<Outcome> Parallel(Scope scope, int concurrency, IReadOnlyList<Work> works) =>
        Said((await scope.ParallelAsync(works, (work, child) => Of(work)(child), new() { Concurrency = concurrency }))
            .Map(values => string.Join(',', values)));

    public override async Task<Outcome> ParallelSettled(Scope scope, int concurrency, IReadOnlyList<Work> works) =>
        Said((await scope.ParallelSettledAsync(works.Select(Of), new() { Concurrency = concurrency }))
            .Map(outcomes => string.Join(',', outcomes.Select(outcome => Said(outcome)))));

    public override async Task<Outcome> MapError(Scope scope, Func<Cause<string>, string> change, Work work) =>
        Said(await scope.WithErrorsAsync(Of(work), mapError: change));

    public override async Task<Outcome> MapCrash(Scope scope, Func<Exception, string> change, Work work) =>
        Said(await scope.WithErrorsAsync(Of(work), mapCrash: change));

    public override void ThrowIfCancelled(Scope scope) => scope.ThrowIfCancelled();

    public override IDisposable OnCancel(Scope scope, Action<CancelReason> callback) => scope.OnCancel(callback);

    public override Task<CancelReason> WhenCancelled(Scope scope) => scope.WhenCancelled();

    public override Task FaultWhenCancelled(Scope scope) => scope.FaultWhenCancelled();

    public override FirstToken FirstToken(params CancellationToken[] tokens) => Scope.FirstToken(tokens);

    public override string DebugTree(Scope scope) => scope.DebugTree();

    public override Scope? Current => Scope.Current;

    public override string TryRun(Func<string> work) => Said(Try.Run(work), failure => failure.GetType().Name);

    public override async Task<string> TryRunAsync(Func<Task<string>> work) =>
        Said(await Try.RunAsync(work), failure => failure.GetType().Name);

    public override string TryMessage(Func<string> work) => Said(Try.Message(work), message => message);

    public override async Task<string> TryMessageAsync(Func<Task<string>> work) =>
        Said(await Try.MessageAsync(work), message => message);

    private sealed class CSharpHandle(ScopeTask<string, string> child) : Handle
    {
        public override Task<Outcome> Outcome => AwaitAsync();

        public override bool IsCompleted => child.IsCompleted;

        public override string Name => child.Name;

        public override void Cancel(string message) => child.Cancel(message);

        private async Task<Outcome> AwaitAsync() => Said(await child);
    }
}

public sealed class ScopeParity() : ScopeStories(new CSharpFace());

public sealed class ChildParity() : ChildStories(new CSharpFace());

public sealed class CombinatorParity() : CombinatorStories(new CSharpFace());

public sealed class EndParity() : EndStories(new CSharpFace());
