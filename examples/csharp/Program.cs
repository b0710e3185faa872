using FolderIndex.CSharp;
using GoGoScope;
using GoGoScope.CSharp;

if (!CommandLine.Parse(args).TryGet(out var request, out var problem))
{
    var reason = ((Cause<string>.Failed)problem.Cause).Error;
    Console.Error.WriteLine($"{reason}; --help tells more");
    return 2;
}

if (request is not Request.Index { Settings: var settings })
{
    Console.WriteLine(CommandLine.Help);
    return 0;
}

using var interruption = new Interruption();
var started = TimeProvider.System.GetTimestamp();
var build = new Build(settings, Screen.OfConsole);
var outcome = await Scope.RunAsync(build.RunAsync, new() { Name = "folder-index" }, interruption.Token);

if (outcome.TryGet(out var index, out var error))
{
    foreach (var line in Summary.Lines(settings, index, TimeProvider.System.GetElapsedTime(started)))
        Console.WriteLine(line);

    return 0;
}

switch (error.Cause)
{
    case Cause<RunError>.Cancelled when interruption.ExitCode != 0:
        Console.Error.WriteLine("Interrupted: no index was written.");
        return interruption.ExitCode;
    case Cause<RunError>.Failed { Error: var failure }:
        Console.Error.WriteLine(failure);
        return 1;
    default:
        Console.Error.WriteLine(error);
        return 1;
}
