namespace LoraFaaS.Gateway.Forwarding;

/// <summary>The place that one generation has waited for, until the generation has entered it, or is over.</summary>
internal sealed class PlaceSlot : IAsyncDisposable
{
    public HeldPlace? Place { get; set; }

    /// <summary>What was waited for it; nothing where there is none.</summary>
    public TimeSpan Waited => Place?.Waited ?? TimeSpan.Zero;

    public async ValueTask ClearAsync()
    {
        if (Place is { } place)
        {
            Place = null;
            await place.DisposeAsync();
        }
    }

    public ValueTask DisposeAsync() => ClearAsync();
}
