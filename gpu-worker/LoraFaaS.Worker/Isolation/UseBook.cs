namespace LoraFaaS.Worker.Isolation;

/// <summary>Who uses a confined process that serves, since when nobody does, and whether it is to be used any more.</summary>
/// <param name="isOver">It has ended, or will: asked before each use.</param>
internal sealed class UseBook(Func<bool> isOver, TimeProvider time)
{
    private readonly Lock _gate = new();
    private long _lastUse = time.GetTimestamp();
    private int _users;
    private bool _retired;

    /// <summary>Null while somebody uses it.</summary>
    public TimeSpan? IdleFor
    {
        get
        {
            lock (_gate)
            {
                return _users > 0 ? null : time.GetElapsedTime(_lastUse);
            }
        }
    }

    /// <summary>We stopped it, or are about to: its end is no failure.</summary>
    public bool IsRetired
    {
        get
        {
            lock (_gate)
            {
                return _retired;
            }
        }
    }

    /// <summary>False once it is being stopped, or has ended. After true, <see cref="End"/> must follow.</summary>
    public bool TryUse()
    {
        lock (_gate)
        {
            if (_retired || isOver())
            {
                return false;
            }

            _users++;
            return true;
        }
    }

    public void End()
    {
        lock (_gate)
        {
            _users--;
            _lastUse = time.GetTimestamp();
        }
    }

    /// <summary>No further use. False while somebody uses it, unless <paramref name="evenInUse"/>.</summary>
    public bool TryRetire(bool evenInUse)
    {
        lock (_gate)
        {
            if (_users > 0 && !evenInUse)
            {
                return false;
            }

            _retired = true;
            return true;
        }
    }
}
