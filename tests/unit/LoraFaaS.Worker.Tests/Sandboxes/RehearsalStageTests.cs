using LoraFaaS.Engine.Adapters;
using LoraFaaS.Engine.Weights;
using LoraFaaS.Linux.Memory;
using LoraFaaS.Linux.Sockets;
using LoraFaaS.Protocol.Frames;
using LoraFaaS.Protocol.Sandbox;
using LoraFaaS.Protocol.Turns;
using LoraFaaS.TestKit.Time;
using LoraFaaS.Worker.Sandboxes;
using Microsoft.Win32.SafeHandles;

namespace LoraFaaS.Worker.Tests.Sandboxes;

public sealed class RehearsalStageTests
{
    [Fact]
    public async Task A_blank_gets_each_piece_once_and_can_change_none_that_others_have_too()
    {
        using var stage = new RehearsalStage();
        var (first, second) = (await GiveAsync(stage), await GiveAsync(stage));

        Assert.Equal(Enum.GetValues<RehearsalRole>().Where(role => role is not RehearsalRole.Unspecified), first.Keys.Order());
        Assert.Equal(first.Keys.Order(), second.Keys.Order());
        CheckImages(first);
        await CheckSocketsAsync(first);

        // A page that two of them could write would be a way from one to the other.
        using var word = SharedPage.Open(first[RehearsalRole.TurnWord], MemoryAccess.Read | MemoryAccess.Write);
        using var other = SharedPage.Open(second[RehearsalRole.TurnWord], MemoryAccess.Read | MemoryAccess.Write);
        word.Write(TurnPages.Word, 7);
        Assert.Equal((7U, 0U), (word.Read(TurnPages.Word), other.Read(TurnPages.Word)));
        using var grant = SharedPage.Open(first[RehearsalRole.TurnGrant], MemoryAccess.Read);
        Assert.Equal(new TurnGrant(1, Standing: true), TurnGrant.Of(grant.ReadLong(TurnPages.Grant)));
    }

    private static unsafe void CheckImages(Dictionary<RehearsalRole, SafeFileHandle> pieces)
    {
        // Taken only where all four seals are set.
        using var backbone = SealedMemory.FromDescriptor(pieces[RehearsalRole.Backbone]);
        using var mapped = backbone.Map();
        Assert.True(BackboneImage.Open((nint)mapped.Address, mapped.Length).Shape.Layers > 1);
        using var adapter = SealedMemory.FromDescriptor(pieces[RehearsalRole.Adapter]);
        using var mappedAdapter = adapter.Map();
        AdapterImage.Open((nint)mappedAdapter.Address, mappedAdapter.Length);
    }

    private static async Task CheckSocketsAsync(Dictionary<RehearsalRole, SafeFileHandle> pieces)
    {
        await using var one = DescriptorStream.Of(pieces[RehearsalRole.WorkerSocket], maxPending: 0);
        await using var other = DescriptorStream.Of(pieces[RehearsalRole.SandboxSocket], maxPending: 0);
        await one.WriteAsync(new byte[] { 42 }, TestContext.Current.CancellationToken);
        var read = new byte[2];
        Assert.Equal(1, await Patience.ForAsync(other.ReadAsync(read.AsMemory(), TestContext.Current.CancellationToken).AsTask()));
        Assert.Equal(42, read[0]);
    }

    private static async Task<Dictionary<RehearsalRole, SafeFileHandle>> GiveAsync(RehearsalStage stage)
    {
        var token = TestContext.Current.CancellationToken;
        var (blank, worker) = await DescriptorStream.PairAsync(maxPending: 16, token);
        Dictionary<RehearsalRole, SafeFileHandle> pieces = [];

        await using (blank)
        {
            await using (worker)
            {
                await stage.GiveAsync(worker, token);
            }

            await using var reader = new FrameReader<ToSandbox>(blank, ToSandbox.Parser);

            while (await Patience.ForAsync(reader.ReadAsync(token).AsTask()) is { Message: { } message })
            {
                Assert.True(blank.TryTakeDescriptor(out var descriptor));
                pieces.Add(message.RehearsalPiece.Role, descriptor!);
            }
        }

        return pieces;
    }
}
