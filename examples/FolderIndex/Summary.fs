/// What a run says at its end.
module FolderIndex.Summary

open System
open System.Globalization

/// Problems that are printed; the index has all of them.
let private shownProblems = 20

let private number (value: int64) =
    value.ToString("N0", CultureInfo.InvariantCulture)

let private decimal (value: float) =
    value.ToString("N2", CultureInfo.InvariantCulture)

let private problems (index: Inventory) = [
    for entry in index.Entries do
        match entry.Finding with
        | Finding.Problem error -> entry.Path, error
        | _ -> ()
]

/// The lines of the summary.
let lines (settings: Settings) (index: Inventory) (elapsed: TimeSpan) : string list =
    let totals = index.Totals
    let seconds = max elapsed.TotalSeconds 0.000_001
    let problems = problems index

    let kinds =
        problems
        |> List.countBy (fun (_, error) -> error.Kind)
        |> List.sort
        |> List.map (fun (kind, count) -> $"{count} {kind}")

    let pace =
        $"{number (int64 (float totals.Files / seconds))} files/s, {number (int64 (float totals.Bytes / seconds / 1e6))} MB/s"

    [
        $"{number totals.Files} files, {number totals.Bytes} bytes in {decimal seconds} s ({pace})"
        $"{number totals.Lines} lines, {number totals.Words} words; not text: {number totals.NotText}"

        if totals.Links + totals.Special > 0 then
            $"listed but not opened: {number totals.Links} links, {number totals.Special} special files"

        if totals.Errors = 0 then
            "no errors"
        else
            $"""errors: {number totals.Errors} ({String.Join(", ", kinds)})"""

        for path, error in List.truncate shownProblems problems do
            $"  {path}: {error}"

        if problems.Length > shownProblems then
            $"  and {problems.Length - shownProblems} more, which the index lists"

        $"index: {settings.Output}"
    ]
