using LoraFaaS.Engine.Compute;
using LoraFaaS.Engine.KvCache;
using LoraFaaS.Engine.Weights;

namespace LoraFaaS.Engine.Models;

/// <summary>
/// A decoder's forward pass over a mixed batch: prefill chunks and decodes, with and without adapters, in one go.
/// One caller at a time. After the first step of a size it allocates nothing on the managed heap.
/// </summary>
public sealed class ModelRunner : IDisposable
{
    private readonly IComputeBackend _backend;
    private readonly EngineOptions _options;
    private readonly BackboneShape _shape;

    public ModelRunner(BackboneImage backbone, IComputeBackend backend, KvLayout layout, EngineOptions options)
    {
        _backend = backend;
        _options = options;
        _shape = backbone.Shape;
    }

    /// <summary>Most tokens, over all slices, in one step.</summary>
    public int MaxStepTokens => _options.MaxStepTokens;

    public LogitsBuffer CreateLogits()
    {
        var stride = Activations.StrideFor(_shape.Vocabulary);
        var memory = _backend.AllocateHostVisible((long)_options.MaxSequences * stride * sizeof(float));
        return new LogitsBuffer(memory, _options.MaxSequences, _shape.Vocabulary, stride);
    }

    /// <summary>Runs the slices' tokens through the backbone. Throws on slices that break a precondition, before anything is written.</summary>
    public void Step(ReadOnlySpan<StepSlice> slices, LogitsBuffer logits)
    {
        throw new NotSupportedException();
    }

    public void Dispose()
    {
    }
}
