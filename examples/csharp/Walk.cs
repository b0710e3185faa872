using GoGoScope;
using GoGoScope.CSharp;

namespace FolderIndex.CSharp;

/// <summary>
/// What there is below a folder, not yet in order: the relative paths of what is to be read, and what is in the index as
/// it was found: links, special files, folders that cannot be read.
/// </summary>
public sealed class Walk
{
    private static readonly EnumerationOptions Everything = new() { AttributesToSkip = 0, IgnoreInaccessible = false };
    private static readonly HashSet<string> LeftOut = [".git", "artifacts"];

    private readonly Settings settings;
    private readonly string root;
    private readonly HashSet<string> own;
    private readonly Progress progress;
    private readonly Stack<string> folders = new([""]); // not recursion: a tree may be deeper than the stack of a thread

    private Walk(Settings settings, HashSet<string> own, Progress progress) =>
        (this.settings, root, this.own, this.progress) = (settings, Path.GetFullPath(settings.Folder), own, progress);

    public List<string> Files { get; } = [];

    public List<Entry> Others { get; } = [];

    /// <summary>Lists everything below the folder, except the output, whose paths are <paramref name="own"/>. Stops when the token fires.</summary>
    public static Result<Walk, RunError> Over(
        Settings settings, HashSet<string> own, Progress progress, CancellationToken token)
    {
        var walk = new Walk(settings, own, progress);

        if (File.Exists(walk.root))
            return Result.Fail<RunError>(new RunError.NotAFolder(settings.Folder));
        if (!Directory.Exists(walk.root))
            return Result.Fail<RunError>(new RunError.FolderMissing(settings.Folder));

        try
        {
            walk.ListAll(token);
            return Result.Ok<Walk, RunError>(walk);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return Result.Fail(FileError.Of(failure, walk.root, settings.Folder) is FileError.Unreadable { Reason: var reason }
                ? new RunError.FolderUnreadable(settings.Folder, reason)
                : (RunError)new RunError.FolderMissing(settings.Folder));
        }
    }

    private void ListAll(CancellationToken token)
    {
        while (folders.TryPop(out var folder))
        {
            try
            {
                List(folder, token);
            }
            catch (Exception failure) when (folder != "" && failure is IOException or UnauthorizedAccessException)
            {
                Note(folder, new Finding.Problem(FileError.Of(failure, Path.Combine(root, folder), folder)));
            }
        }
    }

    private void List(string folder, CancellationToken token)
    {
        foreach (var found in new DirectoryInfo(Path.Combine(root, folder)).EnumerateFileSystemInfos("*", Everything))
        {
            token.ThrowIfCancellationRequested();
            Sort(folder == "" ? found.Name : $"{folder}/{found.Name}", found);
        }
    }

    private void Sort(string path, FileSystemInfo found)
    {
        if (LinkTarget(found) is { } target)
        {
            Note(path, new Finding.Link(target));
        }
        else if (found is DirectoryInfo)
        {
            if (settings.All || !LeftOut.Contains(found.Name))
                folders.Push(path);
        }
        else if (found is FileInfo file && ClaimsToBeEmpty(file) && SpecialFile.IsSpecial(file.FullName))
        {
            Note(path, new Finding.Special());
        }
        else if (!own.Contains(found.FullName))
        {
            Files.Add(path);
            progress.Listed();
        }
    }

    private void Note(string path, Finding finding) => Others.Add(new(path, finding));

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
