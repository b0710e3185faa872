using System.Globalization;
using GoGoScope;
using GoGoScope.CSharp;

namespace FolderIndex.CSharp;

/// <summary>What the user asked for.</summary>
public abstract record Request
{
    private Request()
    {
    }

    public sealed record Index(Settings Settings) : Request;

    public sealed record Flaky(int Seed) : Request;

    public sealed record Help : Request;
}

/// <summary>Understands the arguments.</summary>
public static class CommandLine
{
    public const string Help = """
        FolderIndex [folder] [options]
        Lists every file below the folder (default: the current one) with its SHA-256 hash, lines and words, as sorted JSON.

          --out FILE         where the index goes (default: folder-index.json in the current folder)
          --workers N        most files open at once, 1 to 1024 (default: two per processor)
          --timeout SECONDS  time for each file, more than 0 and at most 86400 (default: 30)
          --all              also what is left out by default: folders named .git or artifacts
          --tree             prints the live tree of what runs to the standard error, once a second
          --flaky            instead: starts a small HTTP server with faults on this machine, calls it through retry, circuit breaker,
                             hedge, rate limiter and concurrency limit, and prints what was seen of them; takes a few seconds
          --seed N           decides the faults of --flaky, a whole number from 0 (default: 1)
          --help             this text

        A line ends with a line feed or with the file; a word is what stands between white space. Text is UTF-8 without zero
        bytes; other files are hashed and listed as "not text". Links are listed, not followed. The index appears in one step
        when all is done; Ctrl-C leaves no trace of it.

        Exit codes: 0 done, also when single files could not be read (the index says which); 1 no index, because of the folder
        or the output, or something that --flaky did not see; 2 wrong arguments; 130 interrupted by Ctrl-C (143 by SIGTERM, 129 by SIGHUP).
        """;

    /// <summary>Gives what the user asked for, or says what is wrong with the arguments.</summary>
    public static Result<Request, string> Parse(ReadOnlySpan<string> arguments)
    {
        var settings = new Settings();
        var hasFolder = false;
        var isFlaky = false;

        while (arguments is [var first, .. var rest])
        {
            switch (first)
            {
                case "--help" or "-h":
                    return Result.Ok<Request, string>(new Request.Help());
                case "--all":
                    settings = settings with { All = true };
                    break;
                case "--tree":
                    settings = settings with { Tree = true };
                    break;
                case "--flaky":
                    isFlaky = true;
                    break;
                case "--out" or "--workers" or "--timeout" or "--seed":
                    if (rest is not [not "" and var value, ..])
                        return Result.Fail($"{first} needs a value");
                    if (With(settings, first, value) is not { } changed)
                        return Result.Fail(Wrong(first, value));

                    settings = changed;
                    rest = rest[1..];
                    break;
                case "":
                    return Result.Fail("the folder is an empty text");
                case ['-', ..]:
                    return Result.Fail($"there is no option {first}");
                case var second when hasFolder:
                    return Result.Fail($"one folder at a time: '{second}' is the second");
                default:
                    settings = settings with { Folder = first };
                    hasFolder = true;
                    break;
            }

            arguments = rest;
        }

        return Result.Ok<Request, string>(isFlaky ? new Request.Flaky(settings.Seed) : new Request.Index(settings));
    }

    /// <summary>Null: the value makes no sense.</summary>
    private static Settings? With(Settings settings, string option, string value) => option switch
    {
        "--out" => settings with { Output = value },
        "--workers" when int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var count)
            && count is >= 1 and <= 1024 => settings with { Workers = count },
        "--timeout" when double.TryParse(value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var time)
            && time is >= 0.001 and <= 86400 => settings with { Timeout = TimeSpan.FromSeconds(time) },
        "--seed" when int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var seed)
            => settings with { Seed = seed },
        _ => null,
    };

    private static string Wrong(string option, string value) => option switch
    {
        "--workers" => $"--workers is '{value}', not a whole number from 1 to 1024",
        "--seed" => $"--seed is '{value}', not a whole number from 0 to {int.MaxValue}",
        _ => $"--timeout is '{value}', not a number of seconds above 0 and up to 86400",
    };
}
