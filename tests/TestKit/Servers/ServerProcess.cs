using LoraFaaS.TestKit.Processes;
using LoraFaaS.TestKit.Time;

namespace LoraFaaS.TestKit.Servers;

/// <summary>
/// A server that ends with its tests, even when those are killed: a shell between them waits for its standard input to end and then
/// sends the signal.
/// </summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    /// <summary>$0 is the signal for an end without words; the arguments are the server's command line.</summary>
    private const string Script =
        """
        exec 2>&1
        "$@" </dev/null &
        server=$!
        signal=
        read -r signal
        kill -"${signal:-$0}" "$server" 2>/dev/null
        wait "$server"
        """;

    private readonly ChildProcess _shell;

    private ServerProcess(ChildProcess shell) => _shell = shell;

    /// <summary>Waits for a line that says ready, or for one that says it never will be (then null).</summary>
    public static async Task<ServerProcess?> StartAsync(IEnumerable<string> command, string stopSignal, Predicate<string> isReady, Predicate<string> isFailed)
    {
        var server = new ServerProcess(ChildProcess.Start("/bin/sh", ["-c", Script, stopSignal, .. command]));
        var line = await server._shell.WaitForLineAsync(line => isReady(line) || isFailed(line));

        if (isReady(line))
        {
            return server;
        }

        await server.DisposeAsync();
        return null;
    }

    /// <summary>Sends a signal (by name, without SIG) and waits until the server is gone.</summary>
    public async Task EndAsync(string signal)
    {
        await _shell.SendLineAsync(signal);
        await Patience.ForAsync(_shell.Exited);
    }

    /// <summary>Stops the server and all that it has forked, where they are.</summary>
    public void Freeze() => ProcessGroup.Freeze(_shell.Id);

    public void Thaw() => ProcessGroup.Thaw(_shell.Id);

    /// <summary>SIGKILL to the server and all that it has forked.</summary>
    public async Task KillAsync()
    {
        ProcessGroup.Kill(_shell.Id);

        // The shell still waits for a word.
        await EndAsync("KILL");
    }

    public async ValueTask DisposeAsync()
    {
        if (!_shell.Exited.IsCompleted)
        {
            _shell.CloseInput();
            await Patience.ForAsync(_shell.Exited);
        }

        await _shell.DisposeAsync();
    }
}
