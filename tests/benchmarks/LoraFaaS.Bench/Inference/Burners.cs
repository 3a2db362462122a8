using System.Diagnostics;

namespace LoraFaaS.Bench.Inference;

/// <summary>Processes that keep a core busy each and use no memory: neighbours of the kind that no spinning thread may starve itself against.</summary>
internal sealed class Burners : IDisposable
{
    private readonly List<Process> _processes = [];

    public Burners(int count)
    {
        for (var i = 0; i < count; i++)
        {
            _processes.Add(Process.Start(new ProcessStartInfo("/bin/sh", ["-c", "while :; do :; done"]))!);
        }
    }

    public void Dispose()
    {
        foreach (var process in _processes)
        {
            process.Kill();
            process.WaitForExit();
            process.Dispose();
        }
    }
}
