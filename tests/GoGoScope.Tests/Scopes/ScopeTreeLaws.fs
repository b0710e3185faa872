module GoGoScope.Tests.Scopes.ScopeTreeLaws

open System
open System.Collections.Generic
open System.Text.Json
open System.Text.RegularExpressions
open System.Threading.Tasks
open FsCheck
open GoGoScope
open GoGoScope.Tests
open Xunit

let private sleeps: Scoped<unit, string> = scope { do! Scope.delay Checks.longest }
let private deep = JsonDocumentOptions(MaxDepth = 100_000)

/// Letters that mean something to somebody, and halves of pairs.
let private letters =
    "ab1 \"'`]}[{)(|#;:&<>\\/-_*~%@\u0000\n\r\t\u0085\u2028é文"
    + String [| char 0xD83D; char 0xDE00; char 0xD83D |]

/// A tree of names, as places among the letters; the top is a scope of its own.
type Named = Named of byte list * Named list

let private spell (places: byte list) =
    String [| for place in places -> letters[int place % letters.Length] |]

let rec private growNamed (parent: Scope) (name: string) (below: Named list) : unit =

    let work: Scoped<unit, string> =
        fun scope ->
            List.iter (grow scope) below
            sleeps scope

    Scope.forkIn (parent, TaskOptions.named name, work) |> ignore

and private grow (parent: Scope) (Named(name, below)) : unit = growNamed parent (spell name) below

/// With what the tree shows, and its end.
let private picturedBy (start: Scope -> unit) (look: Scope -> bool) = task {
    let root =
        Scope.Open {
            ScopeOptions.Default with
                Name = "root"
        }

    start root
    let good = look root
    do! root.DisposeAsync()
    return good
}

let private pictured (trees: Named list) =
    picturedBy (fun root -> List.iter (grow root) trees)

let rec private sizeOf (trees: Named list) =
    List.sumBy (fun (Named(_, below)) -> 1 + sizeOf below) trees

/// A name that is not empty and no half of a pair of characters.
let private given (name: string) =
    Text.Encoding.UTF8.GetString(Text.Encoding.UTF8.GetBytes name)

/// Names, with those that a group hides counted in.
let rec private namesOf (node: JsonElement) : int * Set<string> =
    let text (name: string) =
        node.GetProperty(name).GetString() |> string

    let own =
        match node.TryGetProperty "count" with
        | true, count -> count.GetInt32(), set [ text "first"; text "last" ]
        | _ -> 1, set [ text "name" ]

    [ "children"; "groups" ]
    |> Seq.collect (fun (part: string) -> node.GetProperty(part).EnumerateArray())
    |> Seq.map namesOf
    |> Seq.fold (fun (count, names) (more, others) -> count + more * 1, Set.union names others) own

[<Fact>]
let ``JSON can be read whatever the names are, and counts every scope`` () =
    Law.holds (fun (trees: Named list) ->
        pictured trees (fun root ->
            let json =
                JsonDocument.Parse(Scope.debugTreeAs TreeFormat.Json root, deep).RootElement

            let _, names = namesOf (json.GetProperty "root")
            let tops = [ for Named(name, _) in trees -> given (spell name) ]

            json.GetProperty("scopes").GetInt32() = 1 + sizeOf trees
            // up to four siblings no group hides
            && (tops.Length > 4
                || tops |> List.forall (fun name -> name = "" || names.Contains name))))

[<Fact>]
let ``text has a line for each scope or group, whatever the names are`` () =
    Law.holds (fun (trees: Named list) ->
        pictured trees (fun root ->
            let text = Scope.debugTree root
            let lines = Scope.debugTreeAs TreeFormat.Mermaid root

            text.EndsWith '\n'
            && text.TrimEnd('\n').Split('\n').Length = Regex.Count(lines, @"(?m)^    n\d+\[")
            && not (Regex.IsMatch(text, @"[\p{Cc}\u2028\u2029-[\n]]"))))

[<Fact>]
let ``a Mermaid chart is a tree of numbered nodes whose texts cannot break out`` () =
    Law.holds (fun (trees: Named list) ->
        pictured trees (fun root ->
            let lines = (Scope.debugTreeAs TreeFormat.Mermaid root).TrimEnd('\n').Split '\n'

            let node = Regex @"^    n(\d+)\[""((?:[^""<>&\[\]{}`|#]|<br/>|#\d+;)*)""\]$"
            let edge = Regex @"^    n(\d+) --> n(\d+)$"
            let nodes = lines[1..] |> Array.filter node.IsMatch
            let edges = lines[1..] |> Array.filter edge.IsMatch
            let numbers = nodes |> Array.map (fun line -> int (node.Match line).Groups[1].Value)
            let ends = edges |> Array.map (fun line -> int (edge.Match line).Groups[2].Value)

            lines[0] = "graph TD"
            && nodes.Length + edges.Length = lines.Length - 1
            && numbers = [| 1 .. nodes.Length |]
            && ends = [| 2 .. nodes.Length |]))

[<Fact>]
let ``equal names stay apart`` () =
    Story.run (fun () -> task {
        let a = [ 0uy ]
        let twins = [ Named(a, [ Named(a, []) ]); Named(a, []) ]

        let! good =
            pictured twins (fun root ->
                let chart = Scope.debugTreeAs TreeFormat.Mermaid root

                let json = JsonDocument.Parse(Scope.debugTreeAs TreeFormat.Json root).RootElement

                let ids = HashSet<int64>()

                let rec collect (node: JsonElement) =
                    Assert.True(ids.Add(node.GetProperty("id").GetInt64()))
                    Seq.iter collect (node.GetProperty("children").EnumerateArray())

                collect (json.GetProperty "root")
                ids.Count = 4 && Regex.Count(chart, @"n\d+\[""a<br/>") = 3)

        Assert.True good
    })

[<Fact>]
let ``names cannot break a picture`` () =
    Story.run (fun () -> task {
        let name =
            "a\"]\nb</script>\u0000 #1; "
            + string (char 0xD800)
            + " grüße 文 \U0001F600 --> `x` |y|"

        let! good =
            picturedBy (fun root -> growNamed root name []) (fun root ->
                let text = Scope.debugTree root
                let chart = Scope.debugTreeAs TreeFormat.Mermaid root
                let json = Scope.debugTreeAs TreeFormat.Json root

                Assert.Contains(
                    "a\"]\\u000Ab</script>\\u0000 #1; \\uD800 grüße 文 \U0001F600 --> `x` |y| [running]",
                    text
                )

                Assert.Contains(
                    "n2[\"a#34;#93; b#60;/script#62;  #35;1#59; \uFFFD grüße 文 \U0001F600 --#62; #96;x#96; #124;y#124;<br/>running",
                    chart
                )

                Assert.DoesNotContain("<", json)

                let child =
                    JsonDocument.Parse(json).RootElement.GetProperty("root").GetProperty("children")[0]

                Assert.Equal(given name, child.GetProperty("name").GetString())
                true)

        Assert.True good
    })

let rec private nested depth : Scoped<unit, string> =
    if depth = 0 then
        sleeps
    else
        scope {
            let! child = fork (nested (depth - 1))
            let! () = child
            return ()
        }

[<Fact>]
let ``a tree of depth 10,000 has its pictures`` () =
    Story.run (fun () -> task {
        let root = Scope.Open()
        let _ = Scope.forkIn (root, nested 9_999)

        let scopes () =
            JsonDocument
                .Parse(Scope.debugTreeAs TreeFormat.Json root, deep)
                .RootElement.GetProperty("scopes")
                .GetInt32()

        do! Story.until "the innermost runs" (fun () -> scopes () = 10_001) // deep starts go over the thread pool
        Assert.Equal(10_001, (Scope.debugTree root).TrimEnd('\n').Split('\n').Length)
        Assert.Contains("n10000 --> n10001", Scope.debugTreeAs TreeFormat.Mermaid root)
        do! root.DisposeAsync()
    })

[<Fact>]
let ``each live scope is visited once, and 100,000 equal ones are one line`` () =
    Story.run (fun () -> task {
        let root = Scope.Open()

        for _ in 1..100_000 do
            Scope.forkIn (root, sleeps) |> ignore

        let view = TreeScan().Read root
        Assert.Equal(100_001, view.Scopes)
        Assert.Equal(1, view.Top.Kids.Count)
        Assert.Equal(100_000, view.Top.Kids[0].Count)
        Assert.Contains("fork-1 .. fork-100000 x 100,000 [running]", Scope.debugTree root)
        do! root.DisposeAsync()
    })
