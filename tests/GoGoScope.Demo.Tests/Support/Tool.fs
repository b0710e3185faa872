namespace GoGoScope.Demo.Tests

open System
open System.Diagnostics
open System.IO
open System.Threading
open System.Threading.Tasks

/// How a process ended and what it said.
type Ended = {
    ExitCode: int
    Output: string
    Errors: string
}

/// The built tool, as a process of its own. Its time is real: no clock of ours reaches into another process.
[<RequireQualifiedAccess>]
module Tool =

    /// The two tools, by the names of their assemblies.
    let both = [ "FolderIndex"; "FolderIndex.CSharp" ]

    /// Where the build leaves it: beside the folder of these tests, in the same configuration.
    let private assembly (tool: string) =
        let here = DirectoryInfo(Path.TrimEndingDirectorySeparator AppContext.BaseDirectory)
        Path.GetFullPath(Path.Combine(here.FullName, "..", "..", tool, here.Name, $"{tool}.dll"))

    let start (tool: string) (arguments: string list) : Process =
        // A test run that was started in the background may ignore SIGINT, and its children would inherit that.
        let info = ProcessStartInfo "env"
        info.ArgumentList.Add "--default-signal=INT"

        for argument in "dotnet" :: assembly tool :: arguments do
            info.ArgumentList.Add argument

        info.RedirectStandardOutput <- true
        info.RedirectStandardError <- true
        Process.Start info |> nonNull

    /// Waits for the end; a process that does not come to it is killed and fails the test.
    let finish (limit: TimeSpan) (tool: Process) : Task<Ended> = task {
        use patience = new CancellationTokenSource(limit)
        let output = tool.StandardOutput.ReadToEndAsync()
        let errors = tool.StandardError.ReadToEndAsync()

        try
            do! tool.WaitForExitAsync patience.Token
        with :? OperationCanceledException ->
            tool.Kill()
            raise (TimeoutException $"the tool was still running after {limit}")

        let! output = output
        let! errors = errors

        return {
            ExitCode = tool.ExitCode
            Output = output
            Errors = errors
        }
    }

    let run (tool: string) (arguments: string list) : Task<Ended> = task {
        use tool = start tool arguments
        return! finish Within.limit tool
    }

    let signal (name: string) (tool: Process) =
        use sender = Process.Start("kill", [ $"-{name}"; string tool.Id ])
        sender.WaitForExit()
