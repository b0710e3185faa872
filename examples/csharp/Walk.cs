using GoGoScope;
using GoGoScope.CSharp;

namespace FolderIndex.CSharp;

/// <summary>
/// What there is below a folder, sent as it is found, in no particular order: the relative paths of what is to be read, and what
/// is in the index as it was found: links, special files, folders that cannot be read.
/// </summary>
public sealed class Walk(
    Settings settings, HashSet<string> own, Progress progress, Channel<string> files, Channel<Entry> entries)
{
    private static readonly EnumerationOptions Everything = new() { AttributesToSkip = 0, IgnoreInaccessible = false };
    private static readonly HashSet<string> LeftOut = [".git", "artifacts"];

    private readonly string root = Path.GetFullPath(settings.Folder);
    private readonly Stack<string> folders = new([""]); // not recursion: a tree may be deeper than the stack of a thread

    /// <summary>
    /// Sends everything below the folder, except the output, whose paths are <c>own</c>, and closes the channel of the files. It is
    /// never further ahead than the channels have room for: where they are full, it waits.
    /// </summary>
    public async Task<Result<Done, RunError>> SendAsync(Scope scope)
    {
        if (File.Exists(root))
            return Result.Fail<RunError>(new RunError.NotAFolder(settings.Folder));
        if (!Directory.Exists(root))
            return Result.Fail<RunError>(new RunError.FolderMissing(settings.Folder));

        try
        {
            await SendAllAsync(scope);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return Result.Fail(FileError.Of(failure, root, settings.Folder) is FileError.Unreadable { Reason: var reason }
                ? new RunError.FolderUnreadable(settings.Folder, reason)
                : (RunError)new RunError.FolderMissing(settings.Folder));
        }

        progress.AllListed();
        files.Close();
        return Result.Ok<Done, RunError>(default);
    }

    private async Task SendAllAsync(Scope scope)
    {
        while (folders.TryPop(out var folder))
        {
            try
            {
                await SendFolderAsync(folder, scope);
            }
            catch (Exception failure) when (folder != "" && failure is IOException or UnauthorizedAccessException)
            {
                await NoteAsync(folder, new Finding.Problem(FileError.Of(failure, Path.Combine(root, folder), folder)), scope);
            }
        }
    }

    private async Task SendFolderAsync(string folder, Scope scope)
    {
        foreach (var found in new DirectoryInfo(Path.Combine(root, folder)).EnumerateFileSystemInfos("*", Everything))
        {
            scope.ThrowIfCancelled(); // also in a folder of which nothing is sent
            await SendAsync(folder == "" ? found.Name : $"{folder}/{found.Name}", found, scope);
        }
    }

    private async ValueTask SendAsync(string path, FileSystemInfo found, Scope scope)
    {
        if (LinkTarget(found) is { } target)
        {
            await NoteAsync(path, new Finding.Link(target), scope);
        }
        else if (found is DirectoryInfo)
        {
            if (settings.All || !LeftOut.Contains(found.Name))
                folders.Push(path);
        }
        else if (found is FileInfo file && ClaimsToBeEmpty(file) && SpecialFile.IsSpecial(file.FullName))
        {
            await NoteAsync(path, new Finding.Special(), scope);
        }
        else if (!own.Contains(found.FullName))
        {
            progress.Listed();
            (await files.SendAsync(path, scope)).ThrowIfFailed();
        }
    }

    private async ValueTask NoteAsync(string path, Finding finding, Scope scope) =>
        (await entries.SendAsync(new(path, finding), scope)).ThrowIfFailed();

    /// <summary>Null: not a link. A name that is gone by now counts as a file, and is reported when it is to be read.</summary>
    private static string? LinkTarget(FileSystemInfo found) =>
        (int)found.Attributes != -1 && found.Attributes.HasFlag(FileAttributes.ReparsePoint) ? found.LinkTarget : null;

    /// <summary>Whether it claims to be empty, as everything that is no ordinary file does.</summary>
    private static bool ClaimsToBeEmpty(FileInfo file)
    {
        try
        {
            return file.Length == 0;
        }
        catch (FileNotFoundException)
        {
            return false;
        }
    }
}
