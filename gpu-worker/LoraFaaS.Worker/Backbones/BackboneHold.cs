namespace LoraFaaS.Worker.Backbones;

/// <summary>A sandbox's hold on a packed backbone, from before it is opened until it has ended.</summary>
internal sealed class BackboneHold(PackedBackbone backbone) : IDisposable
{
    private int _ended;

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _ended, 1) == 0)
        {
            backbone.EndHold();
        }
    }
}
