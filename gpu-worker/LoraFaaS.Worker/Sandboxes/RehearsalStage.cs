using LoraFaaS.Engine.Warmup;
using LoraFaaS.Engine.Weights;
using LoraFaaS.Linux.Memory;
using LoraFaaS.Linux.Sockets;
using LoraFaaS.Protocol.Frames;
using LoraFaaS.Protocol.Sandbox;
using LoraFaaS.Protocol.Turns;
using Microsoft.Win32.SafeHandles;

namespace LoraFaaS.Worker.Sandboxes;

/// <summary>
/// What a blank rehearses its own opening with: two ends of a pair of sockets, three pages, a backbone and an adapter of zeros. It may make none of
/// these itself. The images are sealed and the same for all, a megabyte; the rest is each blank's own and stays with nobody else.
/// </summary>
internal sealed class RehearsalStage : IDisposable
{
    /// <summary>What a step calls once a layer is then called often enough to be compiled for good.</summary>
    private const int Layers = 4;

    private readonly Lazy<SealedMemory> _backbone = new(() => Seal("rehearsal-backbone", BlankImages.Backbone(PackedDtype.BF16, BlankImages.Shape with { Layers = Layers })));
    private readonly Lazy<SealedMemory> _adapter = new(() => Seal("rehearsal-adapter", BlankImages.Adapter(PackedDtype.BF16)));

    /// <summary>Before anything else is sent.</summary>
    public async Task GiveAsync(DescriptorStream blank, CancellationToken cancellationToken)
    {
        var (one, other) = SocketPair.Create();

        using (one)
        using (other)
        using (var grant = SharedPage.Create("rehearsal-grant"))
        using (var word = SharedPage.Create("rehearsal-word"))
        using (var arrival = SharedPage.Create("rehearsal-arrival"))
        {
            grant.WriteLong(TurnPages.Grant, new TurnGrant(Turn: 1, Standing: true).Bits);
            await SendAsync(blank, RehearsalRole.WorkerSocket, one, cancellationToken);
            await SendAsync(blank, RehearsalRole.SandboxSocket, other, cancellationToken);
            await SendAsync(blank, RehearsalRole.TurnGrant, grant.Descriptor, cancellationToken);
            await SendAsync(blank, RehearsalRole.TurnWord, word.Descriptor, cancellationToken);
            await SendAsync(blank, RehearsalRole.ArrivalPage, arrival.Descriptor, cancellationToken);
            await SendAsync(blank, RehearsalRole.Backbone, _backbone.Value.Descriptor, cancellationToken);
            await SendAsync(blank, RehearsalRole.Adapter, _adapter.Value.Descriptor, cancellationToken);
        }
    }

    public void Dispose()
    {
        foreach (var image in (Lazy<SealedMemory>[])[_backbone, _adapter])
        {
            if (image.IsValueCreated)
            {
                image.Value.Dispose();
            }
        }
    }

    private static async Task SendAsync(DescriptorStream blank, RehearsalRole role, SafeFileHandle descriptor, CancellationToken cancellationToken)
    {
        using var frame = PooledFrame.Encode(new ToSandbox { RehearsalPiece = new RehearsalPiece { Role = role } });
        await blank.WriteAsync(frame.Bytes, descriptor, cancellationToken);
    }

    private static SealedMemory Seal(string name, BlankImage image)
    {
        using var memory = UnsealedMemory.Create(name, image.Bytes);
        image.Write(memory.Memory.Span(0, checked((int)image.Bytes)));
        return memory.Seal();
    }
}
