namespace FolderIndex

open System

/// Sums over an index.
type Totals = {
    Files: int
    Bytes: int64
    Lines: int64
    Words: int64
    NotText: int
    Links: int
    Special: int
    Errors: int
} with

    static member Zero = {
        Files = 0
        Bytes = 0L
        Lines = 0L
        Words = 0L
        NotText = 0
        Links = 0
        Special = 0
        Errors = 0
    }

    static member Add (sum: Totals) (entry: Entry) =
        match entry.Finding with
        | Finding.Link _ -> { sum with Links = sum.Links + 1 }
        | Finding.Special -> { sum with Special = sum.Special + 1 }
        | Finding.Problem _ -> { sum with Errors = sum.Errors + 1 }
        | Finding.File content ->
            let counts = ValueOption.defaultValue { Lines = 0L; Words = 0L } content.Text

            {
                sum with
                    Files = sum.Files + 1
                    Bytes = sum.Bytes + content.Bytes
                    Lines = sum.Lines + counts.Lines
                    Words = sum.Words + counts.Words
                    NotText = sum.NotText + (if content.Text.IsNone then 1 else 0)
            }

/// Everything that was found, in the order of the paths, which is that of their UTF-16 code units: the same everywhere.
type Inventory = {
    Entries: Entry array
    Totals: Totals
} with

    static member Of(entries: Entry seq) =
        let sorted = Seq.toArray entries
        Array.Sort(sorted, Comparison(fun left right -> String.CompareOrdinal(left.Path, right.Path)))

        {
            Entries = sorted
            Totals = Seq.fold Totals.Add Totals.Zero sorted
        }
