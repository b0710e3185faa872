using System.Globalization;

namespace FolderIndex.CSharp;

/// <summary>What a run says at its end.</summary>
public static class Summary
{
    /// <summary>Problems that are printed; the index has all of them.</summary>
    private const int ShownProblems = 20;

    /// <summary>The lines of the summary.</summary>
    public static IEnumerable<string> Lines(Settings settings, Inventory index, TimeSpan elapsed)
    {
        var totals = index.Totals;
        var seconds = Math.Max(elapsed.TotalSeconds, 0.000_001);
        var pace = $"{Number((long)(totals.Files / seconds))} files/s, {Number((long)(totals.Bytes / seconds / 1e6))} MB/s";
        yield return $"{Number(totals.Files)} files, {Number(totals.Bytes)} bytes in {Decimal(seconds)} s ({pace})";
        yield return $"{Number(totals.Lines)} lines, {Number(totals.Words)} words; not text: {Number(totals.NotText)}";

        if (totals.Links + totals.Special > 0)
            yield return $"listed but not opened: {Number(totals.Links)} links, {Number(totals.Special)} special files";

        var problems = index.Entries
            .Where(entry => entry.Finding is Finding.Problem)
            .Select(entry => (entry.Path, ((Finding.Problem)entry.Finding).Error))
            .ToList();
        var kinds = problems
            .CountBy(problem => problem.Error.Kind)
            .OrderBy(kind => kind.Key, StringComparer.Ordinal)
            .Select(kind => $"{kind.Value} {kind.Key}");

        yield return problems.Count == 0
            ? "no errors"
            : $"errors: {Number(totals.Errors)} ({string.Join(", ", kinds)})";

        foreach (var (path, error) in problems.Take(ShownProblems))
            yield return $"  {path}: {error}";

        if (problems.Count > ShownProblems)
            yield return $"  and {problems.Count - ShownProblems} more, which the index lists";

        yield return $"index: {settings.Output}";
    }

    private static string Number(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    private static string Decimal(double value) => value.ToString("N2", CultureInfo.InvariantCulture);
}
