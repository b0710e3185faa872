namespace FolderIndex.CSharp;

/// <summary>What the server does with a request.</summary>
public enum Fault
{
    Nothing,

    /// <summary>Status 500.</summary>
    Broken,

    /// <summary>The right answer, late.</summary>
    Slow,

    /// <summary>No answer, for as long as the client cares to wait.</summary>
    Hangs,

    /// <summary>Status 429, and the time after which to come back.</summary>
    TooMany,

    /// <summary>Status 503, as for everything else at this time.</summary>
    Outage,
}

/// <summary>
/// Which request goes wrong, and how: decided by a seed. Each fault belongs to the first requests for some item, so that every
/// run meets all of them, whatever order the requests come in.
/// </summary>
public sealed class FaultPlan
{
    /// <summary>Items from 0 to here, without it, have faults of their own.</summary>
    public const int Items = 80;

    /// <summary>The items from there to here, without it, share the outage.</summary>
    public const int AllItems = Items + 40;

    /// <summary>
    /// Requests for them that fail before the first answer. With at most 6 at once and a breaker that opens at 5 in a row, 10 open
    /// it for certain: of the first 10, at least 5 have failed before an eleventh is sent.
    /// </summary>
    public const int OutageLength = 10;

    private readonly Fault[][] faults =
    [
        .. Enumerable.Repeat<Fault[]>([Fault.Broken], 10),
        .. Enumerable.Repeat<Fault[]>([Fault.Broken, Fault.Broken], 5),
        .. Enumerable.Repeat<Fault[]>([Fault.Slow], 8),
        .. Enumerable.Repeat<Fault[]>([Fault.Hangs, Fault.Hangs], 4), // a second request beside the first does not help
        .. Enumerable.Repeat<Fault[]>([Fault.TooMany], 4),
        .. Enumerable.Repeat<Fault[]>([], 49),
    ];

    private readonly int[] asked = new int[Items];
    private int outage;

    public FaultPlan(int seed) => new Random(seed).Shuffle(faults);

    /// <summary>What becomes of the next request for this item.</summary>
    public Fault Next(int item)
    {
        if (item >= Items)
            return Interlocked.Increment(ref outage) <= OutageLength ? Fault.Outage : Fault.Nothing;

        var number = Interlocked.Increment(ref asked[item]);
        return number <= faults[item].Length ? faults[item][number - 1] : Fault.Nothing;
    }
}
