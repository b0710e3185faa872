using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Text.Unicode;

namespace FolderIndex.CSharp;

/// <summary>
/// Counts lines and words of a file that arrives in pieces, and finds out whether it is text: valid UTF-8 without a zero
/// byte. A line ends with '\n' or with the file. A word is a run of bytes that are no ASCII white space, as <c>wc</c> counts.
/// </summary>
public sealed class TextCounter : ICounter
{
    private readonly byte[] cut = new byte[4]; // the beginning of a character whose end is in the next piece
    private int cutLength;
    private bool isText = true;
    private bool isEmpty = true;
    private bool endsLine = true;
    private long newlines;
    private long words;
    private uint afterBlank = 1; // 1 when the byte before is white space, or when there is none

    /// <summary>Null: not text. A last line without '\n' is a line too.</summary>
    public TextCounts? Counts =>
        isText && cutLength == 0 ? new(newlines + (isEmpty || endsLine ? 0 : 1), words) : null;

    /// <summary>Takes the next piece. Once the file is known not to be text, nothing more is counted.</summary>
    public void Add(ReadOnlySpan<byte> piece)
    {
        if (!isText || piece.IsEmpty)
            return;

        Check(piece);

        if (isText)
        {
            Count(piece);
            isEmpty = false;
            endsLine = piece[^1] == '\n';
        }
    }

    private static int LengthOf(byte lead) => lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;

    /// <summary>How many bytes at the end begin a character that they do not complete.</summary>
    private static int CutAtEnd(ReadOnlySpan<byte> piece)
    {
        for (var back = 1; back <= Math.Min(3, piece.Length); back++)
        {
            var value = piece[^back];

            if (value < 0x80)
                return 0;
            if (value >= 0xC0)
                return LengthOf(value) > back ? back : 0;
        }

        return 0;
    }

    private void Check(ReadOnlySpan<byte> piece)
    {
        isText = !piece.Contains((byte)0);
        var needed = cutLength == 0 ? 0 : Math.Min(piece.Length, LengthOf(cut[0]) - cutLength);
        piece[..needed].CopyTo(cut.AsSpan(cutLength));
        cutLength += needed;

        if (cutLength > 0 && cutLength == LengthOf(cut[0]))
        {
            isText &= Utf8.IsValid(cut.AsSpan(0, cutLength));
            cutLength = 0;
        }

        if (cutLength == 0)
        {
            var rest = piece[needed..];
            cutLength = CutAtEnd(rest);
            rest[^cutLength..].CopyTo(cut);
            isText &= Utf8.IsValid(rest[..^cutLength]);
        }
    }

    // 32 bytes at a time: one bit per byte says what is white space, and a word begins where a bit is 0 after a 1.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Count(ReadOnlySpan<byte> piece)
    {
        ref var first = ref MemoryMarshal.GetReference(piece);
        var at = 0;

        for (; at <= piece.Length - 32; at += 32)
        {
            var bytes = Vector256.LoadUnsafe(ref first, (nuint)at);
            var lineEnds = Vector256.Equals(bytes, Vector256.Create((byte)'\n'));
            var blanks = Vector256.Equals(bytes, Vector256.Create((byte)' '))
                | Vector256.LessThanOrEqual(bytes - Vector256.Create((byte)'\t'), Vector256.Create((byte)4));
            var blank = blanks.ExtractMostSignificantBits();
            words += BitOperations.PopCount(~blank & ((blank << 1) | afterBlank));
            newlines += BitOperations.PopCount(lineEnds.ExtractMostSignificantBits());
            afterBlank = blank >> 31;
        }

        foreach (var value in piece[at..])
        {
            var blank = value is (byte)' ' or (>= (byte)'\t' and <= (byte)'\r') ? 1u : 0;
            newlines += value == '\n' ? 1 : 0;
            words += ~blank & afterBlank;
            afterBlank = blank;
        }
    }
}
