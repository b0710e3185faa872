module GoGoScope.Demo.Tests.TextCounterLaws

open System
open System.Text
open FolderIndex
open FsCheck
open FsCheck.FSharp
open Xunit

/// The same counts, from the whole text and in the plainest way.
let private plainly (bytes: byte array) : TextCounts voption =
    try
        let text = UTF8Encoding(false, true).GetString bytes

        if text.Contains '\000' then
            ValueNone
        else
            let blanks = [| ' '; '\t'; '\n'; '\011'; '\012'; '\r' |]
            let lineEnds = text |> Seq.filter (fun letter -> letter = '\n') |> Seq.length

            ValueSome {
                Words = int64 (text.Split(blanks, StringSplitOptions.RemoveEmptyEntries).Length)
                Lines = int64 (lineEnds + (if text = "" || text.EndsWith '\n' then 0 else 1))
            }
    with :? ArgumentException ->
        ValueNone

let private inPieces (sizes: int list) (bytes: byte array) =
    let counter = TextCounter()
    let mutable at = 0

    for size in sizes @ [ bytes.Length ] do
        let length = min size (bytes.Length - at)
        counter.Add(ReadOnlySpan(bytes, at, length))
        at <- at + length

    counter.Counts

/// Long enough for the wide steps, with characters of every length; now and then with bytes that are no text.
let private bytes isText =
    let text = [
        "a"
        "word"
        " "
        "\n"
        "\t"
        "\r\n"
        "\011"
        "\012"
        "é"
        "文"
        "\U0001F600"
        "\u00A0"
    ]

    let broken = [ [| 0uy |]; [| 0xFFuy |]; [| 0x80uy |]; [| 0xC3uy |]; [| 0xE6uy; 0x96uy |] ]

    let part =
        Gen.frequency [
            30, Gen.elements (text |> List.map (fun part -> Encoding.UTF8.GetBytes(part: string)))
            (if isText then 0 else 1), Gen.elements broken
        ]

    Gen.listOf part |> Gen.resize 150 |> Gen.map Array.concat

let private holds isText law =
    let pieces = Gen.listOf (Gen.choose (0, 40)) |> Gen.resize 30
    let input = Gen.zip pieces (bytes isText) |> Arb.fromGen
    Check.One(Config.QuickThrowOnFailure.WithMaxTest 1000, Prop.forAll input law)

[<Fact>]
let ``a text has the lines and words that plain counting finds, in whatever pieces it comes`` () =
    holds true (fun (sizes, bytes) ->
        let expected = plainly bytes
        expected.IsSome && inPieces sizes bytes = expected)

[<Fact>]
let ``what is no text is found out, in whatever pieces it comes`` () =
    holds false (fun (sizes, bytes) -> inPieces sizes bytes = plainly bytes)
