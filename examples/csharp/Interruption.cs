using System.Runtime.InteropServices;

namespace FolderIndex.CSharp;

/// <summary>
/// Turns the signals that ask a program to stop into a token. The first one stops it in order; a second one is answered by
/// the system, which ends the process at once.
/// </summary>
public sealed class Interruption : IDisposable
{
    private readonly CancellationTokenSource source = new();
    private readonly PosixSignalRegistration[] registrations;
    private int exitCode;

    public Interruption() => registrations =
    [
        Listen(PosixSignal.SIGINT, 130),
        Listen(PosixSignal.SIGTERM, 143),
        Listen(PosixSignal.SIGHUP, 129),
    ];

    /// <summary>Fires with the first signal.</summary>
    public CancellationToken Token => source.Token;

    /// <summary>What a program ended by that signal answers: 128 and the signal's number. 0: no signal came.</summary>
    public int ExitCode => exitCode;

    public void Dispose()
    {
        foreach (var registration in registrations)
            registration.Dispose();

        source.Dispose();
    }

    private PosixSignalRegistration Listen(PosixSignal signal, int code) =>
        PosixSignalRegistration.Create(signal, received =>
        {
            if (Interlocked.CompareExchange(ref exitCode, code, 0) == 0)
            {
                received.Cancel = true;
                source.Cancel();
            }
        });
}
