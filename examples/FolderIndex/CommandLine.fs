/// What the user asked for.
module FolderIndex.CommandLine

open System
open System.Globalization

[<RequireQualifiedAccess>]
type Request =
    | Index of Settings
    | Flaky of Seed: int
    | Help

let help =
    """FolderIndex [folder] [options]
Lists every file below the folder (default: the current one) with its SHA-256 hash, lines and words, as sorted JSON.

  --out FILE         where the index goes (default: folder-index.json in the current folder)
  --workers N        most files open at once, 1 to 1024 (default: two per processor)
  --timeout SECONDS  time for each file, more than 0 and at most 86400 (default: 30)
  --all              also what is left out by default: folders named .git or artifacts
  --tree             prints the live tree of what runs to the standard error, once a second
  --flaky            instead: starts a small HTTP server with faults on this machine, calls it through retry, circuit breaker,
                     hedge, rate limiter and concurrency limit, and prints what was seen of them; takes a few seconds
  --seed N           decides the faults of --flaky, a whole number from 0 (default: 1)
  --help             this text

A line ends with a line feed or with the file; a word is what stands between white space. Text is UTF-8 without zero
bytes; other files are hashed and listed as "not text". Links are listed, not followed. The index appears in one step
when all is done; Ctrl-C leaves no trace of it.

Exit codes: 0 done, also when single files could not be read (the index says which); 1 no index, because of the folder
or the output, or something that --flaky did not see; 2 wrong arguments; 130 interrupted by Ctrl-C (143 by SIGTERM, 129 by SIGHUP)."""

let private workers (text: string) =
    match Int32.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture) with
    | true, count when count >= 1 && count <= 1024 -> Ok count
    | _ -> Error $"--workers is '{text}', not a whole number from 1 to 1024"

let private timeout (text: string) =
    match Double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture) with
    | true, seconds when seconds >= 0.001 && seconds <= 86400. -> Ok(TimeSpan.FromSeconds seconds)
    | _ -> Error $"--timeout is '{text}', not a number of seconds above 0 and up to 86400"

let private seed (text: string) =
    match Int32.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture) with
    | true, seed -> Ok seed
    | _ -> Error $"--seed is '{text}', not a whole number from 0 to {Int32.MaxValue}"

/// Understands the arguments, or says what is wrong with them.
let parse (arguments: string list) : Result<Request, string> =
    let rec next settings hasFolder arguments =
        match arguments with
        | [] -> Ok(Request.Index settings)
        | ("--help" | "-h") :: _ -> Ok Request.Help
        | "--all" :: rest -> next { settings with All = true } hasFolder rest
        | "--tree" :: rest -> next { settings with Tree = true } hasFolder rest
        | "--out" :: file :: rest when file <> "" -> next { settings with Output = file } hasFolder rest
        | "--workers" :: text :: rest ->
            workers text
            |> Result.bind (fun count -> next { settings with Workers = count } hasFolder rest)
        | "--timeout" :: text :: rest ->
            timeout text
            |> Result.bind (fun time -> next { settings with Timeout = time } hasFolder rest)
        | "--seed" :: text :: rest ->
            seed text
            |> Result.bind (fun seed -> next { settings with Seed = seed } hasFolder rest)
        | "--flaky" :: rest ->
            next settings hasFolder rest
            |> Result.map (function
                | Request.Index settings -> Request.Flaky settings.Seed
                | other -> other)
        | ("--out" | "--workers" | "--timeout" | "--seed") as option :: _ -> Error $"{option} needs a value"
        | option :: _ when option.StartsWith '-' -> Error $"there is no option {option}"
        | "" :: _ -> Error "the folder is an empty text"
        | folder :: _ when hasFolder -> Error $"one folder at a time: '{folder}' is the second"
        | folder :: rest -> next { settings with Folder = folder } true rest

    next Settings.Default false arguments
