module GoGoScope.Demo.Tests.ReadFileTests

open System
open System.IO
open System.Security.Cryptography
open FolderIndex
open GoGoScope
open Xunit

let private read (tree: Tree) path onRead =
    ReadFile.content tree.Folder onRead path
    |> Provided.text
    |> Scope.run
    |> Within.outcome

let private append (path: string) (count: int) =
    use file =
        new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite)

    file.Write(ReadOnlySpan(Array.zeroCreate<byte> count))

[<Fact>]
let ``a file of many pieces has the hash of the whole`` () = task {
    use tree = new Tree()
    let bytes = Array.init 1_000_003 (fun index -> if index % 7 = 0 then ' 'B else 'x'B)
    tree.File("large", bytes)
    let! outcome = read tree "large" ignore

    let expected = {
        Bytes = 1_000_003L
        Hash = SHA256.HashData bytes
        Text = ValueSome { Lines = 1L; Words = 142_857L + 1L }
    }

    Assert.Equal(Ok expected, outcome)
}

[<Fact>]
let ``a file that grows while it is read is reported as changed`` () = task {
    use tree = new Tree()
    tree.File("log", "one line\n")
    let mutable once = true

    let! outcome =
        read tree "log" (fun _ ->
            if once then
                once <- false
                append (tree.Full "log") 5)

    Assert.Equal(Error(ScopeError.failed (FileError.Changed(9L, 14L))), outcome)
}

[<Fact>]
let ``a file that grows as fast as it is read does not keep the reader`` () = task {
    use tree = new Tree()
    tree.File("log", "one line\n")
    let mutable pieces = 0

    let! outcome =
        read tree "log" (fun count ->
            pieces <- pieces + 1

            if pieces < 10 then
                append (tree.Full "log") (max 1 count))

    Assert.Equal(Error(ScopeError.failed (FileError.Changed(9L, 9L + 9L + 9L))), outcome)
    Assert.Equal(2, pieces)
}

[<Fact>]
let ``a file that is overwritten with as many bytes is reported as changed`` () = task {
    use tree = new Tree()
    tree.File("log", "one line\n")
    File.SetLastWriteTimeUtc(tree.Full "log", DateTime(2001, 1, 1))
    let! outcome = read tree "log" (fun _ -> tree.File("log", "two line\n"))
    Assert.Equal(Error(ScopeError.failed (FileError.Changed(9L, 9L))), outcome)
}

[<Fact>]
let ``a file that is gone has vanished`` () = task {
    use tree = new Tree()
    let! file = read tree "gone" ignore
    let! folder = read tree "gone/too" ignore
    Assert.Equal(Error(ScopeError.failed FileError.Vanished), file)
    Assert.Equal(Error(ScopeError.failed FileError.Vanished), folder)
}

[<Fact>]
let ``a file that another program keeps to itself is unreadable`` () = task {
    use tree = new Tree()
    tree.File("mine", "x")

    use _ =
        new FileStream(tree.Full "mine", FileMode.Open, FileAccess.ReadWrite, FileShare.None)

    match! read tree "mine" ignore with
    | Error {
                Cause = Cause.Failed(FileError.Unreadable reason)
            } -> Assert.Contains("'mine'", reason) // relative: the index must not tell where the folder stands
    | other -> Assert.Fail $"%A{other}"
}

[<Fact>]
let ``a file without read permission is unreadable, except to root`` () = task {
    use tree = new Tree()
    tree.File("secret", "x")
    File.SetUnixFileMode(tree.Full "secret", UnixFileMode.None)

    match! read tree "secret" ignore with
    | Ok content -> Assert.True(Environment.IsPrivilegedProcess && content.Bytes = 1L)
    | Error error ->
        Assert.False Environment.IsPrivilegedProcess
        Assert.Equal(ScopeError.failed (FileError.Unreadable "permission denied"), error)
}

/// Counts pieces.
type private Pieces() =
    let mutable pieces = 0L

    interface ICounter with
        member _.Add _ = pieces <- pieces + 1L
        member _.Counts = ValueSome { Lines = pieces; Words = 0L }

[<Fact>]
let ``another kind of file can be plugged in`` () = task {
    use tree = new Tree()
    tree.File("zeros", Array.zeroCreate<byte> 300_000)

    let pieces = {
        new IFileKind with
            member _.NewCounter() = Pieces()
    }

    let! outcome =
        ReadFile.content tree.Folder ignore "zeros"
        |> Provided.kind pieces
        |> Scope.run
        |> Within.outcome

    match outcome with
    | Ok content -> Assert.Equal(ValueSome { Lines = 3L; Words = 0L }, content.Text) // two full pieces, and the empty end
    | Error error -> Assert.Fail $"{error}"
}

[<Fact>]
let ``without a kind nothing is counted, and the file's error says so`` () = task {
    use tree = new Tree()
    tree.File("a", "x")

    match! ReadFile.content tree.Folder ignore "a" |> Scope.run |> Within.outcome with
    | Error {
                Cause = Cause.Rejected(Rejection.NotConfigured what)
            } -> Assert.Contains(nameof IFileKind, what)
    | other -> Assert.Fail $"%A{other}"
}
