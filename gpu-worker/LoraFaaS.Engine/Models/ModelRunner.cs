using LoraFaaS.Engine.Adapters;
using LoraFaaS.Engine.Compute;
using LoraFaaS.Engine.KvCache;
using LoraFaaS.Engine.Weights;

namespace LoraFaaS.Engine.Models;

/// <summary>
/// A decoder's forward pass over a mixed batch: prefill chunks and decodes, with and without adapters, in one go.
/// One caller at a time. After warm-up a step allocates nothing on the managed heap.
/// </summary>
public sealed class ModelRunner : IDisposable
{
    private readonly IComputeBackend _backend;
    private readonly EngineOptions _options;
    private readonly BackboneShape _shape;
    private readonly AttentionShape _attention;
    private readonly ModelWeights _weights;
    private readonly StepBuffers _buffers;
    private readonly AdapterStack _stack;
    private readonly StepPlanner _planner;
    private readonly float[] _frequencies;

    public ModelRunner(BackboneImage backbone, IComputeBackend backend, KvLayout layout, EngineOptions options)
    {
        ArgumentNullException.ThrowIfNull(backbone);
        ArgumentNullException.ThrowIfNull(backend);
        ArgumentNullException.ThrowIfNull(options);

        _backend = backend;
        _options = options;
        _shape = backbone.Shape;
        _attention = AttentionShape.For(_shape, layout);
        _weights = new ModelWeights(backbone, backend.Bind(backbone), _attention);
        _buffers = new StepBuffers(backend, _shape, _attention, options);
        _stack = new AdapterStack(backend, options.MaxStepTokens);
        _planner = new StepPlanner(options, _shape.Vocabulary, _shape.MaxPositions);
        _frequencies = RotaryFrequencies.For(_shape);
    }

    /// <summary>Most tokens, over all slices, in one step.</summary>
    public int MaxStepTokens => _options.MaxStepTokens;

    /// <summary>Most slices in one step.</summary>
    public int MaxSequences => _options.MaxSequences;

    /// <summary>Sees the hidden state after the embedding (0), after each layer (1…), and after the final norm (layers + 1). For conformance tests.</summary>
    internal Action<int, Activations>? Probe { get; set; }

    public LogitsBuffer CreateLogits() => CreateLogits(_options.MaxSequences);

    /// <param name="rows">At most <see cref="MaxSequences"/>.</param>
    public LogitsBuffer CreateLogits(int rows)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(rows, _options.MaxSequences);
        var stride = Activations.StrideFor(_shape.Vocabulary);
        var memory = _backend.AllocateHostVisible((long)rows * stride * sizeof(float));
        return new LogitsBuffer(memory, rows, _shape.Vocabulary, stride);
    }

    /// <summary>
    /// Runs the slices' tokens through the backbone. Throws on slices that break a precondition, before anything is written. False: an adapter that was still coming did not come; no logits are
    /// there, and what was written of the slices' keys and values is of no use. Otherwise every adapter of the step is whole when this returns.
    /// </summary>
    public bool Step(ReadOnlySpan<StepSlice> slices, LogitsBuffer logits)
    {
        ArgumentNullException.ThrowIfNull(logits);
        _planner.Lay(slices, logits);
        var plan = _planner.Plan;
        if (plan.TokenCount == 0)
        {
            return true;
        }

        _stack.EnsureColumns(_planner.WidestStack());
        if (!TryRunLayers(plan))
        {
            return false;
        }

        ComputeLogits(plan, logits);

        // Last: while what vouches for the adapter is on its way, the head's product is computed.
        return TryComplete(plan);
    }

    /// <summary>
    /// Logits after more of a slice's tokens than its last, of the step just run: row i is that after the slice's token <paramref name="first"/> + i.
    /// The hidden states are there until the next step, so this costs the head's product over these rows and nothing else.
    /// </summary>
    public void ReadMore(int slice, int first, int count, LogitsBuffer logits)
    {
        ArgumentNullException.ThrowIfNull(logits);
        _planner.Want(slice, first, count, logits);
        ComputeLogits(_planner.Plan, logits);
    }

    /// <summary>Has memory for the activations of a step of so many tokens.</summary>
    internal void Touch(int tokens) => _buffers.Touch(tokens);

    public void Dispose()
    {
        _buffers.Dispose();
        _stack.Dispose();
    }

    /// <summary>False: a layer's adapter did not come.</summary>
    private bool TryRunLayers(StepPlan plan)
    {
        var waits = HasArriving(plan);
        var residual = _buffers.Residual.Take(plan.TokenCount);
        var normed = _buffers.Normed.Take(plan.TokenCount);
        var delta = _buffers.Delta.Take(plan.TokenCount);

        _backend.Rotary(plan, _frequencies, 1f, _buffers.Cos, _buffers.Sin);
        _backend.Embed(_weights.Embedding, plan, residual);
        Probe?.Invoke(0, residual);
        _backend.Normalize(residual, _weights.Layers[0].AttentionNorm, _shape.NormEpsilon, For(_weights.Layers[0].AttentionInput, normed));

        for (var layer = 0; layer < _weights.Layers.Length; layer++)
        {
            if (waits && !TryHave(plan, layer))
            {
                return false;
            }

            var weights = _weights.Layers[layer];
            RunAttention(plan, weights, layer, For(weights.AttentionInput, normed), delta);
            _backend.AddAndNormalize(residual, delta, weights.MlpNorm, _shape.NormEpsilon, For(weights.MlpInput, normed));
            RunMlp(plan, weights, layer, For(weights.MlpInput, normed), delta);

            var isLast = layer + 1 == _weights.Layers.Length;
            var (norm, reader) = isLast ? (_weights.FinalNorm, _weights.Head) : (_weights.Layers[layer + 1].AttentionNorm, _weights.Layers[layer + 1].AttentionInput);
            _backend.AddAndNormalize(residual, delta, norm, _shape.NormEpsilon, For(reader, normed));
            Probe?.Invoke(layer + 1, residual);
        }

        Probe?.Invoke(_weights.Layers.Length + 1, For(_weights.Head, normed));
        return true;
    }

    private static bool HasArriving(StepPlan plan)
    {
        foreach (ref readonly var group in plan.Groups.AsSpan(0, plan.GroupCount))
        {
            if (!group.Adapter.IsWhole)
            {
                return true;
            }
        }

        return false;
    }

    private static bool TryHave(StepPlan plan, int layer)
    {
        foreach (ref readonly var group in plan.Groups.AsSpan(0, plan.GroupCount))
        {
            if (!group.Adapter.TryHave(layer))
            {
                return false;
            }
        }

        return true;
    }

    private static bool TryComplete(StepPlan plan)
    {
        foreach (ref readonly var group in plan.Groups.AsSpan(0, plan.GroupCount))
        {
            if (!group.Adapter.TryComplete())
            {
                return false;
            }
        }

        return true;
    }

    private void RunAttention(StepPlan plan, LayerWeights weights, int layer, in Activations input, in Activations output)
    {
        var qkv = _buffers.Qkv.Take(plan.TokenCount);
        var attended = For(weights.AttentionOutput, _buffers.Attended.Take(plan.TokenCount));

        _backend.ProjectAndStore(
            weights.AttentionInput, input, qkv, At(plan, layer, AdapterSite.AttentionInput), _attention, weights.QueryNorm, weights.KeyNorm, _buffers.Cos, _buffers.Sin);
        _backend.Attend(plan, _attention, layer, qkv, attended);
        _backend.Project(weights.AttentionOutput, attended, output, At(plan, layer, AdapterSite.AttentionOutput));
    }

    private void RunMlp(StepPlan plan, LayerWeights weights, int layer, in Activations input, in Activations output)
    {
        var gateUp = _buffers.GateUp.Take(plan.TokenCount);
        var gated = For(weights.MlpOutput, _buffers.Gated.Take(plan.TokenCount));

        _backend.Project(weights.MlpInput, input, gateUp, At(plan, layer, AdapterSite.MlpInput));
        _backend.GatedUnit(gateUp, PanelLayout.RoundUp(_shape.Intermediate), gated);
        _backend.Project(weights.MlpOutput, gated, output, At(plan, layer, AdapterSite.MlpOutput));
    }

    private void ComputeLogits(StepPlan plan, LogitsBuffer logits)
    {
        if (plan.WantedCount == 0)
        {
            return;
        }

        var wanted = For(_weights.Head, _buffers.Wanted.Take(plan.WantedCount));
        _backend.GatherWanted(plan, For(_weights.Head, _buffers.Normed), wanted);
        _backend.Project(_weights.Head, wanted, logits.Rows.Take(plan.WantedCount), AdapterPass.None);
    }

    /// <summary>The rows as those who read them want them kept; float32 where they disagree.</summary>
    private Activations For(Projection[] readers, in Activations rows)
    {
        var type = _backend.InputFor(readers[0].Weight.Dtype);
        for (var i = 1; i < readers.Length; i++)
        {
            if (_backend.InputFor(readers[i].Weight.Dtype) != type)
            {
                return rows;
            }
        }

        return rows with { Type = type };
    }

    private AdapterPass At(StepPlan plan, int layer, AdapterSite site) => new(plan, layer, site, _stack.Rows);
}
