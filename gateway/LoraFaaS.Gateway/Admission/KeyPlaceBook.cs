using LoraFaaS.Policies.Admission;

namespace LoraFaaS.Gateway.Admission;

/// <summary>
/// This gateway's places of one API key: those it was granted until when, and those its invocations take. Without a standing grant nobody enters. Only one at a
/// time may ask for it, who holds <see cref="Asking"/>, so that answers come in the order of the questions.
/// </summary>
internal sealed class KeyPlaceBook(TimeProvider time)
{
    /// <summary>For so long nobody asks again after all places were found taken: who is refused by the thousand does not ask by the thousand.</summary>
    private static readonly TimeSpan FullFor = TimeSpan.FromMilliseconds(50);

    private readonly Lock _gate = new();
    private int _most;
    private int _running;
    private int _waiting;
    private int _held;
    private int _peak;
    private int _trough;
    private long _askedAt;
    private TimeSpan _lasts;
    private long? _fullAt;
    private long _number;
    private bool _isScarce;
    private bool _isRetired;

    internal enum Entry
    {
        Entered,
        Ask,
        Full,
        Gone,
    }

    public SemaphoreSlim Asking { get; } = new(1, 1);

    /// <summary>By the last answer a place may become free without the end of an invocation. For who holds <see cref="Asking"/>.</summary>
    public bool MayAskAgain { get; private set; }

    public Entry TryEnter(int most)
    {
        lock (_gate)
        {
            _most = most;

            if (_isRetired)
            {
                return Entry.Gone;
            }

            if (_running < Standing)
            {
                _running++;
                _peak = Math.Max(_peak, _running);
                return Entry.Entered;
            }

            return _fullAt is { } full && time.GetElapsedTime(full) < FullFor ? Entry.Full : Entry.Ask;
        }
    }

    /// <summary>True: it is wanted elsewhere, and to be told at once.</summary>
    public bool Leave()
    {
        lock (_gate)
        {
            _running--;
            _trough = Math.Min(_trough, _running);
            return _isScarce && Standing > _running;
        }
    }

    /// <summary>One more waits for a place, until the other member says that it waits no more.</summary>
    public void Wait()
    {
        lock (_gate)
        {
            _waiting++;
        }
    }

    public void StopWaiting()
    {
        lock (_gate)
        {
            _waiting--;
        }
    }

    /// <summary>What to ask so that all who wait may enter.</summary>
    public KeyPlaceClaim Want()
    {
        lock (_gate)
        {
            return Claim(Math.Max(Standing, Math.Min(_most, _running + Math.Max(1, _waiting))));
        }
    }

    /// <summary>
    /// What to tell from time to time (<paramref name="isTurn"/>), or because somebody else may wait; null: nothing. A place that was not used since the last turn is given back,
    /// and where none is left for others, one that is not used now.
    /// </summary>
    public KeyPlaceClaim? Report(bool isTurn)
    {
        lock (_gate)
        {
            var held = Standing;
            var kept = Math.Max(_running, _isScarce ? 0 : Math.Min(held, isTurn ? _peak : held));

            var isNothing = isTurn ? held == 0 && _running == 0 : kept >= held;
            KeyPlaceClaim? claim = isNothing ? null : Claim(Math.Min(kept, _most));
            _held = Math.Min(_held, claim?.Wanted ?? _held);

            if (isTurn)
            {
                (_peak, _trough) = (_running, _running);
            }

            return claim;
        }
    }

    /// <param name="grant">The answer to the last claim.</param>
    /// <param name="askedAt">Before it was sent: whoever granted counts from when it came.</param>
    /// <param name="lasts">How long it stands.</param>
    /// <returns>True: some of it is wanted elsewhere, and to be given back at once.</returns>
    public bool Learn(KeyPlaceGrant grant, long askedAt, TimeSpan lasts)
    {
        lock (_gate)
        {
            (_held, _isScarce, MayAskAgain, _askedAt, _lasts) = (grant.Granted, grant.IsScarce, grant.MayAskAgain, askedAt, lasts);
            _fullAt = null;
            return _isScarce && Standing > _running + _waiting;
        }
    }

    public void FoundFull()
    {
        lock (_gate)
        {
            _fullAt = time.GetTimestamp();
        }
    }

    /// <summary>True: nobody uses it and nobody will.</summary>
    public bool TryRetire()
    {
        lock (_gate)
        {
            return _isRetired = _running == 0 && _waiting == 0 && Standing == 0;
        }
    }

    /// <summary>Places by a grant that has not lapsed.</summary>
    private int Standing => _held > 0 && time.GetElapsedTime(_askedAt) < _lasts ? _held : 0;

    /// <summary>Who keeps what is free for a while says how few were in use all of it: what is more may be had by who asks again.</summary>
    private KeyPlaceClaim Claim(int wanted) => new(++_number, _isScarce ? _running : _trough, Standing, wanted, _most);
}
