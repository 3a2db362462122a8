namespace LoraFaaS.Gateway.Forwarding.Wire;

/// <summary>
/// Connections to one worker that wait for another exchange, the last used first, so that what a burst left behind grows old and goes. Before the last used of all goes the last
/// used of those that the asking thread watches: the call then passes from its caller's socket to the worker's and back upon one thread, where it otherwise goes to and fro between two processors.
/// </summary>
/// <param name="time">The clock.</param>
/// <param name="thread">The sockets' thread that the asker runs upon; 0: another one.</param>
internal sealed class IdleLinks(TimeProvider time, Func<int> thread) : IDisposable
{
    /// <summary>A worker that restarts keeps its address: what idles longer is more likely dead than warm. The worker itself keeps an idle one for 130 s.</summary>
    private static readonly TimeSpan IdleLimit = TimeSpan.FromSeconds(90);

    /// <summary>A name may by then stand for another machine.</summary>
    private static readonly TimeSpan LifeLimit = TimeSpan.FromMinutes(15);

    /// <summary>Nobody chooses a new connection's thread: those that some thread lacks are made one by one, until each has what it uses.</summary>
    private static readonly TimeSpan SpreadInterval = TimeSpan.FromMilliseconds(100);

    /// <summary>No more are made for a thread's sake once so many wait.</summary>
    private const int MostSpread = 256;

    /// <summary>How far is looked for one of the asking thread's.</summary>
    private const int Nearest = 64;

    private readonly Lock _gate = new();
    private readonly List<WorkerLink> _links = [];
    private long _spreadAt = time.GetTimestamp();
    private bool _closed;

    /// <summary>Null: none is fit, or a new one is wanted.</summary>
    public WorkerLink? TryTake()
    {
        var here = thread();

        lock (_gate)
        {
            // Those beneath have idled longer.
            if (_links is not [.., var last] || !IsFit(last))
            {
                return null;
            }

            var index = here == 0 ? _links.Count - 1 : NearestTo(here);

            if (index < 0)
            {
                if (MaySpread())
                {
                    return null;
                }

                index = _links.Count - 1;
            }

            var link = _links[index];
            _links.RemoveAt(index);
            return link;
        }
    }

    /// <summary>Of one whose answer has been read to its end.</summary>
    public void Keep(WorkerLink link)
    {
        link.IdleSince = time.GetTimestamp();

        if (link.WasWaitedFor || link.Home == 0)
        {
            link.Home = thread();
        }

        lock (_gate)
        {
            if (!_closed && IsFit(link))
            {
                _links.Add(link);
                return;
            }
        }

        link.Dispose();
    }

    /// <summary>Closes those that have waited too long.</summary>
    public void Sweep() => Close(link => !IsFit(link));

    /// <summary>One of them was dead: so are all, most likely, and the next call is to find that out from a new one.</summary>
    public void Clear() => Close(_ => true);

    public void Dispose()
    {
        lock (_gate)
        {
            _closed = true;
        }

        Clear();
    }

    /// <summary>-1: none of that thread's is near.</summary>
    private int NearestTo(int home)
    {
        for (var index = _links.Count - 1; index >= Math.Max(0, _links.Count - Nearest); index--)
        {
            if (_links[index].Home == home)
            {
                return IsFit(_links[index]) ? index : -1;
            }
        }

        return -1;
    }

    private bool MaySpread()
    {
        if (_links.Count >= MostSpread || time.GetElapsedTime(_spreadAt) < SpreadInterval)
        {
            return false;
        }

        _spreadAt = time.GetTimestamp();
        return true;
    }

    private bool IsFit(WorkerLink link) => time.GetElapsedTime(link.IdleSince) < IdleLimit && time.GetElapsedTime(link.OpenedAt) < LifeLimit;

    private void Close(Predicate<WorkerLink> which)
    {
        var gone = new List<WorkerLink>();

        lock (_gate)
        {
            _links.RemoveAll(link =>
            {
                var leaves = which(link);

                if (leaves)
                {
                    gone.Add(link);
                }

                return leaves;
            });
        }

        gone.ForEach(link => link.Dispose());
    }
}
