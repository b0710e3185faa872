namespace GoGoScope

/// How a picture of a live tree is written.
type TreeFormat =
    /// Lines for people, children below their parent.
    | Text = 0
    /// A flow chart for Mermaid. Its own limits on the size of a chart (50,000 characters by default) are not ours.
    | Mermaid = 1
    /// For programs: `version`, `time`, `scopes`, `root`; nodes hold `children` and `groups` of equal ones.
    | Json = 2

/// Pictures of a live tree.
module internal ScopeTree =

    /// Takes a picture. The scopes run on meanwhile: each is shown as it was at one moment, not all at the same.
    let draw (format: TreeFormat) (top: Scope) : string =
        Checks.notNull (nameof top) top

        let picture =
            match format with
            | TreeFormat.Text -> TreeText.draw
            | TreeFormat.Mermaid -> TreeMermaid.draw
            | TreeFormat.Json -> TreeJson.draw
            | _ ->
                raise (
                    System.ArgumentOutOfRangeException(
                        nameof format,
                        format,
                        "The format is Text, Mermaid or Json."
                    )
                )

        picture (TreeScan().Read top)
