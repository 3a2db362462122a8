namespace LoraFaaS.Cli.Up;

/// <summary>The file that a host's lines go to, whichever process of it says them: one that leaves and the one that took its place write at once.</summary>
internal sealed class HostLog(string path) : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly StreamWriter _writer = new(new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite)) { AutoFlush = true };

    public void Write(string line)
    {
        lock (_gate)
        {
            _writer.WriteLine(line);
        }
    }

    public ValueTask DisposeAsync() => _writer.DisposeAsync();
}
