using LoraFaaS.Engine.Warmup;
using LoraFaaS.Engine.Weights;
using LoraFaaS.Linux.Memory;
using LoraFaaS.Linux.Sockets;
using LoraFaaS.Protocol.Sandbox;
using LoraFaaS.Protocol.Turns;
using LoraFaaS.Sandbox.Opening;
using Microsoft.Win32.SafeHandles;

namespace LoraFaaS.Sandbox.Tests.Harness;

/// <summary>What a worker gives a blank to rehearse with.</summary>
internal static class Pieces
{
    public static RehearsalPieces All()
    {
        var pieces = new RehearsalPieces();

        foreach (var (role, descriptor) in Each())
        {
            pieces.Put(role, descriptor);
        }

        return pieces;
    }

    public static IEnumerable<(RehearsalRole Role, SafeFileHandle Descriptor)> Each()
    {
        var (one, other) = SocketPair.Create();
        yield return (RehearsalRole.WorkerSocket, one);
        yield return (RehearsalRole.SandboxSocket, other);
        yield return (RehearsalRole.TurnGrant, Page(new TurnGrant(Turn: 1, Standing: true).Bits));
        yield return (RehearsalRole.TurnWord, Page(0));
        yield return (RehearsalRole.ArrivalPage, Page(0));
        yield return (RehearsalRole.Backbone, Seal(BlankImages.Backbone(PackedDtype.BF16)));
        yield return (RehearsalRole.Adapter, Seal(BlankImages.Adapter(PackedDtype.BF16)));
    }

    private static SafeFileHandle Page(ulong grant)
    {
        using var page = SharedPage.Create("test-page");
        page.WriteLong(TurnPages.Grant, grant);
        return page.Duplicate();
    }

    private static SafeFileHandle Seal(BlankImage image)
    {
        using var memory = UnsealedMemory.Create("test-image", image.Bytes);
        image.Write(memory.Memory.Span(0, checked((int)image.Bytes)));
        return memory.Seal().Descriptor;
    }
}
