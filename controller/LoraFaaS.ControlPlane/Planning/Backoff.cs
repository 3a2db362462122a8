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

    /// <summary>
    /// After a success too there is a pause: the inventory that shows it may still be on its way. It doubles like a failure's when
    /// the revision is soon missing again: then there is no room for it, and loading it for ever would help nobody.
    /// </summary>
    public void Note(FunctionId function, int revision, bool succeeded, DateTimeOffset now)
    {
        lock (_lock)
        {
            var last = _entries.GetValueOrDefault((function, revision));
            var isFresh = last.Tries == 0 || last.Succeeded != succeeded || now > last.NotBefore + options.LongestBackoff;
            var tries = isFresh ? 1 : last.Tries + 1;
            _entries[(function, revision)] = new Entry(tries, succeeded, now + Pause(succeeded ? options.Interval : options.FirstBackoff, tries));
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

    private TimeSpan Pause(TimeSpan first, int tries)
    {
        var pause = first * Math.Pow(2, Math.Min(tries - 1, 20));
        return pause < options.LongestBackoff ? pause : options.LongestBackoff;
    }

    private readonly record struct Entry(int Tries, bool Succeeded, DateTimeOffset NotBefore);
}
