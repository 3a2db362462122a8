using LoraFaaS.Contracts.Identity;

namespace LoraFaaS.ControlPlane.Planning;

/// <summary>When each revision may be tried next. Owned by one loop's turns; its entries are changed by one turn's parallel tries.</summary>
internal sealed class Backoff(ReconcileOptions options)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<(FunctionId, int), Entry> _entries = [];

    public bool MayTry(FunctionId function, int revision, DateTimeOffset now)
    {
        lock (_lock)
        {
            return !_entries.TryGetValue((function, revision), out var entry) || now >= entry.NotBefore;
        }
    }

    /// <summary>After a success too there is a pause: the inventory that shows it may still be on its way.</summary>
    public void Note(FunctionId function, int revision, bool succeeded, DateTimeOffset now)
    {
        lock (_lock)
        {
            var failures = succeeded ? 0 : _entries.GetValueOrDefault((function, revision)).Failures + 1;
            var pause = succeeded ? options.Interval : Pause(failures);
            _entries[(function, revision)] = new Entry(failures, now + pause);
        }
    }

    public void Keep(IReadOnlySet<(FunctionId, int)> known)
    {
        lock (_lock)
        {
            foreach (var key in _entries.Keys.Where(key => !known.Contains(key)).ToArray())
            {
                _entries.Remove(key);
            }
        }
    }

    private TimeSpan Pause(int failures)
    {
        var pause = options.FirstBackoff * Math.Pow(2, Math.Min(failures - 1, 20));
        return pause < options.LongestBackoff ? pause : options.LongestBackoff;
    }

    private readonly record struct Entry(int Failures, DateTimeOffset NotBefore);
}
