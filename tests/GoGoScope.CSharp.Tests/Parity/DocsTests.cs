using System.Reflection;
using System.Text.RegularExpressions;

namespace GoGoScope.CSharp.Tests.Parity;

/// <summary>What the documents call by name is there, in the language whose column it stands in.</summary>
public sealed partial class DocsTests
{
    private const BindingFlags Anything = BindingFlags.Public | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly;

    [GeneratedRegex(@"`[^`]*`")]
    private static partial Regex Code();

    [GeneratedRegex(@"\b(Scope|Scoped|ScopeTask|AsyncResource|TaskOptions|TaskSettings|ScopeOptions|ScopeSettings|ScopeHooks|HookSettings|TreeFormat|StartMode|OnExit|OnFailure|Cause|scope|task|child)\.([A-Za-z]+)")]
    private static partial Regex Member();

    private static string Page()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);

        while (!File.Exists(Path.Combine(folder.FullName, "GoGoScope.FSharp.sln")))
            folder = folder.Parent!;

        return File.ReadAllText(Path.Combine(folder.FullName, "docs", "from-go-go-scope.md"));
    }

    /// <summary>As the language spells them: F#'s static extension members are compiled as <c>Scope.fork.Static</c>.</summary>
    private static HashSet<string> Names(Assembly assembly) =>
        [.. assembly.GetExportedTypes()
            .SelectMany(type => type.GetMembers(Anything))
            .Select(member => member.Name.Replace(".Static", "").Replace("Scope.", "").Replace("get_", "").Replace("New", ""))];

    private static readonly HashSet<string> FSharp = Names(typeof(Scope).Assembly);

    private static readonly HashSet<string> CSharp = Names(typeof(Scopes).Assembly);

    private static bool IsThere(Match name)
    {
        var (owner, member) = (name.Groups[1].Value, name.Groups[2].Value);
        return owner switch
        {
            "ScopeSettings" or "TaskSettings" or "HookSettings" => CSharp.Contains(member),
            "scope" or "task" or "child" => CSharp.Contains(member) || CSharp.Contains(member + "Async") || FSharp.Contains(member),
            _ => FSharp.Contains(member) || CSharp.Contains(member),
        };
    }

    [Fact]
    public void Every_name_in_the_table_is_there()
    {
        var names = Code().Matches(Page()).SelectMany(code => Member().Matches(code.Value)).ToList();
        Assert.True(names.Count > 60, $"{names.Count} names");
        Assert.Equal([], names.Where(name => !IsThere(name)).Select(name => name.Value).Distinct());
    }

    [Fact]
    public void Every_part_of_the_original_has_its_row() =>
        Assert.Equal(
            Enumerable.Range(1, 38).Select(number => $"A{number}"),
            Regex.Matches(Page(), @"(?m)^\| (A\d+) \|").Select(row => row.Groups[1].Value));
}
