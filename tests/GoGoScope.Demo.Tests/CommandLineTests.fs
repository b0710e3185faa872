module GoGoScope.Demo.Tests.CommandLineTests

open System
open FolderIndex
open Xunit

let private parse (line: string) =
    CommandLine.parse (List.ofArray (line.Split(' ', StringSplitOptions.RemoveEmptyEntries)))

let private settings line =
    match parse line with
    | Ok(CommandLine.Request.Index settings) -> settings
    | other -> failwith $"{line} gave %A{other}"

[<Fact>]
let ``no arguments mean the current folder and the defaults`` () =
    Assert.Equal(Settings.Default, settings "")

[<Fact>]
let ``options may stand before and after the folder`` () =
    let expected = {
        Folder = "here"
        Output = "x.json"
        Workers = 3
        Timeout = TimeSpan.FromSeconds 1.5
        All = true
        Tree = true
        Seed = 1
    }

    Assert.Equal(expected, settings "--workers 3 here --timeout 1.5 --out x.json --all --tree")

[<Fact>]
let ``of an option that is given twice the last counts`` () =
    Assert.Equal("b", (settings "--out a --out b").Output)

[<Fact>]
let ``help wins over everything behind it`` () =
    Assert.Equal(Ok CommandLine.Request.Help, parse "here --help --nonsense")

[<Fact>]
let ``flaky may stand beside everything else, before and after its seed`` () =
    Assert.Equal(Ok(CommandLine.Request.Flaky 1), parse "--out x.json --flaky")
    Assert.Equal(Ok(CommandLine.Request.Flaky 7), parse "here --flaky --seed 7")
    Assert.Equal(Ok(CommandLine.Request.Flaky 7), parse "--seed 7 --flaky")
    Assert.Equal(Ok CommandLine.Request.Help, parse "--flaky --help")

[<Theory>]
[<InlineData "a b">]
[<InlineData "--nonsense">]
[<InlineData "--out">]
[<InlineData "--workers">]
[<InlineData "--workers 0">]
[<InlineData "--workers 1025">]
[<InlineData "--workers -1">]
[<InlineData "--workers many">]
[<InlineData "--workers 99999999999999999999">]
[<InlineData "--timeout 0">]
[<InlineData "--timeout -1">]
[<InlineData "--timeout 86401">]
[<InlineData "--timeout NaN">]
[<InlineData "--timeout soon">]
[<InlineData "--seed">]
[<InlineData "--seed -1">]
[<InlineData "--flaky --seed x">]
[<InlineData "--flaky --nonsense">]
let ``arguments that make no sense are refused with a reason`` (line: string) =
    match parse line with
    | Error reason -> Assert.False(String.IsNullOrWhiteSpace reason)
    | Ok request -> Assert.Fail $"{line} was taken as %A{request}"
