using GoGoScope;
using GoGoScope.CSharp;

namespace FolderIndex.CSharp;

/// <summary>The whole job: list, read, sort, write.</summary>
public sealed class Build(Settings settings, Screen screen)
{
    /// <summary>
    /// Most paths, and most entries, that wait between two stages. So many keep the workers busy; and a folder of millions of files
    /// needs no more memory for its paths than one of thousands.
    /// </summary>
    private const int Ahead = 256;

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

        var written = await PipelineAsync(scope, draft);
        shown.Cancel("all is done");
        await shown;
        return written;
    }

    /// <summary>
    /// One walker, several workers, one writer, and channels between them. Each closes what it has filled when it is done; where
    /// one fails, it ends the others. Whoever is too slow is waited for: the writer by the workers, the workers by the walker.
    /// </summary>
    private async Task<Result<Inventory, RunError>> PipelineAsync(Scope scope, Draft draft)
    {
        var files = scope.Channel<string>(new() { Name = "files", Capacity = Ahead });
        var entries = scope.Channel<Entry>(new() { Name = "entries", Capacity = Ahead });
        var writer = scope.Fork(child => WriteAsync(child, entries, draft), new() { Name = "writer" });
        var readers = scope.Fork(child => StartReaders(child, files, entries), new() { Name = "readers" });

        if ((await readers).Error is { } error) // the walker and all workers have ended: there is no entry to come
            return Result.Fail(error);

        entries.Close();
        return await writer;
    }

    private Task<Result<Done, RunError>> StartReaders(Scope scope, Channel<string> files, Channel<Entry> entries)
    {
        var walk = new Walk(settings, own, progress, files, entries);
        scope.Fork(walk.SendAsync, new() { Name = "walker", Start = StartMode.Pool });

        for (var number = 0; number < settings.Workers; number++)
            scope.Fork(child => WorkAsync(child, files, entries), new() { Name = "worker", Start = StartMode.Pool });

        return Task.FromResult(Result.Ok<Done, RunError>(default));
    }

    /// <summary>
    /// Reads files as they come, one after another, each with its own time. What goes wrong with one is its entry and stops
    /// nothing.
    /// </summary>
    private async Task WorkAsync(Scope scope, Channel<string> files, Channel<Entry> entries)
    {
        await foreach (var path in files.WithCancellation(scope))
        {
            var outcome = await ReadOneAsync(path, scope);
            scope.ThrowIfCancelled(); // that is no finding
            (await entries.SendAsync(EntryOf(path, outcome), scope)).ThrowIfFailed();
        }
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

    /// <summary>The entries as they come, sorted at the end, and the index into the draft.</summary>
    private async Task<Result<Inventory, RunError>> WriteAsync(Scope scope, Channel<Entry> entries, Draft draft)
    {
        var found = Inventory.Of(await entries.ToListAsync(scope));

        return await scope.WithErrorsAsync(
            async child =>
            {
                await IndexJson.WriteAsync(found, draft.Stream, child);
                draft.Publish();
                return found;
            },
            mapCrash: RunError (failure) => new RunError.CannotWrite(settings.Output, failure.Message));
    }
}
