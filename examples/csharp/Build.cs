using GoGoScope;
using GoGoScope.CSharp;

namespace FolderIndex.CSharp;

/// <summary>The whole job: list, read, sort, write.</summary>
public sealed class Build(Settings settings, Screen screen)
{
    private readonly string root = Path.GetFullPath(settings.Folder);
    private readonly HashSet<string> own = [Path.GetFullPath(settings.Output), Draft.NameOf(settings.Output)];
    private readonly Progress progress = new();

    /// <summary>Indexes the folder and writes the index. On every way out but the good one, there is no trace of the new index.</summary>
    public async Task<Result<Inventory, RunError>> RunAsync(Scope scope)
    {
        if (!Draft.Begin(settings.Output).TryGet(out var draft, out var error))
            return Result.Fail(error);

        scope.Use(draft); // deleted at the end of the scope, unless it was published
        scope.Provide<IFileKind>(_ => new TextKind()); // every worker finds it
        var shown = scope.Task(child => progress.ShowAsync(child, screen), new() { Name = "progress" });

        if (settings.Tree)
            _ = scope.Daemon(child => Progress.ShowTreeAsync(child, screen, scope), new() { Name = "tree" });

        if (!(await IndexAsync(scope)).TryGet(out var found, out error))
            return Result.Fail(error);

        var written = await WriteAsync(scope, found, draft);
        shown.Cancel("all is done");
        await shown;
        return written;
    }

    /// <summary>Everything but the writing.</summary>
    private async Task<Result<Inventory, RunError>> IndexAsync(Scope scope)
    {
        if (!Walk.Over(settings, own, progress, scope).TryGet(out var walk, out var error))
            return Result.Fail(error);

        progress.AllListed();

        // What goes wrong with one file is its entry and stops nothing; only the end of the scope itself stops all.
        var (stopped, outcomes) = await scope.ParallelSettledAsync(
            walk.Files, ReadOneAsync, new ParallelSettings { Concurrency = settings.Workers });

        return stopped is null
            ? Result.Ok<Inventory, RunError>(Inventory.Of(walk.Files.Zip(outcomes!, EntryOf).Concat(walk.Others)))
            : Result.Fail(stopped.As<RunError>());
    }

    private async Task<Result<Content, FileError>> ReadOneAsync(string path, Scope scope)
    {
        try
        {
            return await scope.TimeoutAsync(
                settings.Timeout, child => ReadFile.ContentAsync(child, root, path, progress.Read));
        }
        finally
        {
            progress.Finished();
        }
    }

    private static Entry EntryOf(string path, Result<Content, FileError> outcome) => new(path, outcome.Match<Finding>(
        content => new Finding.File(content),
        error => new Finding.Problem(error.Cause switch
        {
            Cause<FileError>.Failed failed => failed.Error,
            Cause<FileError>.TimedOut { After: var after } => new FileError.TimedOut(after),
            var other => new FileError.Crashed($"{other}"),
        })));

    private ScopeAwaitable<Inventory, RunError> WriteAsync(Scope scope, Inventory found, Draft draft) =>
        scope.WithErrorsAsync(
            async child =>
            {
                await IndexJson.WriteAsync(found, draft.Stream, child);
                draft.Publish();
                return found;
            },
            mapCrash: RunError (failure) => new RunError.CannotWrite(settings.Output, failure.Message));
}
