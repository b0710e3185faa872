namespace FolderIndex.CSharp;

/// <summary>Sums over an index.</summary>
public sealed record Totals
{
    public int Files { get; private set; }

    public long Bytes { get; private set; }

    public long Lines { get; private set; }

    public long Words { get; private set; }

    public int NotText { get; private set; }

    public int Links { get; private set; }

    public int Special { get; private set; }

    public int Errors { get; private set; }

    public static Totals Of(IEnumerable<Entry> entries)
    {
        var totals = new Totals();

        foreach (var entry in entries)
            totals.Add(entry.Finding);

        return totals;
    }

    private void Add(Finding finding)
    {
        switch (finding)
        {
            case Finding.Link:
                Links++;
                break;
            case Finding.Special:
                Special++;
                break;
            case Finding.Problem:
                Errors++;
                break;
            case Finding.File { Content: var content }:
                Files++;
                Bytes += content.Bytes;
                Lines += content.Text?.Lines ?? 0;
                Words += content.Text?.Words ?? 0;
                NotText += content.Text is null ? 1 : 0;
                break;
        }
    }
}

/// <summary>Everything that was found, in the order of the paths, which is that of their UTF-16 code units: the same everywhere.</summary>
public sealed record Inventory(Entry[] Entries, Totals Totals)
{
    public static Inventory Of(IEnumerable<Entry> entries)
    {
        var sorted = entries.OrderBy(entry => entry.Path, StringComparer.Ordinal).ToArray();
        return new(sorted, Totals.Of(sorted));
    }
}
