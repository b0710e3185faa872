using GoGoScope.Contracts;

namespace GoGoScope.CSharp.Tests.Parity;

/// <summary>The verbs of C# around the lives of children.</summary>
public sealed class CSharpLifetimeFace() : LifetimeFace(new CSharpFace())
{
    private static Result<string, string> Of(Outcome outcome) =>
        outcome.Error is { } error ? Result.Fail(error) : Result.Ok<string, string>(outcome.Value!);

    private static Func<Scope, Task<Result<string, string>>> Of(Work work) => async scope => Of(await work(scope));

    private static Func<Scope, Ready<string>, Task<Result<string, string>>> Of(Starting work) =>
        async (scope, ready) => Of(await work(scope, ready.Signal));

    private static TaskSettings? Of(ChildSetup? setup) =>
        setup is null ? null : new() { Name = setup.Name, Timeout = setup.Timeout, Start = setup.Start };

    private static async Task<Outcome> Said(ScopeAwaitable<string, string> work) => (await work).Match(Outcome.Ok, Outcome.Of);

    public override Handle Daemon(Scope scope, Work work, ChildSetup? setup) => new Child(scope.Daemon(Of(work), Of(setup)));

    public override Task<Outcome> Start(Scope scope, Starting work, ChildSetup? setup) => Said(scope.StartAsync(Of(work), Of(setup)));

    public override Task<Outcome> StartDaemon(Scope scope, Starting work) => Said(scope.StartDaemonAsync(Of(work)));

    public override async Task<Outcome> Abandonable(Scope scope, Func<CancellationToken, Task<string>> work, Action? onAbandon) =>
        (await scope.AbandonableAsync(work, onAbandon)).Match(Outcome.Ok, Outcome.OfNever);

    public override Handle Shared(Scope scope, string key, Work work) =>
        new Child(scope.Task(Of(work), new() { Dedupe = key, Tags = [new("key", key)] }));

    public override Scope Hear(Setup setup, List<string> heard, bool throws)
    {
        void Write(string line)
        {
            heard.Add(line);

            if (throws)
                throw new InvalidOperationException(line);
        }

        return Scope.Open(new()
        {
            Name = setup.Name,
            Clock = setup.Clock,
            Dispatcher = setup.Dispatcher,
            Hooks = new()
            {
                BeforeTask = task => Write($"before {task.Task} {string.Join(',', task.Tags.Select(tag => tag.Value))}"),
                AfterTask = task => Write($"after {task.Task.Task} {task.Ending} {task.Duration.TotalSeconds}"),
                OnCancel = scope => Write($"cancel {scope.Scope} {scope.Reason}"),
                OnDispose = scope => Write($"dispose {scope.Scope}"),
            },
        });
    }

    private sealed class Child(ScopeTask<string, string> child) : Handle
    {
        public override Task<Outcome> Outcome => AwaitAsync();

        public override bool IsCompleted => child.IsCompleted;

        public override string Name => child.Name;

        public override void Cancel(string message) => child.Cancel(message);

        private async Task<Outcome> AwaitAsync() => (await child).Match(Contracts.Outcome.Ok, Contracts.Outcome.Of);
    }
}

public sealed class LifetimeParity() : LifetimeStories(new CSharpLifetimeFace());
