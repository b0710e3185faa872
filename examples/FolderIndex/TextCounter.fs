namespace FolderIndex

open System
open System.Numerics
open System.Runtime.CompilerServices
open System.Runtime.InteropServices
open System.Runtime.Intrinsics
open System.Text.Unicode

/// Counts lines and words of a file that arrives in pieces, and finds out whether it is text: valid UTF-8 without a zero
/// byte. A line ends with '\n' or with the file. A word is a run of bytes that are no ASCII white space, as `wc` counts.
[<Sealed>]
type TextCounter() =
    let cut: byte array = Array.zeroCreate 4 // the beginning of a character whose end is in the next piece
    let mutable cutLength = 0
    let mutable isText = true
    let mutable isEmpty = true
    let mutable endsLine = true
    let mutable newlines = 0L
    let mutable words = 0L
    let mutable afterBlank = 1u // 1 when the byte before is white space, or when there is none

    static let isBlank (value: byte) =
        value = ' 'B || (value >= '\t'B && value <= '\r'B)

    static let lengthOf (lead: byte) =
        if lead >= 0xF0uy then 4
        elif lead >= 0xE0uy then 3
        else 2

    /// How many bytes at the end begin a character that they do not complete.
    static let cutAtEnd (piece: ReadOnlySpan<byte>) =
        let mutable back = 1
        let mutable found = -1

        while found < 0 do
            if back > 3 || back > piece.Length then
                found <- 0
            else
                let value = piece[piece.Length - back]

                if value < 0x80uy then
                    found <- 0
                elif value >= 0xC0uy then
                    found <- if lengthOf value > back then back else 0
                else
                    back <- back + 1

        found

    let check (piece: ReadOnlySpan<byte>) =
        let needed =
            if cutLength = 0 then
                0
            else
                min piece.Length (lengthOf cut[0] - cutLength)

        piece.Slice(0, needed).CopyTo(cut.AsSpan cutLength)
        cutLength <- cutLength + needed

        if cutLength > 0 && cutLength = lengthOf cut[0] then
            isText <- isText && Utf8.IsValid(ReadOnlySpan(cut, 0, cutLength))
            cutLength <- 0

        if cutLength = 0 then
            let rest = piece.Slice needed
            let left = cutAtEnd rest
            rest.Slice(rest.Length - left).CopyTo(cut.AsSpan())
            cutLength <- left
            isText <- isText && Utf8.IsValid(rest.Slice(0, rest.Length - left))

        isText <- isText && not (piece.Contains 0uy)

    // 32 bytes at a time: one bit per byte says what is white space, and a word begins where a bit is 0 after a 1.
    [<MethodImpl(MethodImplOptions.AggressiveOptimization)>]
    let count (piece: ReadOnlySpan<byte>) =
        let first = &MemoryMarshal.GetReference piece
        let mutable at = 0

        while at <= piece.Length - 32 do
            let bytes = Vector256.LoadUnsafe(&first, unativeint at)
            let lineEnds = Vector256.Equals(bytes, Vector256.Create '\n'B)

            let blanks =
                Vector256.Equals(bytes, Vector256.Create ' 'B)
                ||| Vector256.LessThanOrEqual(bytes - Vector256.Create '\t'B, Vector256.Create 4uy)

            let blank = Vector256.ExtractMostSignificantBits blanks
            let starts = ~~~blank &&& ((blank <<< 1) ||| afterBlank)
            words <- words + int64 (BitOperations.PopCount starts)

            newlines <-
                newlines
                + int64 (BitOperations.PopCount(Vector256.ExtractMostSignificantBits lineEnds))

            afterBlank <- blank >>> 31
            at <- at + 32

        while at < piece.Length do
            let value = piece[at]
            let blank = if isBlank value then 1u else 0u

            if value = '\n'B then
                newlines <- newlines + 1L

            words <- words + int64 (~~~blank &&& afterBlank)
            afterBlank <- blank
            at <- at + 1

    /// Takes the next piece. Once the file is known not to be text, nothing more is counted.
    member _.Add(piece: ReadOnlySpan<byte>) =
        if isText && piece.Length > 0 then
            check piece

            if isText then
                count piece
                isEmpty <- false
                endsLine <- piece[piece.Length - 1] = '\n'B

    /// None: not text. A last line without '\n' is a line too.
    member _.Counts: TextCounts voption =
        if isText && cutLength = 0 then
            ValueSome {
                Lines = newlines + (if isEmpty || endsLine then 0L else 1L)
                Words = words
            }
        else
            ValueNone

    interface ICounter with
        member this.Add piece = this.Add piece
        member this.Counts = this.Counts

/// UTF-8 text, the kind that the tool knows.
[<Sealed>]
type TextKind() =
    interface IFileKind with
        member _.NewCounter() = TextCounter()
