using LoraFaaS.Protocol.Arrivals;

namespace LoraFaaS.Worker.Artifacts;

/// <summary>
/// Where somebody who waits for an adapter, and can do with one that is still being packed, is given it. Made by who waits, filled by the load that he begins; where another's load was under way
/// nothing comes. The load ends it (<see cref="End"/>).
/// </summary>
internal sealed class DraftOffer
{
    private readonly TaskCompletionSource<AdapterDraft> _offered = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private AdapterDraft? _draft;
    private volatile bool _isWanted = true;

    /// <summary>Completes when there is one to be handed over; perhaps never.</summary>
    public Task<AdapterDraft> Offered => _offered.Task;

    /// <summary>Whoever waited still does: it is worth packing so that others can read along.</summary>
    public bool IsWanted => _isWanted && _draft is null;

    /// <summary>It is of no use to him any more.</summary>
    public void Decline() => _isWanted = false;

    /// <summary>From now on it is ended with this. The load calls it, once.</summary>
    public void Begin(AdapterDraft draft) => _draft = draft;

    /// <summary>It has a beginning.</summary>
    public void Offer() => _offered.TrySetResult(_draft!);

    /// <summary>The load is over; who has the draft is told whether it is what it is called.</summary>
    public void End(bool isVouched)
    {
        _isWanted = false;
        _draft?.End(isVouched ? ArrivalState.Whole : ArrivalState.Lost);
        _draft?.Dispose();
    }
}
