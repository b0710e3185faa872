using GoGoScope.Contracts;

namespace GoGoScope.CSharp.Tests.Parity;

/// <summary>Racing in C#.</summary>
public sealed class CSharpRaceFace : RaceFace
{
    private static Func<Scope, Task<Result<string, string>>> Of(Work work) => async scope => Of(await work(scope));

    private static Func<Scope, Task<Result<string, string>>>[] Of(IReadOnlyList<Work> works) => [.. works.Select(Of)];

    private static Result<string, string> Of(Outcome outcome) =>
        outcome.Error is { } error ? Result.Fail(error) : Result.Ok<string, string>(outcome.Value!);

    private static Outcome Said<T>(Result<T, string> result) =>
        result.Match(value => Outcome.Ok($"{value}"), Outcome.Of);

    private static Outcome Said(Result<string[], string> result) =>
        result.Match(values => Outcome.Ok(string.Join(',', values)), Outcome.Of);

    private static Outcome Said(Result<string> result) => result.Match(Outcome.Ok, Outcome.OfNever);

    private static RaceSettings Of(RaceSetup setup) =>
        new() { Timeout = setup.Timeout, Concurrency = setup.Concurrency, Stagger = setup.Pause };

    public override async Task<Outcome> First(Scope scope, IReadOnlyList<Work> works) =>
        Said(await scope.RaceFirstAsync(Of(works)));

    public override async Task<Outcome> First(Scope scope, RaceSetup setup, IReadOnlyList<Work> works) =>
        Said(await scope.RaceFirstAsync(Of(setup), Of(works)));

    public override async Task<Outcome> FirstOk(Scope scope, IReadOnlyList<Work> works) =>
        Said(await scope.RaceAsync(Of(works)));

    public override async Task<Outcome> FirstOk(Scope scope, RaceSetup setup, IReadOnlyList<Work> works) =>
        Said(await scope.RaceAsync(Of(setup), Of(works)));

    public override async Task<Outcome> FirstOkAlone(IReadOnlyList<Work> works) => Said(await Race.FirstOkAsync(Of(works)));

    public override async Task<Outcome> Any(Scope scope, IReadOnlyList<Work> works) => Said(await scope.AnyAsync(Of(works)));

    public override async Task<Outcome> Quorum(Scope scope, int needed, IReadOnlyList<Work> works) =>
        Said(await scope.QuorumAsync(needed, Of(works)));

    public override async Task<Outcome> Aggregate(Scope scope, IReadOnlyList<Work> works) =>
        Said((await scope.ParallelAggregateAsync(Of(works))).Map(all => string.Join(
            ' ',
            all.Completed.Select(item => $"{item.Index}={item.Value}")
                .Concat(all.Errors.Select(item => $"{item.Index}!{Outcome.Of(item.Error)}"))
                .Append($"{all.AllCompleted}"))));

    public override async Task<Outcome> SettledUntilError(
        Scope scope, int concurrency, Action<int, int, int> progress, IReadOnlyList<Work> works) =>
        Said((await scope.ParallelSettledAsync(Of(works), new() { Concurrency = concurrency, OnProgress = progress, StopOnError = true }))
            .Map(outcomes => string.Join(',', outcomes.Select(outcome => Said(outcome)))));

    public override async Task<Outcome> Join(Scope scope, int enough, IReadOnlyList<Work> works) =>
        Said(await scope.ParallelJoinAsync(Of(works), new Enough(enough)));

    public override async Task<Outcome> Map(Scope scope, IReadOnlyList<string> items, Func<string, Scope, Task<Outcome>> work) =>
        Said(await scope.ParallelAsync(items, async (item, child) => Of(await work(item, child))));

    public override async Task<Outcome> Map(Scope scope, IAsyncEnumerable<string> items, Func<string, Scope, Task<Outcome>> work) =>
        Said(await scope.ParallelAsync(items, async (item, child) => Of(await work(item, child))));

    public override async Task<Outcome> ForEach(Scope scope, IReadOnlyList<string> items, Func<string, Scope, Task> work) =>
        (await scope.ParallelForEachAsync(items, work)).Match(() => Outcome.Ok(""), Outcome.OfNever);

    public override async Task<Outcome> ForEach(Scope scope, IAsyncEnumerable<string> items, Func<string, Scope, Task> work) =>
        (await scope.ParallelForEachAsync(items, work)).Match(() => Outcome.Ok(""), Outcome.OfNever);

    private sealed class Enough(int enough) : Joiner<string, string, string[]>
    {
        private readonly List<string> values = [];

        public override JoinStep OnComplete(int index, Result<string, string> outcome)
        {
            values.Add(outcome.GetValueOrThrow());
            return values.Count == enough ? JoinStep.Decide : JoinStep.Continue;
        }

        public override Result<string[], string> GetResult() => Result.Ok<string[], string>([.. values]);
    }
}

public sealed class RaceParity() : RaceStories(new CSharpFace(), new CSharpRaceFace());
