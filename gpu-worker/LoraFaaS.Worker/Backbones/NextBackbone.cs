using LoraFaaS.Contracts.Identity;
using LoraFaaS.Worker.Control;

namespace LoraFaaS.Worker.Backbones;

/// <summary>The backbone that the next sandbox will most likely run, the one packed or used last: blanks are prepared for it.</summary>
internal sealed class NextBackbone
{
    private readonly ResidencyChanges _changes = new();
    private PackedBackbone? _current;
    private Func<Digest, Task>? _letGo;

    /// <summary>Null: none is packed, or what was has left.</summary>
    public PackedBackbone? Current => Volatile.Read(ref _current);

    /// <summary>Who holds backbones for sandboxes that nobody has asked for yet.</summary>
    public void Serve(Func<Digest, Task> letGo) => _letGo = letGo;

    /// <summary>Completes when another one is expected than at the time of the call.</summary>
    public Task ChangeAsync(CancellationToken cancellationToken) => _changes.NextAsync(cancellationToken);

    public void Expect(PackedBackbone backbone)
    {
        if (Interlocked.Exchange(ref _current, backbone) != backbone)
        {
            _changes.Ring();
        }
    }

    /// <summary>Before a backbone leaves: when this returns no blank holds it.</summary>
    public async Task LetGoAsync(Digest backbone)
    {
        if (Current is { } current && current.Digest == backbone)
        {
            Interlocked.CompareExchange(ref _current, null, current);
        }

        await (_letGo?.Invoke(backbone) ?? Task.CompletedTask);
    }
}
