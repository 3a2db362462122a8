namespace LoraFaaS.Gateway.Forwarding.Wire;

/// <summary>Connections to one worker that wait for another exchange, the last used first, so that what a burst left behind grows old and goes.</summary>
internal sealed class IdleLinks(TimeProvider time) : IDisposable
{
    /// <summary>A worker that restarts keeps its address: what idles longer is more likely dead than warm. The worker itself keeps an idle one for 130 s.</summary>
    private static readonly TimeSpan IdleLimit = TimeSpan.FromSeconds(90);

    /// <summary>A name may by then stand for another machine.</summary>
    private static readonly TimeSpan LifeLimit = TimeSpan.FromMinutes(15);

    private readonly Lock _gate = new();
    private readonly List<WorkerLink> _links = [];
    private bool _closed;

    /// <summary>Null: none is fit.</summary>
    public WorkerLink? TryTake()
    {
        lock (_gate)
        {
            // Those beneath have idled longer.
            if (_links is [.., var last] && IsFit(last))
            {
                _links.RemoveAt(_links.Count - 1);
                return last;
            }
        }

        return null;
    }

    /// <summary>Of one whose answer has been read to its end.</summary>
    public void Keep(WorkerLink link)
    {
        link.IdleSince = time.GetTimestamp();

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
