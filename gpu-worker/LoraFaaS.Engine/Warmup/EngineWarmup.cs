using LoraFaaS.Engine.Adapters;
using LoraFaaS.Engine.Compute;
using LoraFaaS.Engine.KvCache;
using LoraFaaS.Engine.Memory;
using LoraFaaS.Engine.Models;
using LoraFaaS.Engine.Weights;

namespace LoraFaaS.Engine.Warmup;

/// <summary>
/// Runs every kernel once on weights of zero, so that compiling them is paid before there is a request: a blank sandbox does it
/// while it waits for its backbone. Needs a megabyte or two, and gives it back.
/// </summary>
public static class EngineWarmup
{
    /// <summary>Steps after which the runtime has compiled what is called often for good.</summary>
    private const int Rounds = 40;

    /// <summary>Together they meet each tile: 12 + 12 + 2 + 1, 8 + 4 + 1, then one each.</summary>
    private static readonly int[] TokenCounts = [27, 13, 6, 5, 4, 3, 2, 1];

    /// <summary>Returns early, between two steps, once <paramref name="enough"/> is cancelled.</summary>
    public static void Run(IComputeBackend backend, CancellationToken enough)
    {
        ArgumentNullException.ThrowIfNull(backend);
        Run(backend, PackedDtype.BF16, KvDtype.BF16, enough);
        Run(backend, PackedDtype.F32, KvDtype.F32, enough);
    }

    private static void Run(IComputeBackend backend, PackedDtype dtype, KvDtype kvDtype, CancellationToken enough)
    {
        var options = new EngineOptions { DeviceBytes = 1 << 20, MaxStepTokens = 64, MaxSequences = 4, KvDtype = kvDtype };

        // A table of its own is read row by row, one that is the head's too gathered from its panels: one backbone of each kind.
        using var image = BlankImages.Backbone(dtype, BlankImages.Shape with { TiedEmbeddings = dtype is PackedDtype.F32 }).On(backend);
        using var engine = new InferenceEngine(BackboneImage.Open(image.Address, image.Bytes), backend, options);
        using var logits = engine.Runner.CreateLogits();
        using var packed = BlankImages.Adapter(dtype).On(backend);
        if (engine.Adapters.Load(AdapterImage.Open(packed.Address, packed.Bytes), new OwnerTag(1)) is not AdapterLoad.Loaded { Adapter: var adapter })
        {
            throw new InvalidOperationException("The blank adapter does not fit the blank engine.");
        }

        using var bent = engine.Kv.CreateSequence(new OwnerTag(2));
        using var plain = engine.Kv.CreateSequence(new OwnerTag(2));
        if (!bent.TryGrow(TokenCounts[0]) || !plain.TryGrow(TokenCounts[0]))
        {
            throw new InvalidOperationException("The blank engine has too few pages.");
        }

        var tokens = new int[TokenCounts[0]];
        for (var round = 0; round < Rounds && !enough.IsCancellationRequested; round++)
        {
            var count = TokenCounts[round % TokenCounts.Length];
            engine.Runner.Step(
                [new StepSlice(bent, adapter, tokens.AsMemory(0, count), 0, true), new StepSlice(plain, null, tokens.AsMemory(0, count), 0, true)], logits);
        }
    }
}
