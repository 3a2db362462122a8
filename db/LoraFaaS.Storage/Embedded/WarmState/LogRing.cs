using LoraFaaS.Contracts.Admin;

namespace LoraFaaS.Storage.Embedded.WarmState;

/// <summary>A function's newest log lines. Used under its owner's lock.</summary>
internal sealed class LogRing
{
    private readonly Queue<LogLine> _lines = new();

    public void Append(IReadOnlyList<LogLine> lines)
    {
        foreach (var line in lines)
        {
            if (_lines.Count == WarmStateLimits.LogLines)
            {
                _lines.Dequeue();
            }

            _lines.Enqueue(line);
        }
    }

    public IReadOnlyList<LogLine> Newest(int count) => [.. _lines.TakeLast(count)];
}
